/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a commit of a configuration repository changes, as proposals with the exact blobs of its
 * tree. What cannot be pinned by its blob is refused with the reason: submodules, LFS pointers,
 * and paths whose attributes let git write other bytes into the work tree than it keeps.
 */
#pragma once

#include "cli/stock-git.h"
#include "cli/proposal.h"

/* The path on the machine of a file in the repository: below `prefix` (NULL: "/"). NULL when that
 * is no canonical path. Caller frees. */
char *proposal_map_path(const char *prefix, const char *path);

/* Whether a blob is a pointer of git-lfs: not the content, only its name. */
bool content_is_lfs_pointer(GBytes *content);

/* The difference of two trees (or commits): paths mapped by the new tree's reeve-map.yaml
 * (path-map.h), or, where it has none, by the repository's `reeve.prefix`. */
bool proposal_add_commits(Proposal *proposal, const Git *git, const char *old_tree,
			  const char *new_tree, GError **error);
