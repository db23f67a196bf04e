/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The machine's identity: see identity.h. */
#include "daemon/identity.h"
#include "base/digest.h"
#include "base/fd.h"
#include "base/io.h"
#include "base/path.h"
#include "config/config.h"

#include <fcntl.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define MACHINE_ID_BYTES 16
#define HOST_ID_FILE "host-id"
#define BOOT_ID_FILE "/proc/sys/kernel/random/boot_id"
#define BOOT_ID_LENGTH 36
#define SMALL_FILE_BYTES 4096

/* One line of an open file, without its end; NULL when there is none that fits. */
static char *read_line(int fd)
{
	g_autoptr(GBytes) bytes = fd >= 0 ? io_read_fd(fd, SMALL_FILE_BYTES, NULL) : NULL;
	char *line;

	if (bytes == NULL) {
		return NULL;
	}
	line = g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
	line[strcspn(line, "\n")] = '\0';
	return line;
}

static char *read_machine_id(int fd)
{
	g_autofree char *line = read_line(fd);
	guint8 raw[MACHINE_ID_BYTES];

	return line != NULL && hex_decode(line, raw, sizeof(raw)) ? g_steal_pointer(&line) : NULL;
}

/* The watched root may be somebody else's tree: nothing in it is followed or waited for. */
static char *machine_id_of_root(const char *root)
{
	auto_fd int root_fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	auto_fd int fd =
		root_fd < 0 ? -1 : path_open(root_fd, "/etc/machine-id", O_RDONLY | O_NONBLOCK);
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? read_machine_id(fd) : NULL;
}

static char *kept_host_id(int state_fd, GError **error)
{
	auto_fd int fd = openat(state_fd, HOST_ID_FILE, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	g_autofree char *kept = read_machine_id(fd);
	guint8 raw[MACHINE_ID_BYTES];
	char text[2 * MACHINE_ID_BYTES + 2];

	if (kept != NULL) {
		return g_steal_pointer(&kept);
	}
	if (getrandom(raw, sizeof(raw), 0) != sizeof(raw)) {
		error_set_errno(error, "cannot draw a host id");
		return NULL;
	}
	hex_encode(raw, sizeof(raw), text);
	kept = g_strdup(text);
	strcat(text, "\n");
	return io_replace_file(state_fd, HOST_ID_FILE, text, strlen(text), 0640, error)
		       ? g_steal_pointer(&kept)
		       : NULL;
}

static char *read_boot_id(GError **error)
{
	auto_fd int fd = open(BOOT_ID_FILE, O_RDONLY | O_CLOEXEC);
	g_autofree char *line = read_line(fd);

	if (line == NULL || strlen(line) != BOOT_ID_LENGTH) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_IO, "cannot read %s", BOOT_ID_FILE);
		return NULL;
	}
	return g_steal_pointer(&line);
}

bool identity_read(Identity *ret, const char *root, int state_fd, GError **error)
{
	g_auto(Identity) identity = {0};

	identity.machine_id = machine_id_of_root(root);
	if (identity.machine_id == NULL) {
		identity.machine_id = kept_host_id(state_fd, error);
	}
	if (identity.machine_id == NULL) {
		return false;
	}
	identity.boot_id = read_boot_id(error);
	if (identity.boot_id == NULL) {
		return false;
	}
	*ret = identity;
	identity = (Identity){0};
	return true;
}

void identity_clear(Identity *identity)
{
	g_clear_pointer(&identity->machine_id, g_free);
	g_clear_pointer(&identity->boot_id, g_free);
}

char *identity_host(void)
{
	char name[256] = "";

	if (gethostname(name, sizeof(name) - 1) < 0 || !config_host_is_valid(name)) {
		return g_strdup("localhost");
	}
	return g_strdup(name);
}
