/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Trouble: see trouble.h. */
#include "recorder/trouble.h"
#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "recorder/ballast.h"
#include "recorder/batch.h"
#include "recorder/weather.h"

#include <fcntl.h>
#include <string.h>

#define BACKOFF_MIN_USEC 1000000
#define BACKOFF_MAX_USEC 15000000

/* Committed while it is open; what closes it comes with the first batch that succeeds. Once only:
 * whoever filled the disk may take the room that the ballast has left as well. */
static void tell(Recorder *recorder, const Gap *gap)
{
	g_autoptr(GError) failure = NULL;

	if (batch_tell(recorder, gap, &failure)) {
		log_info("the ballast is dropped to say so");
	} else {
		log_debug("not even that fits: %s", failure->message);
	}
}

static void begin(Recorder *recorder, const char *word, const GError *failure)
{
	Gap *gap = gap_new(word, "/", recorder_sure_until_usec(recorder), 0);

	log_error("cannot record: %s (%s); trying again until it works", weather_text(word),
		  failure->message);
	if (strcmp(word, "disk-full") == 0 || strcmp(word, "no-inodes") == 0) {
		snapshot_make_room(recorder->world.snapshot, clock_wall_usec());
		if (ballast_drop(recorder->state_fd)) {
			tell(recorder, gap);
		}
	}
	g_ptr_array_add(recorder->gaps, gap);
}

/* The next turn of the loop begins with it (mend.h): at once, the first time. */
static bool can_be_mended(const Recorder *recorder, const GError *failure)
{
	return g_error_matches(failure, REEVE_ERROR, REEVE_ERROR_CORRUPT) &&
	       snapshot_is_in_place(recorder->world.snapshot) &&
	       snapshot_is_damaged(recorder->world.snapshot);
}

bool trouble_take(Recorder *recorder, GError *failure, GError **error)
{
	Status *status = recorder->status;
	const char *word;

	if (can_be_mended(recorder, failure)) {
		log_error("%s", failure->message);
		recorder->retry_usec =
			recorder->was_mended ? clock_mono_usec() + BACKOFF_MAX_USEC : 0;
		status->state = STATUS_DEGRADED;
		status_set_text(status, "snapshots.git is damaged and is being mended: %s",
				failure->message);
		g_error_free(failure);
		return true;
	}
	if (g_error_matches(failure, REEVE_ERROR, REEVE_ERROR_CORRUPT) ||
	    g_error_matches(failure, REEVE_ERROR, REEVE_ERROR_VERSION)) {
		g_propagate_error(error, failure);
		return false;
	}
	if (recorder->is_leaving) {
		log_debug("left undone: %s", failure->message);
		g_error_free(failure);
		return true;
	}
	word = weather_of(recorder->state_fd);
	word = word == NULL ? "trouble" : word;
	if (recorder->retry_usec == 0 && recorder->is_started) {
		begin(recorder, word, failure);
	}
	recorder->backoff_usec =
		CLAMP(2 * recorder->backoff_usec, BACKOFF_MIN_USEC, BACKOFF_MAX_USEC);
	recorder->retry_usec = clock_mono_usec() + recorder->backoff_usec;
	status->state = STATUS_DEGRADED;
	status_set_text(status, "cannot record, %s: %s", weather_text(word), failure->message);
	g_error_free(failure);
	return true;
}

void trouble_end(Recorder *recorder)
{
	if (recorder->retry_usec != 0) {
		log_info("recording again");
	}
	if (recorder->retry_usec != 0 || !recorder->has_ballast) {
		recorder->has_ballast = ballast_load(recorder->state_fd);
	}
	recorder->retry_usec = 0;
	recorder->backoff_usec = 0;
}

void trouble_look(Recorder *recorder)
{
	gint64 now = clock_mono_usec();

	if (recorder->retry_usec > now && weather_of(recorder->state_fd) == NULL) {
		recorder->retry_usec = now;
	}
}
