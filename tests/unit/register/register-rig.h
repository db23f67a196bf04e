/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A register made by hand, commit by commit, and people with keys of stock ssh-keygen who sign in
 * it: for the tests of the rooms that read registers. The clock is a number.
 */
#pragma once

#include "base/clock.h"
#include "change/odb.h"
#include "register/closing.h"
#include "register/register.h"
#include "register/statement.h"
#include "ssh-keygen.h"

#include <git2.h>
#include <string.h>

#define ALICE "alice@example.org"
#define DAVE "dave@example.org"
#define SEC ((gint64)G_USEC_PER_SEC)
#define NOON (G_GINT64_CONSTANT(1795348800) * SEC) /* 2026-11-22T12:00:00Z */

typedef struct {
	char *bare;
	git_repository *repo;
	GHashTable *files; /* path -> GBytes: what the next commit holds */
	char *head;
	Signers *signers;
	Register *reg;
} Rig;

/* Once for a test program: a folder with keys of alice, dave and mallory. */
static inline void rig_prepare(void)
{
	odb_prepare();
	workplace = g_dir_make_tmp("reeve-register-XXXXXX", NULL);
	must_run("for who in alice dave mallory; do ssh-keygen -q -t ed25519 -N '' -f $who; done; "
		 "for who in alice dave; do echo $who@example.org "
		 "namespaces=\\\"reeve-approval\\\" $(cut -d' ' -f1,2 $who.pub); done >allowed");
}

static inline void rig_finish(void)
{
	must_run("rm -rf \"$PWD\"");
	g_free(workplace);
}

static inline void rig_open_register(Rig *rig)
{
	g_clear_pointer(&rig->reg, register_free);
	rig->reg = register_new(rig->bare, "main", rig->signers);
}

static inline Rig *rig_open(void)
{
	g_autofree char *allowed = read_text("allowed");
	Rig *rig = g_new0(Rig, 1);
	g_autoptr(GError) error = NULL;
	git_repository_init_options options = GIT_REPOSITORY_INIT_OPTIONS_INIT;

	rig->bare = g_build_filename(workplace, "register.git", NULL);
	options.flags = GIT_REPOSITORY_INIT_BARE | GIT_REPOSITORY_INIT_MKDIR;
	options.initial_head = "main";
	g_assert_cmpint(git_repository_init_ext(&rig->repo, rig->bare, &options), ==, 0);
	rig->files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
					   (GDestroyNotify)g_bytes_unref);
	rig->signers = signers_parse("allowed", allowed, strlen(allowed), &error);
	g_assert_no_error(error);
	rig_open_register(rig);
	return rig;
}

static inline void rig_close(Rig *rig)
{
	g_clear_pointer(&rig->reg, register_free);
	signers_free(rig->signers);
	git_repository_free(rig->repo);
	g_hash_table_unref(rig->files);
	must_run("rm -rf register.git");
	g_free(rig->bare);
	g_free(rig->head);
	g_free(rig);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Rig, rig_close)

/* NULL takes the file away. */
static inline void rig_put(Rig *rig, const char *path, const char *text)
{
	if (text == NULL) {
		g_hash_table_remove(rig->files, path);
	} else {
		g_hash_table_insert(rig->files, g_strdup(path), g_bytes_new(text, strlen(text)));
	}
}

static inline char *rig_path(const char *id, const char *name)
{
	return g_strdup_printf("requests/%s/%s", id, name);
}

/* `more`: lines of request.yaml, of which `changes:` must be one. */
/* What leaves content open must end some day: here, long after every test. */
static inline const char *rig_end(const char *more)
{
	return strstr(more, "content: any") != NULL && strstr(more, "window:") == NULL
		       ? "window: {end: 2099-01-01T00:00:00Z}\n"
		       : "";
}

static inline void rig_ask(Rig *rig, const char *id, const char *more)
{
	g_autofree char *path = rig_path(id, "request.yaml");
	g_autofree char *yaml = g_strdup_printf(
		"id: %s\ntitle: t\nrequester: bob@example.org\n%s%s", id, rig_end(more), more);

	rig_put(rig, path, yaml);
}

static inline char *rig_statement(Rig *rig, const char *id, const char *who, Decision decision)
{
	g_autofree char *path = rig_path(id, "request.yaml");
	GBytes *yaml = g_hash_table_lookup(rig->files, path);
	Statement statement = {.request = (char *)id,
			       .decision = decision,
			       .role = (char *)"change-authority",
			       .approver = (char *)who,
			       .date_usec = NOON - 86400 * SEC};
	gsize size;
	const void *data = g_bytes_get_data(yaml, &size);
	git_oid oid;

	g_assert_cmpint(git_odb_hash(&oid, data, size, GIT_OBJECT_BLOB), ==, 0);
	digest_sha256(data, size, statement.request_sha256);
	memcpy(statement.request_blob, oid.id, BLOB_BYTES);
	return statement_format(&statement);
}

/* `who` is the approver's name, `key` whose key signs; `folder`: approvals or reviews. */
static inline void rig_sign_in(Rig *rig, const char *id, const char *folder, const char *who,
			       const char *key, Decision decision)
{
	g_autofree char *text = rig_statement(rig, id, who, decision);
	g_autofree char *command = g_strdup_printf(
		"rm -f s.sig && ssh-keygen -q -Y sign -n reeve-approval -f %s s", key);
	g_autofree char *name = g_strconcat(folder, "/", who, NULL);
	g_autofree char *path = rig_path(id, name);
	g_autofree char *sig_path = g_strconcat(path, ".sig", NULL);
	g_autofree char *signature = NULL;

	write_text("s", text, strlen(text));
	must_run(command);
	signature = read_text("s.sig");
	rig_put(rig, path, text);
	rig_put(rig, sig_path, signature);
}

static inline void rig_sign_as(Rig *rig, const char *id, const char *who, const char *key,
			       Decision decision)
{
	rig_sign_in(rig, id, "approvals", who, key, decision);
}

static inline void rig_approve(Rig *rig, const char *id)
{
	rig_sign_as(rig, id, ALICE, "alice", DECISION_APPROVE);
}

static inline void rig_shut(Rig *rig, const char *id)
{
	Closing closing = {(char *)id, (char *)"bob@example.org", (char *)"done", NOON};
	g_autofree char *text = closing_format(&closing);
	g_autofree char *path = rig_path(id, CLOSING_FILE);

	rig_put(rig, path, text);
}

/* The next commit begins a history anew. */
static inline void rig_forget(Rig *rig)
{
	g_clear_pointer(&rig->head, g_free);
}

/* Commits what there is, links for files whose text begins with "->". */
static inline void rig_push(Rig *rig)
{
	git_index *index;
	git_tree *tree;
	git_signature *who;
	git_commit *parent = NULL;
	const git_commit *parents[1];
	git_reference *ref = NULL;
	git_oid id, tree_id;
	GHashTableIter each;
	gpointer path, bytes;

	g_assert_cmpint(git_index_new(&index), ==, 0);
	g_hash_table_iter_init(&each, rig->files);
	while (g_hash_table_iter_next(&each, &path, &bytes)) {
		gsize size;
		const char *data = g_bytes_get_data(bytes, &size);
		bool is_link = size > 2 && memcmp(data, "->", 2) == 0;
		git_index_entry entry = {.path = path,
					 .mode = is_link ? GIT_FILEMODE_LINK : GIT_FILEMODE_BLOB};

		g_assert_cmpint(git_blob_create_from_buffer(&entry.id, rig->repo, data, size), ==,
				0);
		g_assert_cmpint(git_index_add(index, &entry), ==, 0);
	}
	g_assert_cmpint(git_index_write_tree_to(&tree_id, index, rig->repo), ==, 0);
	git_index_free(index);
	g_assert_cmpint(git_tree_lookup(&tree, rig->repo, &tree_id), ==, 0);
	g_assert_cmpint(git_signature_new(&who, "x", "x@test", 1795316645, 0), ==, 0);
	if (rig->head != NULL) {
		g_assert_true(odb_parse_id(rig->head, &id));
		g_assert_cmpint(git_commit_lookup(&parent, rig->repo, &id), ==, 0);
	}
	parents[0] = parent;
	g_assert_cmpint(git_commit_create(&id, rig->repo, NULL, who, who, NULL, "step", tree,
					  parent == NULL ? 0 : 1, parents),
			==, 0);
	g_free(rig->head);
	rig->head = odb_format_id(&id);
	g_assert_cmpint(git_reference_create(&ref, rig->repo, "refs/heads/main", &id, 1, NULL), ==,
			0);
	git_reference_free(ref);
	git_commit_free(parent);
	git_signature_free(who);
	git_tree_free(tree);
}

/* Loads all of it; must not fail. */
static inline RegisterLoad rig_load(Rig *rig, gint64 now_usec)
{
	g_autoptr(GError) error = NULL;
	RegisterLoad load = register_load(rig->reg, now_usec, 0, &error);

	g_assert_no_error(error);
	return load;
}

/* The file of a loose object of the present commit, found by a path in it. */
static inline char *rig_object(Rig *rig, const char *path)
{
	git_object *object;
	g_autofree char *spec = g_strdup_printf("%s:%s", rig->head, path);
	char hex[GIT_OID_HEXSZ + 1];

	g_assert_cmpint(git_revparse_single(&object, rig->repo, spec), ==, 0);
	git_oid_tostr(hex, sizeof(hex), git_object_id(object));
	git_object_free(object);
	return g_strdup_printf("register.git/objects/%.2s/%s", hex, hex + 2);
}

/* A change of a file at a moment: rewritten, its blob is all of this byte. */
static inline Change *rig_change(const char *path, guint8 byte)
{
	Change *change = change_new(path, OP_UPDATED);

	change->before = (FileState){.type = FILE_REGULAR, .content = CONTENT_STORED, .mode = 0644};
	change->after = change->before;
	memset(change->after.blob, byte, BLOB_BYTES);
	change->difference = STATE_CONTENT;
	return change;
}
