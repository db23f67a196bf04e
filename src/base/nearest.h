/* SPDX-License-Identifier: LGPL-3.0-or-later */
/*
 * "Did you mean ...?": the known word that is nearest to one that is not known. A letter too many,
 * too few, wrong or swapped with its neighbour costs one step; case costs nothing.
 */
#pragma once

/*
 * The nearest of `known` (NULL-ended) when it is near enough to be what was meant (a third of its
 * letters, at least one step), else NULL. Static: points into `known`. Words longer than 64 bytes
 * are near to nothing.
 */
const char *nearest_word(const char *word, const char *const *known);
