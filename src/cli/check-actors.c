/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checks of the doctor on who can be told: the source of actors, how sure it can be, its limits. */
#include "cli/canary.h"
#include "cli/doctor.h"
#include "cli/health.h"
#include "cli/pick.h"

#include <string.h>

#define CANARY_PATIENCE_MS 15000
#define ADVICE_BPF                                                                       \
	"run reeved as root on a kernel with BTF (/sys/kernel/btf/vmlinux), built with " \
	"-Dbpf=enabled"

static void tell_better(const json_t *actors, Doctor *doctor)
{
	size_t i;
	const json_t *why;

	json_array_foreach ((json_t *)pick_array(actors, "passed_over"), i, why) {
		doctor_find(doctor, FINDING_WARN, ADVICE_BPF, "a better source is not in use: %s",
			    json_string_value(why));
	}
}

static void tell_losses(const json_t *actors, Doctor *doctor)
{
	gint64 lost = pick_number(actors, "lost", 0);

	if (pick_true(actors, "blind")) {
		doctor_find(doctor, FINDING_FAIL, "restart reeved",
			    "the source has died: nobody is told apart any more");
	}
	if (lost > 0) {
		doctor_find(doctor, FINDING_WARN,
			    "the machine starts processes faster than they can be noted",
			    "%" G_GINT64_FORMAT " sightings of processes were lost", lost);
	}
}

void check_actors(const Context *context, Doctor *doctor)
{
	g_auto(Health) recorder = {0};
	const json_t *actors;
	const char *source, *reach;

	health_read(context, "recorder", &recorder);
	actors = recorder.is_alive ? pick_object(recorder.line, "actors") : NULL;
	source = pick_text(actors, "source");
	reach = pick_text(actors, "reach");
	if (source == NULL || reach == NULL) {
		doctor_find(doctor, FINDING_SKIP, NULL, "the daemon does not run");
		return;
	}
	if (strcmp(reach, "unknown") == 0) {
		doctor_find(doctor, FINDING_WARN, "run reeved as root, with the backend fanotify",
			    "nobody can say who did it");
	} else {
		doctor_find(doctor, FINDING_OK, NULL,
			    "who did it is known by %s, at best as %s; %s", source, reach,
			    pick_text(actors, "limits"));
	}
	tell_better(actors, doctor);
	tell_losses(actors, doctor);
}

void check_canary(const Context *context, Doctor *doctor)
{
	g_auto(CanaryResult) result = {0};

	canary_send(context, CANARY_PATIENCE_MS, &result);
	doctor_find(doctor,
		    result.state == CANARY_WELL   ? FINDING_OK
		    : result.state == CANARY_SICK ? FINDING_FAIL
						  : FINDING_SKIP,
		    result.state == CANARY_SICK ? "`reeve status` says which stage is not well"
						: NULL,
		    "%s", result.text);
}
