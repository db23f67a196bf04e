# SPDX-License-Identifier: GPL-3.0-or-later
"""Formats that a tool decides: C, shell, man pages; and words that mark unfinished work."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TRACKED = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True,
                         check=True).stdout.split("\n")[:-1]
C_FILES = [path for path in TRACKED if re.search(r"\.[ch]$", path)]
MAN_PAGES = [path for path in TRACKED if re.match(r"man/.*\.[1-8]$", path)]


def run(*command):
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def test_c_is_formatted():
    done = run("clang-format", "--dry-run", "-Werror", *C_FILES)
    assert done.returncode == 0, done.stderr[:4000]


@pytest.mark.parametrize("page", MAN_PAGES)
def test_man_page_is_clean(page):
    done = run("mandoc", "-T", "lint", "-W", "warning", page)
    assert done.stdout == ""


@pytest.mark.parametrize("script", [path for path in TRACKED if path.startswith(("tools/", ".ci/"))
                                    and (ROOT / path).read_bytes().startswith(b"#!/bin/sh")])
def test_shell_parses(script):
    done = run("sh", "-n", script)
    assert done.returncode == 0, done.stderr


def test_nothing_unfinished_is_marked():
    words = re.compile(r"\b(TODO|FIXME|XXX|HACK|not implemented|unimplemented)\b")
    marked = [path for path in TRACKED if path.startswith(("src/", "tools/", "policies/"))
              and words.search((ROOT / path).read_text(errors="replace"))]
    assert marked == []
