/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which lens reads which file: see lens-table.h. The first line that fits decides. */
#include "change/lens-table.h"

#include "base/glob.h"

static const struct {
	const char *glob, *lens;
} table[] = {
	/* names and network */
	{"/etc/hosts", "Hosts.lns"},
	{"/etc/hosts.allow", "Hosts_Access.lns"},
	{"/etc/hosts.deny", "Hosts_Access.lns"},
	{"/etc/host.conf", "Host_Conf.lns"},
	{"/etc/nsswitch.conf", "Nsswitch.lns"},
	{"/etc/resolv.conf", "Resolv.lns"},
	{"/etc/networks", "Networks.lns"},
	{"/etc/services", "Services.lns"},
	{"/etc/protocols", "Protocols.lns"},
	{"/etc/ethers", "Ethers.lns"},
	{"/etc/network/interfaces", "Interfaces.lns"},
	{"/etc/network/interfaces.d/*", "Interfaces.lns"},
	{"/etc/NetworkManager/NetworkManager.conf", "NetworkManager.lns"},
	{"/etc/NetworkManager/system-connections/*", "NetworkManager.lns"},
	{"/etc/dhcp/dhclient.conf", "Dhclient.lns"},
	{"/etc/dhcp/dhcpd.conf", "Dhcpd.lns"},
	{"/etc/dnsmasq.conf", "Dnsmasq.lns"},
	{"/etc/dnsmasq.d/*", "Dnsmasq.lns"},
	{"/etc/ssh/ssh_config", "Ssh.lns"},
	{"/etc/ssh/ssh_config.d/*.conf", "Ssh.lns"},
	/* who may what */
	{"/etc/pam.conf", "PamConf.lns"},
	{"/etc/pam.d/*", "Pam.lns"},
	{"/etc/security/access.conf", "Access.lns"},
	{"/etc/security/limits.conf", "Limits.lns"},
	{"/etc/security/limits.d/*.conf", "Limits.lns"},
	{"/etc/securetty", "Securetty.lns"},
	{"/etc/shells", "Shells.lns"},
	{"/etc/krb5.conf", "Krb5.lns"},
	{"/etc/sssd/sssd.conf", "Sssd.lns"},
	{"/etc/nslcd.conf", "Nslcd.lns"},
	{"/etc/fail2ban/*.conf", "Fail2ban.lns"},
	{"/etc/fail2ban/*.local", "Fail2ban.lns"},
	{"/etc/fail2ban/*.d/*.conf", "Fail2ban.lns"},
	{"/etc/fail2ban/*.d/*.local", "Fail2ban.lns"},
	/* storage and start-up */
	{"/etc/fstab", "Fstab.lns"},
	{"/etc/crypttab", "Crypttab.lns"},
	{"/etc/exports", "Exports.lns"},
	{"/etc/exports.d/*.exports", "Exports.lns"},
	{"/etc/lvm/lvm.conf", "LVM.lns"},
	{"/etc/mdadm/mdadm.conf", "Mdadm_conf.lns"},
	{"/etc/multipath.conf", "Multipath.lns"},
	{"/etc/auto.master", "Automaster.lns"},
	{"/etc/inittab", "Inittab.lns"},
	{"/etc/default/grub", "Shellvars.lns"},
	{"/etc/default/grub.d/*.cfg", "Shellvars.lns"},
	{"/etc/modprobe.d/*.conf", "Modprobe.lns"},
	{"/etc/modprobe.conf", "Modprobe.lns"},
	{"/etc/modules", "Modules.lns"},
	{"/etc/modules-load.d/*.conf", "Modules.lns"},
	{"/etc/ld.so.conf", "Ldso.lns"},
	{"/etc/ld.so.conf.d/*.conf", "Ldso.lns"},
	{"/etc/tmpfiles.d/*.conf", "Tmpfiles.lns"},
	{"/etc/default/*", "Shellvars.lns"},
	{"/etc/sysconfig/*", "Shellvars.lns"},
	{"/etc/environment", "Shellvars.lns"},
	{"/etc/updatedb.conf", "Updatedb.lns"},
	/* packages */
	{"/etc/apt/sources.list", "Aptsources.lns"},
	{"/etc/apt/sources.list.d/*.list", "Aptsources.lns"},
	{"/etc/apt/apt.conf", "AptConf.lns"},
	{"/etc/apt/apt.conf.d/*", "AptConf.lns"},
	{"/etc/apt/preferences", "AptPreferences.lns"},
	{"/etc/apt/preferences.d/*", "AptPreferences.lns"},
	{"/etc/yum.conf", "Yum.lns"},
	{"/etc/yum.repos.d/*.repo", "Yum.lns"},
	/* what tells of others */
	{"/etc/rsyslog.conf", "Rsyslog.lns"},
	{"/etc/rsyslog.d/*.conf", "Rsyslog.lns"},
	{"/etc/syslog.conf", "Syslog.lns"},
	{"/etc/logrotate.conf", "Logrotate.lns"},
	{"/etc/logrotate.d/*", "Logrotate.lns"},
	{"/etc/ntp.conf", "Ntp.lns"},
	{"/etc/ntpsec/ntp.conf", "Ntp.lns"},
	{"/etc/chrony/chrony.conf", "Chrony.lns"},
	{"/etc/chrony.conf", "Chrony.lns"},
	{"/etc/anacrontab", "Anacron.lns"},
	{"/etc/aliases", "Aliases.lns"},
	{"/etc/monit/monitrc", "Monit.lns"},
	/* services */
	{"/etc/apache2/apache2.conf", "Httpd.lns"},
	{"/etc/apache2/ports.conf", "Httpd.lns"},
	{"/etc/apache2/*-available/*.conf", "Httpd.lns"},
	{"/etc/httpd/conf/httpd.conf", "Httpd.lns"},
	{"/etc/httpd/conf.d/*.conf", "Httpd.lns"},
	{"/etc/nginx/nginx.conf", "Nginx.lns"},
	{"/etc/nginx/conf.d/*.conf", "Nginx.lns"},
	{"/etc/nginx/sites-available/*", "Nginx.lns"},
	{"/etc/mysql/my.cnf", "MySQL.lns"},
	{"/etc/mysql/conf.d/*.cnf", "MySQL.lns"},
	{"/etc/mysql/*.conf.d/*.cnf", "MySQL.lns"},
	{"/etc/my.cnf", "MySQL.lns"},
	{"/etc/my.cnf.d/*.cnf", "MySQL.lns"},
	{"/etc/postgresql/**/postgresql.conf", "Postgresql.lns"},
	{"/etc/postgresql/**/pg_hba.conf", "Pg_Hba.lns"},
	{"/var/lib/pgsql/**/postgresql.conf", "Postgresql.lns"},
	{"/var/lib/pgsql/**/pg_hba.conf", "Pg_Hba.lns"},
	{"/etc/redis/*.conf", "Redis.lns"},
	{"/etc/redis.conf", "Redis.lns"},
	{"/etc/mongod.conf", "MongoDBServer.lns"},
	{"/etc/memcached.conf", "Memcached.lns"},
	{"/etc/samba/smb.conf", "Samba.lns"},
	{"/etc/rsyncd.conf", "Rsyncd.lns"},
	{"/etc/vsftpd.conf", "Vsftpd.lns"},
	{"/etc/squid/squid.conf", "Squid.lns"},
	{"/etc/postfix/main.cf", "Postfix_Main.lns"},
	{"/etc/postfix/master.cf", "Postfix_Master.lns"},
	{"/etc/dovecot/*.conf", "Dovecot.lns"},
	{"/etc/dovecot/conf.d/*.conf", "Dovecot.lns"},
	{"/etc/php/**/php.ini", "PHP.lns"},
	{"/etc/docker/daemon.json", "Json.lns"},
	{"/etc/cups/cupsd.conf", "Cups.lns"},
	{"/etc/xinetd.conf", "Xinetd.lns"},
	{"/etc/xinetd.d/*", "Xinetd.lns"},
	{"/etc/inetd.conf", "Inetd.lns"},
	{"/etc/keepalived/keepalived.conf", "Keepalived.lns"},
	{"/etc/openvpn/*.conf", "OpenVPN.lns"},
	{"/etc/stunnel/*.conf", "Stunnel.lns"},
	{"/etc/clamav/*.conf", "Clamav.lns"},
	{"/etc/puppet/puppet.conf", "Puppet.lns"},
};

const char *lens_table_find(const char *path)
{
	for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
		if (glob_match(table[i].glob, path)) {
			return table[i].lens;
		}
	}
	return NULL;
}

const char *lens_table_nth(guint n)
{
	return n < G_N_ELEMENTS(table) ? table[n].lens : NULL;
}
