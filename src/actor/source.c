/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of sources: see source.h. */
#include "actor/source.h"

#include "build-config.h"

#if REEVE_BPF
#define REEVE_BPF_WORD "bpf, "
#else
#define REEVE_BPF_WORD ""
#endif

static const SourceOps *const sources[] = {
#if REEVE_BPF
	&source_bpf_ops,
#endif
	&source_connector_ops,
	&source_proc_ops,
	&source_none_ops,
};

const SourceOps *source_at(guint n)
{
	return n < G_N_ELEMENTS(sources) ? sources[n] : NULL;
}

static bool try_open(Source *source, const SourceOps *ops, GError **error)
{
	source->state = ops->open(error);
	if (source->state == NULL) {
		g_prefix_error(error, "%s: ", ops->name);
		return false;
	}
	source->ops = ops;
	return true;
}

static bool open_best(Source *source)
{
	for (gsize i = 0; i < G_N_ELEMENTS(sources); i++) {
		g_autoptr(GError) why = NULL;

		if (!sources[i]->is_automatic) {
			continue;
		}
		if (try_open(source, sources[i], &why)) {
			return true;
		}
		g_ptr_array_add(source->passed_over, g_strdup(why->message));
	}
	g_assert_not_reached(); /* "none" opens */
}

static bool open_named(Source *source, const char *name, GError **error)
{
	for (gsize i = 0; i < G_N_ELEMENTS(sources); i++) {
		if (g_str_equal(sources[i]->name, name)) {
			return try_open(source, sources[i], error);
		}
	}
	g_set_error(error, REEVE_ERROR, REEVE_ERROR_UNAVAILABLE,
		    "this build has no source of actors \"%s\" (there are auto, " REEVE_BPF_WORD
		    "connector, proc, none)",
		    name);
	return false;
}

bool source_open(Source *source, const char *name, GError **error)
{
	bool ok;

	*source = (Source){.passed_over = g_ptr_array_new_with_free_func(g_free)};
	ok = g_str_equal(name, "auto") ? open_best(source) : open_named(source, name, error);
	if (!ok) {
		source_close(source);
	}
	return ok;
}

void source_close(Source *source)
{
	if (source->state != NULL) {
		source->ops->close(source->state);
	}
	g_clear_pointer(&source->passed_over, g_ptr_array_unref);
	source->state = NULL;
	source->ops = NULL;
}
