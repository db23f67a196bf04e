# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder wider than any that people make by hand."""

import pytest


@pytest.mark.slow
@pytest.mark.patient
def test_a_folder_of_a_hundred_thousand_names(machine):
    wide = machine.path("/etc/wide")
    wide.mkdir(parents=True)
    for number in range(100000):
        (wide / f"{number:06}").touch()
    machine.start()
    assert machine.health("recorder")["entries"] == 100002
    machine.write("/etc/wide/050000", "changed\n")
    (wide / "099999").unlink()
    machine.write("/etc/wide/new", "new\n")
    machine.settle()
    assert {(change["path"], change["op"]) for change in machine.changes()} == {
        ("/etc/wide/050000", "updated"), ("/etc/wide/099999", "deleted"),
        ("/etc/wide/new", "created")}
    assert machine.gaps() == []
