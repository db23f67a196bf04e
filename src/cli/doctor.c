/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Findings and the table of checks: see doctor.h. */
#include "cli/doctor.h"

const Check doctor_checks[] = {
	{"config", check_config},
	{"places", check_places},
	{"users", check_users},
	{"space", check_space},
	{"rules", check_rules},
	{"daemon", check_daemon},
	{"walls", check_walls},
	{"kernel", check_kernel},
	{"inotify", check_inotify},
	{"actors", check_actors},
	{"canary", check_canary},
	{"clock", check_clock},
	{0},
};

void doctor_find(Doctor *doctor, FindingLevel level, const char *advice, const char *format, ...)
{
	Finding *finding = g_new0(Finding, 1);
	va_list args;

	va_start(args, format);
	finding->text = g_strdup_vprintf(format, args);
	va_end(args);
	finding->check = doctor->check;
	finding->level = level;
	finding->advice = g_strdup(advice);
	g_ptr_array_add(doctor->findings, finding);
}
