/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sheet: see bus-sheet.h. */
#include "config/bus-sheet.h"
#include "config/bus-clients.h"
#include "config/bus-key.h"

#include "base/digest.h"
#include "base/fd.h"
#include "base/io.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define TEXT_MAX_BYTES (BUS_CLIENTS_MAX_BYTES + 64 * 1024)
#define SECRET "secret "
#define CHECKPOINT "checkpoint "

typedef struct {
	guint64 size; /* network order */
	guint8 digest[DIGEST_BYTES];
} Head;

void bus_sheet_clear(BusSheet *sheet)
{
	g_free(sheet->server_secret);
	g_free(sheet->checkpoint);
	g_free(sheet->clients);
	memset(sheet, 0, sizeof(*sheet));
}

char *bus_sheet_format(const BusSheet *sheet)
{
	GString *text = g_string_new(NULL);

	if (sheet->server_secret != NULL) {
		g_string_append_printf(text, SECRET "%s\n", sheet->server_secret);
	}
	if (sheet->checkpoint != NULL) {
		g_string_append_printf(text, CHECKPOINT "%s\n", sheet->checkpoint);
	}
	g_string_append_c(text, '\n');
	g_string_append(text, sheet->clients != NULL ? sheet->clients : "");
	return g_string_free(text, FALSE);
}

static bool take_line(BusSheet *sheet, const char *line)
{
	if (g_str_has_prefix(line, SECRET) && sheet->server_secret == NULL) {
		sheet->server_secret = g_strdup(line + strlen(SECRET));
		return bus_key_is_valid(sheet->server_secret);
	}
	if (g_str_has_prefix(line, CHECKPOINT) && sheet->checkpoint == NULL) {
		sheet->checkpoint = g_strdup(line + strlen(CHECKPOINT));
		return true;
	}
	return false;
}

bool bus_sheet_parse(BusSheet *ret, const char *text)
{
	g_auto(BusSheet) sheet = {0};
	const char *end;

	for (; *text != '\n'; text = end + 1) {
		g_autofree char *line = NULL;

		end = strchr(text, '\n');
		line = end == NULL ? NULL : g_strndup(text, (gsize)(end - text));
		if (line == NULL || !take_line(&sheet, line)) {
			return false;
		}
	}
	sheet.clients = g_strdup(text + 1);
	*ret = sheet;
	memset(&sheet, 0, sizeof(sheet));
	return true;
}

int bus_sheet_new(GError **error)
{
	static const BusSheet empty;
	auto_fd int fd = memfd_create("reeve-sheet", MFD_CLOEXEC);

	if (fd < 0) {
		error_set_errno(error, "cannot make the relay's sheet");
		return -1;
	}
	return bus_sheet_write(fd, &empty, error) ? fd_steal(&fd) : -1;
}

int bus_sheet_reader(int fd, GError **error)
{
	g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", fd);
	int reader = open(path, O_RDONLY | O_CLOEXEC);

	if (reader < 0) {
		error_set_errno(error, "cannot open the relay's sheet for reading");
	}
	return reader;
}

bool bus_sheet_write(int fd, const BusSheet *sheet, GError **error)
{
	g_autofree char *text = bus_sheet_format(sheet);
	gsize size = strlen(text);
	Head head = {.size = GUINT64_TO_BE((guint64)size)};

	digest_sha256(text, size, head.digest);
	return io_pwrite_all(fd, text, size, sizeof(head), error) &&
	       io_pwrite_all(fd, &head, sizeof(head), 0, error);
}

/* NULL: what is there does not fit together. */
static char *read_text(int fd, const Head *head)
{
	guint64 size = GUINT64_FROM_BE(head->size);
	g_autofree char *text = NULL;
	guint8 digest[DIGEST_BYTES];

	if (size > TEXT_MAX_BYTES) {
		return NULL;
	}
	text = g_malloc(size + 1);
	text[size] = '\0';
	if (!io_pread_exact(fd, text, size, sizeof(*head), NULL)) {
		return NULL;
	}
	digest_sha256(text, size, digest);
	return memcmp(digest, head->digest, sizeof(digest)) == 0 ? g_steal_pointer(&text) : NULL;
}

BusSheetRead bus_sheet_read(int fd, char digest[65], BusSheet *ret)
{
	char found[DIGEST_HEX + 1];
	g_autofree char *text = NULL;
	Head head;

	if (!io_pread_exact(fd, &head, sizeof(head), 0, NULL)) {
		return BUS_SHEET_TORN;
	}
	hex_encode(head.digest, sizeof(head.digest), found);
	if (strcmp(found, digest) == 0) {
		return BUS_SHEET_SAME;
	}
	text = read_text(fd, &head);
	if (text == NULL || !bus_sheet_parse(ret, text)) {
		return BUS_SHEET_TORN;
	}
	memcpy(digest, found, sizeof(found));
	return BUS_SHEET_NEW;
}
