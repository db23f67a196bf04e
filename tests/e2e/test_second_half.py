# SPDX-License-Identifier: GPL-3.0-or-later
"""A signed request turns an alert into an approval, and nothing else does.

The first part is what a change authority expects to work; the second is what somebody tries who
wants a change approved that nobody approved. A refusal is worth what it tells: its message is
asserted, and where it makes sense a silent twin shows that the same act passes when it may."""

import hashlib
import json
import os
import shutil
import socket
import sqlite3

import pytest
from conftest import wait_for
from register_clone import (ALICE, BOB, CHG, DAVE, Register, blob_id, key_time, moment)

OLD, NEW, EVIL = "old\n", "new\n", "evil\n"
MOTD = "/etc/motd"


def to(*pins):
    return f"{{path: {MOTD}, to: {{{', '.join(pins)}}}}}"


PIN_NEW = to(f"blob: {blob_id(NEW)}")
TRANSITION = f"{{path: {MOTD}, from: {{blob: {blob_id(OLD)}}}, to: {{blob: {blob_id(NEW)}}}}}"
ANY = f"{{path: {MOTD}, content: any}}"


@pytest.fixture
def register(machine):
    """A running machine with /etc/motd, a register, and Alice and Dave trusted to approve."""
    machine.write(MOTD, OLD, mode=0o644)
    machine.write("/etc/passwd", "root:x:0:0::/:/bin/sh\ndaemon:x:1:1::/:/bin/sh\n")
    machine.write("/etc/conf.d/b/old", "")
    made = Register(machine).trust_people(ALICE, DAVE)
    made.start()
    return made.make()


def change(machine, content=NEW, path=MOTD):
    """Writes and returns what was told of it."""
    machine.write(path, content)
    machine.settle()
    return machine.changes(path)[-1]


def put(machine, path, content=None, mode=0o644, owner=None, target=None):
    """Makes it whole beside, then renames it over: one change."""
    file = machine.path(path)
    beside = file.with_name(f".{file.name}.tmp-e2e")
    if target is not None:
        beside.symlink_to(target)
    else:
        beside.write_text(content)
        if owner is not None:
            os.chown(beside, owner, owner)
        beside.chmod(mode)
    beside.rename(file)


def reasons(told):
    return "\n".join(told["reasons"])


def approve(register, changes=(PIN_NEW,), approver=ALICE, **members):
    return register.write(changes, **members).push() and register.sign(approver) and \
        register.push()


def assert_approved(register, **kind):
    told = change(register.machine, **kind)
    assert told["verdict"] == "approved", told["reasons"]
    assert told["severity"] == "informational"
    assert register.machine.settle().returncode == 0


def assert_mismatch(register, message, **kind):
    told = change(register.machine, **kind)
    assert told["verdict"] == "mismatch", told["reasons"]
    assert message in reasons(told)
    assert register.machine.settle().returncode == 1
    return told


def refused(register, message):
    """The newest approval does not count, and says why; the change it was for is an alert."""
    told = register.requests()[-1]
    assert told["approval"]["counts"] is False
    assert message in told["approval"]["problem"]
    assert message in told["summary"]
    assert_mismatch(register, message)


#
# What works
#

def test_pinned_blob(register):
    approve(register)
    assert_approved(register)
    told = register.machine.changes(MOTD)[-1]
    assert told["request"] == CHG
    assert "approved by alice@example.org" in reasons(told)
    assert told["event"]["register"] == register.in_clone("rev-parse", "HEAD")


def test_pinned_sha256(register):

    approve(register, [to(f"sha256: {hashlib.sha256(NEW.encode()).hexdigest()}")])
    assert_approved(register)


def test_mode_owner_and_group(register):
    approve(register, [to(f"blob: {blob_id(NEW)}", 'mode: "0600"', "owner: daemon", 'group: "1"')])
    put(register.machine, MOTD, NEW, mode=0o600, owner=1)
    assert register.machine.settle().returncode == 0
    assert register.machine.changes(MOTD)[-1]["verdict"] == "approved"


def test_mode_alone(register):
    approve(register, [to('mode: "0600"')[:-1] + ", op: attributes_modified}"])
    register.machine.path(MOTD).chmod(0o600)
    assert register.machine.settle().returncode == 0
    assert register.machine.changes(MOTD)[-1]["verdict"] == "approved"


def test_link_target(register):
    approve(register, ["{path: /etc/link, to: {target: motd}}"])
    register.machine.path("/etc/link").symlink_to("motd")
    assert register.machine.settle().returncode == 0
    assert register.machine.changes("/etc/link")[-1]["verdict"] == "approved"


def test_another_link_target(register):
    approve(register, ["{path: /etc/link, to: {target: motd}}"])
    register.machine.path("/etc/link").symlink_to("passwd")
    assert register.machine.settle().returncode == 1
    told = register.machine.changes("/etc/link")[-1]
    assert "target: requested a link to motd, found passwd" in reasons(told)


def test_deletion(register):
    approve(register, [to("absent: true")])
    register.machine.path(MOTD).unlink()
    assert register.machine.settle().returncode == 0
    assert register.machine.changes(MOTD)[-1]["verdict"] == "approved"


def test_creation(register):
    approve(register, [f"{{path: /etc/issue, op: created, to: {{blob: {blob_id(NEW)}}}}}"])
    assert_approved(register, path="/etc/issue")


def test_from_is_a_transition(register):
    approve(register, [TRANSITION])
    assert_approved(register)


def test_another_from_is_no_transition(register):
    approve(register, [TRANSITION])
    change(register.machine, EVIL)
    told = assert_mismatch(register, "before: content (git blob): requested "
                           f"{blob_id(OLD)}, found {blob_id(EVIL)}")
    assert told["request"] == CHG


def test_glob_and_any_content(register):
    approve(register, ["{path: /etc/conf.d/*.conf, content: any}"])
    assert_approved(register, path="/etc/conf.d/a.conf", content="whatever\n")
    assert change(register.machine, path="/etc/conf.d/a.txt")["verdict"] == "unapproved"
    assert change(register.machine, path="/etc/conf.d/b/a.conf")["verdict"] == "unapproved"


def test_approved_after_the_fact(register):
    register.write([PIN_NEW]).push()
    assert_mismatch(register, "approvals: nobody has approved it yet")
    alert = register.machine.events()[-1]["id"]
    register.sign(ALICE)
    register.push()
    resolved = register.machine.events()[-1]
    assert resolved["kind"] == "resolved"
    assert resolved["late"] is True
    assert alert in resolved["refers"]
    assert register.machine.settle().returncode == 0


def test_only_what_drifts_as_requested_is_resolved_late(register):
    register.write([PIN_NEW]).push()
    change(register.machine, EVIL)
    register.sign(ALICE)
    register.push()
    assert register.machine.events()[-1]["kind"] == "request"
    assert register.machine.settle().returncode == 1


def test_back_to_the_approved_state_is_restored(register):
    approve(register)
    assert_approved(register)
    assert change(register.machine, EVIL)["verdict"] == "mismatch"
    told = change(register.machine, NEW)
    assert told["verdict"] == "restored"
    assert register.machine.settle().returncode == 0


def test_back_out_to_from_is_restored(register):
    approve(register, [TRANSITION])
    assert_approved(register)
    told = change(register.machine, OLD)
    assert told["verdict"] == "restored"
    assert f"backed out: it is as {CHG} found it" in reasons(told)
    assert register.machine.settle().returncode == 0


def test_back_to_an_older_approved_state_is_not_restored(register):
    """Two approved changes later the first one's `from` is history, also while its window is open."""
    approve(register, [TRANSITION])
    assert_approved(register)
    second = "CHG-20261123-bbbb"
    register.write([f"{{path: {MOTD}, from: {{blob: {blob_id(NEW)}}}, to: {{blob: "
                    f"{blob_id('third')}}}}}"], request=second)
    register.sign(ALICE, request=second)
    register.push()
    assert_approved(register, content="third")
    told = change(register.machine, OLD)
    assert told["verdict"] == "mismatch", told["reasons"]
    assert register.machine.settle().returncode == 1


def test_mismatch_gives_both_values_and_explain_repeats_them(register):
    approve(register)
    assert_mismatch(register, f"content (git blob): requested {blob_id(NEW)}, "
                    f"found {blob_id(EVIL)}", content=EVIL)
    explained = register.machine.reeve("explain", register.machine.events()[-1]["id"])
    assert blob_id(NEW) in explained.stdout
    assert blob_id(EVIL) in explained.stdout
    assert CHG in explained.stdout


def test_hosts_and_window_inside(register):
    approve(register, hosts='["web-*"]',
            window=f"{{start: {moment(-600)}, end: {moment(600)}}}")
    assert_approved(register)


def test_other_keys(register):
    """ECDSA and RSA keys approve as well."""
    register.key("erin@example.org", "-t", "ecdsa", "-b", "384")
    register.key("frank@example.org", "-t", "rsa", "-b", "3072")
    register.trust_people("erin@example.org", "frank@example.org")
    register.restart()
    approve(register, approver="frank@example.org")
    assert_approved(register)
    register.write([to(f"blob: {blob_id('3')}")], request="CHG-2")
    register.sign("erin@example.org", request="CHG-2")
    register.push()
    assert_approved(register, content="3")


#
# What was once seen counts
#

def test_survives_a_restart(register):
    approve(register)
    seen = len(register.requests())
    register.restart()
    assert_approved(register)
    assert len(register.requests()) == seen


def test_survives_the_deletion_of_its_files(register):
    approve(register)
    shutil.rmtree(register.folder() / "approvals")
    register.push()
    register.restart()
    assert_approved(register)


def test_survives_the_expiry_of_the_key(register):
    approve(register)
    register.trust.write_text(register.line(ALICE, f'valid-before="{key_time(-60)}"'))
    register.restart()
    assert_approved(register)


def test_survives_a_copy_under_another_name_and_request(register):
    """The bytes of an approval are not its identity: copied elsewhere it counts for nothing, and
    takes nothing from the real one."""
    approve(register)
    approvals = register.folder() / "approvals"
    for suffix in ("", ".sig"):
        shutil.copy(approvals / (ALICE + suffix), approvals / ("zed@example.org" + suffix))
    register.write([ANY], request="CHG-2")
    shutil.copytree(approvals, register.folder("CHG-2") / "approvals")
    register.push()
    problems = [event["approval"].get("problem", "") for event in register.requests()]
    assert any("lies in the name of zed@example.org" in problem for problem in problems)
    assert any(f"is about {CHG}, not about this request" in problem for problem in problems)
    register.trust.write_text(register.line(ALICE, f'valid-before="{key_time(-60)}"'))
    told = len(register.requests())
    register.restart()
    assert_approved(register)
    assert len(register.requests()) == told


def test_survives_kill_and_a_lost_index(register):
    machine = register.machine
    register.write([PIN_NEW]).push()
    assert_mismatch(register, "nobody has approved it yet")
    change(machine, EVIL, path="/etc/other")
    register.sign(ALICE)
    register.push()
    assert machine.settle().returncode == 1

    def tables():
        machine.settle()
        with sqlite3.connect(f"file:{machine.state}/journal/index.sqlite?mode=ro",
                             uri=True) as db:
            return {table: db.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall()
                    for table in ("drift", "open_alerts", "open_paths")}
    before = tables()
    assert [row[0] for row in before["drift"]] == ["/etc/other"]
    machine.stop()
    for file in (machine.state / "journal").glob("index.sqlite*"):
        file.unlink()
    register.start()
    assert tables() == before
    machine.kill("judge")
    wait_for("the judge to be back", lambda: machine.reeve("status", "--wait").returncode == 1)
    assert tables() == before
    assert len(register.requests()) == 1
    assert change(machine, OLD)["verdict"] != "approved"
    assert change(machine, NEW)["verdict"] in ("approved", "restored")


@pytest.mark.parametrize("cut", range(1, 4))
def test_killed_between_approval_and_resolution(register, cut):
    """Killed after the approval was journaled, but not what follows from it: it follows later."""
    machine = register.machine
    register.write([PIN_NEW]).push()
    change(machine)
    lines = len(machine.events())
    machine.stop()
    register.sign(ALICE)
    register.push()
    cursor = (machine.state / "journal" / "cursor").read_bytes()
    register.start()
    machine.settle()
    kinds = [event["kind"] for event in machine.events()[lines:]]
    assert "resolved" in kinds
    machine.stop()
    keep = b"".join(machine.journal.read_bytes().splitlines(True)[:lines + cut])
    machine.journal.write_bytes(keep)
    (machine.state / "journal" / "cursor").write_bytes(cursor)
    for file in (machine.state / "journal").glob("index.sqlite*"):
        file.unlink()
    register.start()
    assert machine.settle().returncode == 0
    kinds = [event["kind"] for event in machine.events()[lines:]]
    assert kinds.count("resolved") == 1
    assert kinds.count("request") == 1


#
# Who approves, and with what
#

def test_edited_after_signing(register):
    approve(register)
    register.write([to(f"blob: {blob_id(EVIL)}")]).push()
    assert_mismatch(register, "the approval by alice@example.org does not count: the request was "
                    "edited after it was signed: it must be approved again", content=EVIL)


def test_edited_and_approved_again(register):
    approve(register)
    register.write([to(f"blob: {blob_id('third')}")]).push()
    register.sign(ALICE)
    register.push()
    assert_approved(register, content="third")


def test_statement_of_another_request(register):
    register.write([PIN_NEW])
    register.sign(ALICE, about="CHG-20200101-aaaa")
    register.push()
    refused(register, "the statement is about CHG-20200101-aaaa, not about this request")


def test_unknown_key(register):
    register.write([PIN_NEW])
    register.sign(ALICE, key="mallory@example.org")
    register.push()
    refused(register, "is not trusted here")
    assert "SHA256:" in register.requests()[-1]["approval"]["problem"]


def test_key_that_becomes_trusted_counts_from_then_on(register):
    register.write([PIN_NEW])
    register.sign("erin@example.org")
    register.push()
    refused(register, "is not trusted here")
    register.trust_people(ALICE, "erin@example.org")
    register.restart()
    assert register.requests()[-1]["approval"]["counts"] is True
    assert [event["kind"] for event in register.machine.events()].count("resolved") == 1
    assert register.machine.settle().returncode == 0


def test_signed_for_another_namespace(register):
    register.write([PIN_NEW])
    register.sign(ALICE, namespace="file")
    register.push()
    refused(register, "signed for the namespace file, not for reeve-approval")


def test_key_trusted_for_another_namespace(register):
    register.trust.write_text(register.line(ALICE, 'namespaces="git"'))
    register.restart()
    register.write([PIN_NEW])
    register.sign(ALICE)
    register.push()
    refused(register, "the key of alice@example.org is not trusted to approve (namespaces)")


def test_in_the_name_of_somebody_else(register):
    register.write([PIN_NEW])
    register.sign(ALICE, key=DAVE)
    register.push()
    refused(register, "belongs to dave@example.org, not to alice@example.org")


def test_under_the_name_of_somebody_else(register):
    register.write([PIN_NEW])
    register.sign(DAVE, name=ALICE)
    register.push()
    refused(register, "the statement is by dave@example.org, but lies in the name of "
            "alice@example.org")


@pytest.mark.parametrize("requester", [ALICE, "alice", "Alice@Example.org"])
def test_requester_approves(register, requester):
    approve(register, requester=requester)
    refused(register, "alice@example.org requested it and cannot approve it as well")


@pytest.mark.parametrize("implementer", [ALICE, "alice"])
def test_implementer_approves(register, implementer):
    approve(register, implementers=f"[carol, {implementer}]")
    refused(register, "alice@example.org implements it and cannot approve it as well")


def test_author_approves(register):
    approve(register, author=ALICE)
    refused(register, "alice@example.org wrote the content and cannot approve it as well")


def test_requester_approves_by_swapping_requests(register):
    """Alice signs her own request while another one lies in its place, then puts hers there."""
    register.write([PIN_NEW], requester=ALICE)
    own = register.file().read_bytes()
    register.sign(ALICE)
    register.write([PIN_NEW], requester=BOB).push()
    register.file().write_bytes(own)
    register.push()
    assert_mismatch(register, "alice@example.org requested it and cannot approve it as well")


def test_expired_and_backdated(register):
    register.trust.write_text(register.line(ALICE, f'valid-before="{key_time(-3600)}"'))
    register.restart()
    register.write([PIN_NEW])
    register.sign(ALICE, date=moment(-86400))
    register.push()
    refused(register, "the key of alice@example.org expired at ")
    assert "whatever date it carries" in register.requests()[-1]["approval"]["problem"]


def test_key_not_yet_valid(register):
    register.trust.write_text(register.line(ALICE, f'valid-after="{key_time(3600)}"'))
    register.restart()
    register.write([PIN_NEW])
    register.sign(ALICE)
    register.push()
    refused(register, "the key of alice@example.org is valid from ")


def test_dated_in_the_future(register):
    register.write([PIN_NEW])
    register.sign(ALICE, date=moment(86400))
    register.push()
    refused(register, "which is still to come")


def test_a_veto_after_the_approval(register):
    approve(register)
    register.sign(DAVE, decision="reject")
    register.push()
    assert register.requests()[-1]["summary"] == f"rejection of {CHG} by {DAVE}"
    assert_mismatch(register, "approvals: rejected by dave@example.org")


def test_a_veto_before_the_approval(register):
    register.write([PIN_NEW])
    register.sign(DAVE, decision="reject")
    register.push()
    register.sign(ALICE)
    register.push()
    assert_mismatch(register, "approvals: rejected by dave@example.org")


def test_a_veto_cannot_be_deleted_or_copied_away(register):
    register.write([PIN_NEW])
    register.sign(DAVE, decision="reject")
    register.push()
    approvals = register.folder() / "approvals"
    for suffix in ("", ".sig"):
        (approvals / (DAVE + suffix)).rename(approvals / ("zed@example.org" + suffix))
    register.sign(ALICE)
    register.push()
    register.restart()
    assert_mismatch(register, "approvals: rejected by dave@example.org")


def test_a_veto_by_nobody_is_none(register):
    register.write([PIN_NEW])
    register.sign("mallory@example.org", decision="reject")
    register.sign(ALICE)
    register.push()
    assert_approved(register)


def test_a_veto_cannot_hide_among_many(register):
    approve(register)
    for i in range(200):
        (register.folder() / "approvals" / f"{i:04}").write_text("junk")
    register.sign(DAVE, decision="reject")
    register.push()
    assert_mismatch(register, "approvals has more than 128 entries")


#
# What is changed, where, when and by whom
#

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


#
# What lies in the register
#

BROKEN = {
    "a glob that climbs": ("{path: /etc/../root/*, content: any}",
                           "this path or pattern is not canonical"),
    "a path that climbs": ("{path: ../etc/motd, content: any}",
                           "this path or pattern is not canonical"),
    "an unknown key": (f"{{path: {MOTD}, contents: any}}", "unknown key `contents`"),
    "a duplicate key": (f"{{path: {MOTD}, content: any, path: /etc/x}}", "key `path` again"),
    "an alias": (f"&a {{path: {MOTD}, content: any}}", "anchors"),
    "no content": (f"{{path: {MOTD}}}", "it does not say what the content shall be"),
    "depth": ("[" * 2000, "deep"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_request_that_cannot_be_read(register, what):
    text, message = BROKEN[what]
    register.write([text]).push()
    problem, = register.problems()
    assert message in problem
    assert f"requests/{CHG}/request.yaml:" in problem
    status = register.machine.reeve("status")
    assert message in status.stdout
    assert change(register.machine)["verdict"] == "unapproved"
    register.write([PIN_NEW]).push()
    assert register.problems() == []


def place(register, what):
    folder = register.folder()
    if what == "id that differs":
        register.write([PIN_NEW], request="CHG-2")
        (register.folder("CHG-2")).rename(folder)
        return
    register.write([PIN_NEW])
    if what == "linked request":
        register.file().rename(register.clone / "elsewhere")
        register.file().symlink_to("../../elsewhere")
    elif what == "linked folder":
        folder.rename(register.clone / "elsewhere")
        folder.symlink_to("../elsewhere")
    elif what == "huge":
        register.file().write_text("#" * (300 * 1024))
    elif what == "empty":
        register.file().write_text("")
    elif what == "missing":
        register.file().rename(folder / "other")
    elif what == "a file for a folder":
        register.file().rename(register.clone / "x")
        folder.rmdir()
        (register.clone / "x").rename(folder)


@pytest.mark.parametrize("what, message", [
    ("id that differs", f"the id differs from its folder {CHG}"),
    ("linked request", f"requests/{CHG}/request.yaml is a link; links are not followed"),
    ("linked folder", f"requests/{CHG} is a link; links are not followed"),
    ("huge", "request.yaml is larger than 262144 bytes"),
    ("empty", "request.yaml"),
    ("missing", f"requests/{CHG}/request.yaml is missing"),
    ("a file for a folder", f"requests/{CHG} is not a folder"),
])
def test_request_that_is_not_what_it_should_be(register, what, message):
    place(register, what)
    register.push()
    problem, = register.problems()
    assert message in problem
    assert change(register.machine)["verdict"] == "unapproved"


def test_folder_that_is_a_submodule(register):
    register.write([PIN_NEW], request="CHG-2").push()
    head = register.in_clone("rev-parse", "HEAD")
    register.in_clone("update-index", "--add", "--cacheinfo",
                      f"160000,{head},requests/{CHG}")
    register.in_clone("commit", "-q", "-m", "submodule")
    register.in_clone("push", "-q", "origin", "HEAD:main")
    register.machine.settle()
    problem, = register.problems()
    assert f"requests/{CHG} is a submodule" in problem


@pytest.mark.parametrize("part", ["", ".sig"])
def test_approval_that_is_a_link(register, part):
    register.write([PIN_NEW])
    file = register.sign(ALICE)
    linked = file.with_name(file.name + part)
    linked.rename(register.clone / "elsewhere")
    linked.symlink_to("../../../elsewhere")
    register.push()
    refused(register, f"{ALICE}{part} is a link; links are not followed")
    register.machine.settle()
    told = len(register.requests())
    register.restart()
    assert len(register.requests()) == told


STATEMENTS = {
    "an extra line": (lambda text: text + "note hello\n",
                      "nothing may follow the date but one line feed"),
    "CRLF": (lambda text: text.replace("\n", "\r\n"), "expected `reeve-approval 1`"),
    "no last LF": (lambda text: text[:-1], "nothing may follow the date but one line feed"),
    "another order": (lambda text: "".join([*text.splitlines(True)[:5],
                                            text.splitlines(True)[6],
                                            text.splitlines(True)[5],
                                            text.splitlines(True)[7]]), "expected `role <a word>`"),
    "empty": (lambda text: "", "expected `reeve-approval 1`"),
    "NUL": (lambda text: text + "\0", "NUL"),
    "huge": (lambda text: text + "x" * 100000, "larger than"),
}


@pytest.mark.parametrize("what", STATEMENTS)
def test_statement_of_another_form(register, what):
    spoil, message = STATEMENTS[what]
    register.write([PIN_NEW])
    register.sign(ALICE, text=spoil(register.statement(ALICE)))
    register.push()
    refused(register, message)


@pytest.mark.parametrize("junk, message", [
    (b"trailing", "it does not end with"),
    (None, "it does not begin with"),
    (b"", None),
])
def test_signature_with_junk(register, junk, message):
    register.write([PIN_NEW])
    file = register.sign(ALICE)
    signature = file.with_name(file.name + ".sig")
    signature.write_bytes(b"" if junk is None else signature.read_bytes() + junk)
    register.push()
    if message is None:
        assert_approved(register)
    else:
        refused(register, message)


def test_signature_of_another_statement(register):
    register.write([PIN_NEW])
    file = register.sign(ALICE)
    file.write_text(register.statement(ALICE, date="2020-01-01T00:00:00Z"))
    register.push()
    refused(register, "the signature does not fit the statement")


def test_half_a_push_is_never_judged(register):
    register.write([PIN_NEW])
    file = register.sign(ALICE)
    signature = file.with_name(file.name + ".sig")
    kept = signature.read_bytes()
    signature.unlink()
    register.push()
    assert register.requests() == []
    assert_mismatch(register, "nobody has approved it yet")
    signature.write_bytes(kept)
    register.push()
    assert register.requests()[-1]["approval"]["counts"] is True
    assert register.machine.settle().returncode == 0


def test_other_branches_do_not_count(register):
    register.write([PIN_NEW]).push()
    register.sign(ALICE)
    register.in_clone("add", "-A")
    register.in_clone("commit", "-q", "-m", "aside")
    register.in_clone("push", "-q", "origin", "HEAD:refs/heads/aside")
    assert_mismatch(register, "nobody has approved it yet")


def test_names_that_need_escapes_are_no_approvers(register):
    register.write([PIN_NEW])
    register.sign(ALICE, name="evil\x1b[31m\nname")
    register.push()
    assert register.requests() == []
    assert_mismatch(register, "nobody has approved it yet")


#
# What cannot be read
#

def status_says(machine, message):
    status = machine.reeve("status", "--wait")
    return status.returncode == 2 and message in " ".join(status.stdout.split())


def start_in_trouble(register):
    register.machine.stop()
    register.start(ready=False)
    wait_for("the daemon to live", lambda: (register.machine.runtime / "ctl").exists())


def assert_unverifiable(register, message):
    machine = register.machine
    wait_for("the trouble in status", lambda: status_says(machine, message))
    machine.write(MOTD, NEW)
    machine.reeve("status", "--wait")
    told = wait_for("the change", lambda: machine.changes(MOTD))[-1]
    assert told["verdict"] == "unverifiable", told["reasons"]
    assert message in reasons(told)


def test_trust_file_that_others_may_write(register):
    approve(register)
    register.trust.chmod(0o666)
    start_in_trouble(register)
    assert_unverifiable(register, "can be written by others; chmod go-w it")
    register.trust.chmod(0o644)
    register.restart()
    resolved, = [event for event in register.machine.events() if event["kind"] == "resolved"]
    assert resolved.get("late", False) is False
    assert "which can be verified now" in resolved["summary"]
    assert register.machine.settle().returncode == 0


def test_malformed_trust_file(register):
    approve(register)
    register.trust.write_text("alice@example.org ssh-ed25519 nonsense\n")
    start_in_trouble(register)
    assert_unverifiable(register, "allowed_signers:1:")


def test_approval_seen_while_keys_were_unreadable_is_not_burnt(register):
    register.write([PIN_NEW]).push()
    register.trust.chmod(0o666)
    start_in_trouble(register)
    register.sign(ALICE)
    register.push(nudge=False)
    register.machine.reeve("status", "--wait")
    assert register.requests() == []
    register.trust.chmod(0o644)
    register.restart()
    assert register.requests()[-1]["approval"]["counts"] is True
    assert_approved(register)


@pytest.mark.parametrize("content", [None, "", "# nobody yet\n"])
def test_nobody_trusted_yet(register, content):
    register.trust.unlink()
    if content is not None:
        register.trust.write_text(content)
    register.restart()
    approve(register)
    assert register.requests() == []
    assert_mismatch(register, "no key is trusted on this host, so no approval was looked at")
    register.trust_people(ALICE)
    register.restart()
    assert register.requests()[-1]["approval"]["counts"] is True
    assert register.machine.settle().returncode == 0


def newest_object(register, name):
    oid = register.in_clone("rev-parse", name)
    return register.bare / "objects" / oid[:2] / oid[2:]


@pytest.mark.parametrize("name", ["HEAD", "HEAD^{tree}", "HEAD:requests", f"HEAD:requests/{CHG}",
                                  f"HEAD:requests/{CHG}/request.yaml",
                                  f"HEAD:requests/{CHG}/approvals",
                                  f"HEAD:requests/{CHG}/approvals/{ALICE}.sig"])
def test_damaged_register(register, name):
    machine = register.machine
    machine.stop()
    register.write([PIN_NEW])
    register.sign(ALICE)
    register.push()
    file = newest_object(register, name)
    kept = file.read_bytes()
    file.chmod(0o644)
    file.write_bytes(kept[:len(kept) // 2])
    register.start(ready=False)
    assert_unverifiable(register, "register: cannot read")
    file.write_bytes(kept)
    wait_for("the change to be resolved", lambda: machine.reeve("status", "--wait").returncode == 0)
    assert "resolved" in [event["kind"] for event in machine.events()]


def test_register_that_is_taken_away(register):
    approve(register)
    register.bare.rename(register.machine.folder / "gone")
    assert_unverifiable(register, "is gone from")
    (register.machine.folder / "gone").rename(register.bare)
    machine = register.machine
    wait_for("the change to be resolved", lambda: machine.reeve("status", "--wait").returncode == 0)


def test_register_that_the_judge_may_not_read(register):
    if os.getuid() != 0:
        pytest.skip("needs root: the judge must be somebody else")
    approve(register)
    register.machine.stop()
    (register.bare / "HEAD").chmod(0)
    register.bare.joinpath("objects").chmod(0o700)
    register.start(ready=False)
    assert_unverifiable(register, "register: cannot read")


#
# Noticing
#

def nudge(machine):
    with socket.socket(socket.AF_UNIX) as ctl:
        ctl.connect(str(machine.runtime / "ctl"))
        ctl.sendall(b'{"op":"nudge"}\n')
        assert json.loads(ctl.makefile().readline()) == {"ok": True}


@pytest.mark.parametrize("told", [True, False])
def test_a_push_is_noticed(register, told):
    register.write([PIN_NEW])
    register.sign(ALICE)
    register.push(nudge=False)
    if told:
        nudge(register.machine)
    wait_for("the approval", register.requests, patience=0.5 if told else 2)


def test_a_register_made_later(machine):
    machine.write(MOTD, OLD)
    register = Register(machine).trust_people(ALICE)
    register.start()
    assert change(machine, NEW)["verdict"] == "unapproved"
    register.make()
    approve(register)
    assert machine.events()[-1]["kind"] == "resolved"
    assert machine.settle().returncode == 0


def test_gc_under_the_judge(register):
    approve(register)
    register.git("-C", register.bare, "gc", "-q", "--prune=now")
    assert_approved(register)
    register.write([to(f"blob: {blob_id('third')}")], request="CHG-2")
    register.sign(ALICE, request="CHG-2")
    register.push()
    register.git("-C", register.bare, "repack", "-q", "-a", "-d", "-f")
    assert_approved(register, content="third")


def test_alternates_lead_nowhere(register):
    """Objects that lie outside of the register are not there for the judge."""
    outside = register.machine.folder / "outside.git"
    register.git("clone", "-q", "--bare", register.bare, outside)
    (register.bare / "objects" / "info").mkdir(exist_ok=True)
    (register.bare / "objects" / "info" / "alternates").write_text(f"{outside}/objects\n")
    register.write([PIN_NEW])
    register.in_clone("add", "-A")
    register.in_clone("commit", "-q", "-m", "outside")
    register.in_clone("push", "-q", str(outside), "HEAD:refs/heads/main")
    head = register.in_clone("rev-parse", "HEAD")
    register.git("-C", register.bare, "update-ref", "refs/heads/main", head)
    assert_unverifiable(register, "register: cannot read")
