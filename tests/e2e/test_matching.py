# SPDX-License-Identifier: GPL-3.0-or-later
"""What is changed, where, when and by whom: a request covers nothing else. A refusal is worth what it
tells, so its message is asserted."""

import pytest
from register_clone import ALICE, blob_id, moment
from register_story import MOTD, NEW, OLD, approve, assert_mismatch, change, put, reasons, to


def test_window_over(register):
    approve(register, window=f"{{start: {moment(-7200)}, end: {moment(-3600)}}}")
    assert_mismatch(register, "window: closed at ")


def test_window_ahead(register):
    approve(register, window=f"{{start: {moment(3600)}, end: {moment(7200)}}}")
    assert_mismatch(register, "window: opens at ")


def test_other_host(register):
    approve(register, hosts='["db-*", mail]')
    assert_mismatch(register, "host: requested for db-*, mail, this is web-1")


def test_other_mode(register):
    approve(register, [to(f"blob: {blob_id(NEW)}", 'mode: "0600"')])
    assert_mismatch(register, "mode: requested 0600, found 0644")


def test_other_owner(register):
    approve(register, [to(f"blob: {blob_id(NEW)}", "owner: daemon")])
    assert_mismatch(register, "owner: requested daemon, found ")


def test_unrequested_mode(register):
    approve(register)
    put(register.machine, MOTD, NEW, mode=0o4755)
    assert register.machine.settle().returncode == 1
    assert "mode: not requested, but changed from 0644 to 4755" in \
        reasons(register.machine.changes(MOTD)[-1])


def test_created_with_a_dangerous_mode(register):
    approve(register, [f"{{path: /etc/tool, to: {{blob: {blob_id(NEW)}}}}}"])
    put(register.machine, "/etc/tool", NEW, mode=0o4755)
    assert register.machine.settle().returncode == 1
    told = register.machine.changes("/etc/tool")[-1]
    assert told["verdict"] == "mismatch", told
    assert "4755 lets it run as somebody else" in reasons(told)


def test_a_link_that_spells_the_content(register):
    """The blob of a link is its target: equal bytes are not an equal thing."""
    approve(register, [to(f"blob: {blob_id('/tmp/evil')}")])
    put(register.machine, MOTD, target="/tmp/evil")
    assert register.machine.settle().returncode == 1
    assert "content: requested a file, found link" in \
        reasons(register.machine.changes(MOTD)[-1])


def test_moved_from_where_nothing_was_requested(register):
    machine = register.machine
    change(machine, NEW, path="/etc/precious")
    approve(register, [f"{{path: /etc/issue, to: {{blob: {blob_id(NEW)}}}}}"])
    machine.path("/etc/precious").rename(machine.path("/etc/issue"))
    machine.settle()
    told = machine.changes("/etc/issue")[-1]
    if told["op"] == "moved":
        assert "source: it was moved away from /etc/precious" in reasons(told)
    assert machine.settle().returncode == 1


def test_moved_as_requested_at_both_ends(register):
    machine = register.machine
    approve(register, [f"{{path: /etc/issue, to: {{blob: {blob_id(OLD)}}}}}",
                       to("absent: true")])
    machine.path(MOTD).rename(machine.path("/etc/issue"))
    assert machine.settle().returncode == 0, machine.changes()[-1]["reasons"]


def test_a_move_is_resolved_late_at_both_ends(register):
    machine = register.machine
    register.write([f"{{path: /etc/issue, to: {{blob: {blob_id(OLD)}}}}}",
                    to("absent: true")]).push()
    machine.path(MOTD).rename(machine.path("/etc/issue"))
    assert machine.settle().returncode == 1
    register.sign(ALICE)
    register.push()
    assert machine.settle().returncode == 0


def test_unknown_actor_with_implementers(register):
    approve(register, implementers="[carol]")
    assert_mismatch(register, "implementer: requested carol, found somebody unknown")


@pytest.mark.parametrize("inside", [True, False])
def test_change_while_nobody_looked(register, inside):
    machine = register.machine
    end = 3600 if inside else -3600
    approve(register, window=f"{{start: {moment(-7200)}, end: {moment(end)}}}")
    machine.stop()
    machine.write(MOTD, NEW)
    register.start()
    machine.settle()
    told = machine.changes(MOTD)[-1]
    assert told["verdict"] == ("approved" if inside else "mismatch")
    if not inside:
        assert "window: the time is unknown, somewhere from " in reasons(told)
