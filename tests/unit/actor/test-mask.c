/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Masking of secrets in command lines, with as many that have none. */
#include "../thrift.h"
#include "actor/mask.h"

#include <string.h>

/* Arguments are separated by '\1' here. */
static const struct {
	const char *args, *expected;
} cases[] = {
	/* secrets */
	{"mysql\1-uroot\1-psecret", "mysql -uroot -p****"},
	{"mysqldump\1--password=hunter2\1db", "mysqldump --password=**** db"},
	{"sudo\1sshpass\1-p\1hunter2\1ssh\1host", "sudo sshpass -p **** ssh host"},
	{"tool\1--token\1abcdef", "tool --token ****"},
	{"tool\1--api-key=abc", "tool --api-key=****"},
	{"env\1PGPASSWORD=x y\1psql", "env PGPASSWORD=**** psql"},
	{"curl\1-u\1alice:geheim\1http://h/", "curl -u alice:**** http://h/"},
	{"curl\1--user=alice:geheim", "curl --user=alice:****"},
	{"git\1clone\1https://alice:geheim@h/x.git", "git clone https://alice:****@h/x.git"},
	{"git\1clone\1https://ghp_0123456789abcdefghij@h/x", "git clone https://****@h/x"},
	{"curl\1-H\1Authorization: Bearer abc.def", "curl -H Authorization: Bearer ****"},
	{"curl\1-H\1X-Api-Token: abcdef", "curl -H X-Api-Token: ****"},
	{"deploy\1ghp_0123456789abcdefghijklmnopqrstuvwxyz", "deploy ****"},
	{"openssl\1rsa\1-passin\1pass:geheim", "openssl rsa -passin ****"},
	{"usermod\1-p\1$6$salt$hash\1bob", "usermod -p **** bob"},
	{"sh\1-c\1mysql -uroot -pgeheim; echo done", "sh -c mysql -uroot -p****; echo done"},
	{"sh\1-c\1TOKEN='a b' deploy", "sh -c TOKEN=**** deploy"},
	{"sh\1-c\1echo root:geheim | chpasswd", "sh -c echo root:**** | chpasswd"},
	{"app\1--db-password\1two words", "app --db-password ****"},
	{"app\1-pGeheim1", "app -p****"},
	/* none */
	{"cp\1-pR\1/etc/a\1/etc/b", "cp -pR /etc/a /etc/b"},
	{"mkdir\1-p\1/etc/x", "mkdir -p /etc/x"},
	{"ssh\1-p22\1host", "ssh -p22 host"},
	{"sed\1-i\1s/no/yes/\1/etc/ssh/sshd_config", "sed -i s/no/yes/ /etc/ssh/sshd_config"},
	{"git\1clone\1ssh://git@h/x.git", "git clone ssh://git@h/x.git"},
	{"tee\1/etc/password-policy.conf", "tee /etc/password-policy.conf"},
	{"install\1-m\1"
	 "644\1a\1b",
	 "install -m 644 a b"},
	{"sort\1-u\1file", "sort -u file"},
	{"dd\1if=/dev/zero\1of=/etc/x", "dd if=/dev/zero of=/etc/x"},
	{"", ""},
};

static void test_mask(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		gsize size = strlen(cases[i].args);
		g_autofree char *args = g_strdup(cases[i].args);
		g_autofree char *line = NULL;

		for (gsize k = 0; k < size; k++) {
			args[k] = args[k] == '\1' ? '\0' : args[k];
		}
		line = mask_arguments(args, size);
		g_assert_cmpstr(line, ==, cases[i].expected);
	}
}

/* Bytes of any kind neither crash it nor grow beyond reason. */
static void test_noise(void)
{
	guint8 bytes[512];

	g_random_set_seed(5);
	for (guint round = 0; round < thrift(2000, 200); round++) {
		g_autofree char *line = NULL;
		static const char alphabet[] = " -p=:'\"@/;|&ab\n\0u";

		for (gsize i = 0; i < sizeof(bytes); i++) {
			gint32 pick = g_random_int_range(0, sizeof(alphabet));

			bytes[i] = round % 2 ? (guint8)g_random_int() : (guint8)alphabet[pick];
		}
		line = mask_arguments((const char *)bytes, sizeof(bytes));
		g_assert_cmpuint(strlen(line), <, 4 * sizeof(bytes));
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/mask/arguments", test_mask);
	g_test_add_func("/mask/noise", test_noise);
	return g_test_run();
}
