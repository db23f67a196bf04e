# SPDX-License-Identifier: GPL-3.0-or-later
"""The shape of src/: nobody includes a later room, and nobody reaches into a room's inside.

A library includes itself, base/, and the value headers of earlier rooms (their treaty begins with
"Values:"); a program may also include the public headers of any earlier library.
"""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src"
ROOMS = re.findall(r"'([a-z]+)',", re.search(r"rooms = \[(.*?)\]", (SRC / "meson.build").read_text(),
                                             re.S).group(1))
SOURCES = sorted(path for path in SRC.rglob("*.[ch]"))
LOCAL_INCLUDE = re.compile(r'^#include "([^"]+)"', re.M)
FORBIDDEN_NAMES = re.compile(r"(utils?|common|misc|helpers?|manager)\.[ch]$")


# What libreeve may be made of; tests/e2e/test_libreeve.py looks at what it is made of.
LIBRARY_ROOMS = {"base", "event", "client"}


def is_program(room):
    return (SRC / room / "main.c").exists()


def is_value_header(path):
    treaty = path.read_text().split("*/", 2)[1]
    return treaty.lstrip().removeprefix("/*").lstrip(" *\n").startswith("Values:")


def name(path):
    return str(path.relative_to(ROOT))


def test_rooms_are_those_of_the_build():
    assert sorted(ROOMS) == sorted(p.name for p in SRC.iterdir() if p.is_dir())


@pytest.mark.parametrize("source", SOURCES, ids=name)
def test_includes_follow_the_order_of_the_data(source):
    room = source.parent.name
    for included in LOCAL_INCLUDE.findall(source.read_text()):
        if included == "build-config.h":
            continue
        target = SRC / included
        assert target.exists(), f'"{included}": write room/file.h'
        other = target.parent.name
        if other in (room, "base"):
            continue
        assert ROOMS.index(other) < ROOMS.index(room), f"{included} is in a later room"
        assert not is_program(other), f"{included} is the inside of a program"
        if not is_program(room):
            assert is_value_header(target), \
                f"{included} is no value header, and {room} is a library"


@pytest.mark.parametrize("source", SOURCES, ids=name)
def test_file_opens_with_its_treaty(source):
    text = source.read_text()
    room = source.parent.name
    licences = ["GPL-3.0-or-later"] if room != "client" else []
    if room in LIBRARY_ROOMS:
        licences.append("LGPL-3.0-or-later")
    assert any(text.startswith(f"/* SPDX-License-Identifier: {licence} */\n/*") for licence in licences)


@pytest.mark.parametrize("source", SOURCES, ids=name)
def test_file_is_small_and_named_for_its_noun(source):
    lines = source.read_text().count("\n")
    assert lines <= 500, f"{lines} lines: would two nouns or two verbs be clearer?"
    assert not FORBIDDEN_NAMES.search(source.name)


def test_glib_stays_the_base_library():
    for source in SOURCES:
        if source.parent.name != "desktop":
            assert not re.search(r"#include <g(io|lib-object|object)", source.read_text()), source
