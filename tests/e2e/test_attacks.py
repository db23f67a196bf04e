# SPDX-License-Identifier: GPL-3.0-or-later
"""What an intruder, or an administrator in a hurry, tries to have approved what nobody signed. Each
has a twin, here or in test_approved.py, that passes."""

import os
import struct

import pytest
from register_clone import ALICE, BOB, CHG, DAVE, blob_id, moment
from register_story import (ANY, EVIL, MOTD, NEW, OLD, PIN_NEW, TRANSITION, approve,
                            assert_approved, assert_mismatch, change, put, reasons, to)

pytestmark = pytest.mark.plain


def set_acl(path, *entries):
    """What `setfacl` does: (tag, permissions, id) as the kernel takes them."""
    packed = struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)
    os.setxattr(path, "system.posix_acl_access", packed)


USER_OBJ, USER, GROUP_OBJ, MASK, OTHER, NOBODY = 1, 2, 4, 16, 32, 0xffffffff


def let_user_1(path, permissions):
    """rw-r--r-- and user:1 with these permissions."""
    set_acl(path, (USER_OBJ, 6, NOBODY), (USER, permissions, 1), (GROUP_OBJ, 4, NOBODY),
            (MASK, 4 | permissions, NOBODY), (OTHER, 4, NOBODY))


def mode(register, bits):
    register.machine.path(MOTD).chmod(bits)
    register.machine.settle()


#
# Washing: a change nobody approved, then an approved one over it
#

@pytest.mark.parametrize("changes", [[PIN_NEW], [ANY], [TRANSITION]])
def test_an_approved_change_does_not_wash_a_mode(register, changes):
    mode(register, 0o4755)
    approve(register, changes)
    assert_mismatch(register, "mode: not requested, but changed from 0644 to 4755")


def test_twin_the_mode_is_put_back_by_the_change_itself(register):
    mode(register, 0o666)
    approve(register)
    put(register.machine, MOTD, NEW, mode=0o644)
    assert register.machine.settle().returncode == 0, register.machine.changes()[-1]["reasons"]


def test_an_approved_change_does_not_wash_an_owner(register):
    if os.getuid() != 0:
        pytest.skip("needs root: somebody else must own it")
    os.chown(register.machine.path(MOTD), 1, 1)
    register.machine.settle()
    approve(register)
    told = assert_mismatch(register, "owner: not requested, but changed from 0 to 1")
    assert "group: not requested, but changed from 0 to 1" in reasons(told)


def test_an_approved_change_does_not_wash_a_new_file(register):
    """Made set-user-id by nobody's leave; then its content is approved."""
    put(register.machine, "/etc/tool", EVIL, mode=0o4755)
    register.machine.settle()
    approve(register, [f"{{path: /etc/tool, to: {{blob: {blob_id(NEW)}}}}}"])
    assert_mismatch(register, "mode: not requested, but 4755", path="/etc/tool")


def test_a_back_out_does_not_wash_a_mode(register):
    approve(register, [TRANSITION])
    assert_approved(register)
    mode(register, 0o4755)
    told = change(register.machine, OLD)
    assert told["verdict"] != "restored", told["reasons"]
    assert register.machine.settle().returncode == 1


def test_a_late_approval_does_not_wash_a_mode(register):
    register.write([PIN_NEW]).push()
    mode(register, 0o4755)
    change(register.machine)
    register.sign(ALICE)
    register.push()
    assert register.machine.settle().returncode == 1
    assert "resolved" not in [event["kind"] for event in register.machine.events()]


#
# One person, several names
#

@pytest.mark.parametrize("member", ["requester", "implementers", "author"])
def test_another_name_of_the_approver(register, member):
    """One line of the trusted keys, two principals: one person, who asks under one name and
    approves under the other."""
    register.trust.write_text(register.line(ALICE, principal=f"{ALICE},admin@example.org"))
    register.restart()
    asked = {"requester": "admin@example.org", "implementers": "[admin]",
             "author": "admin@example.org"}[member]
    approve(register, **{member: asked})
    assert_mismatch(register, "and cannot approve it as well")


def test_another_line_of_the_same_key(register):
    register.trust.write_text(register.line(ALICE) +
                              register.line(ALICE, principal="admin@example.org"))
    register.restart()
    approve(register, requester="admin@example.org")
    assert_mismatch(register, "alice@example.org requested it and cannot approve it as well")


def test_another_name_and_requests_swapped(register):
    register.trust.write_text(register.line(ALICE, principal=f"{ALICE},admin@example.org"))
    register.restart()
    register.write([PIN_NEW], requester="admin@example.org")
    own = register.file().read_bytes()
    register.sign(ALICE)
    register.write([PIN_NEW], requester=BOB).push()
    register.file().write_bytes(own)
    register.push()
    register.restart()
    assert_mismatch(register, "alice@example.org requested it and cannot approve it as well")


#
# Git's ways of showing something else
#

def test_a_replaced_object(register):
    """refs/replace shows another request.yaml to whoever believes in it."""
    register.write([PIN_NEW])
    good = register.in_clone("hash-object", "-w", register.file())
    register.sign(ALICE)
    register.write([ANY])
    evil = register.in_clone("hash-object", "-w", register.file())
    register.write([PIN_NEW]).push()
    register.in_clone("update-ref", f"refs/replace/{good}", evil)
    register.in_clone("push", "-q", "origin", f"refs/replace/{good}")
    register.restart()
    assert_mismatch(register, "content (git blob)", content=EVIL)


def test_a_tag_named_as_the_branch(register):
    register.write([PIN_NEW]).push()
    register.sign(ALICE)
    register.in_clone("add", "-A")
    register.in_clone("commit", "-q", "-m", "aside")
    register.in_clone("push", "-q", "origin", "HEAD:refs/tags/main")
    assert_mismatch(register, "nobody has approved it yet")


def test_a_branch_that_leads_to_another(register):
    """A symbolic ref in place of the branch: only root writes there, but a push may create it."""
    register.write([PIN_NEW]).push()
    register.sign(ALICE)
    register.in_clone("add", "-A")
    register.in_clone("commit", "-q", "-m", "aside")
    register.in_clone("push", "-q", "origin", "HEAD:refs/heads/main-2")
    assert_mismatch(register, "nobody has approved it yet")


def test_rolled_back_and_approved_again_by_nobody(register):
    """The register is put back to before the veto."""
    approve(register)
    before = register.in_clone("rev-parse", "HEAD")
    register.sign(DAVE, decision="reject")
    register.push()
    register.in_clone("push", "-q", "--force", "origin", f"{before}:refs/heads/main")
    register.machine.settle()
    told = [event["summary"] for event in register.machine.events() if event["kind"] == "health"]
    assert len(told) == 1 and "the register was set back or rewritten" in told[0]
    register.restart()
    assert_mismatch(register, "approvals: rejected by dave@example.org")
    # told once, not at every start
    assert len([event for event in register.machine.events() if event["kind"] == "health"]) == 1


def test_rewritten_while_nobody_looked(register):
    approve(register)
    register.machine.stop()
    register.in_clone("commit", "-q", "--amend", "-m", "another history")
    register.in_clone("push", "-q", "--force", "origin", "HEAD:main")
    register.start()
    register.machine.settle()
    told = [event for event in register.machine.events() if event["kind"] == "health"]
    assert len(told) == 1 and told[0]["severity"] == "high"
    assert "the register was set back or rewritten" in told[0]["summary"]
    assert_approved(register)  # what was seen still counts


def test_twin_a_push_on_top_is_no_rewriting(register):
    for number in range(3):
        register.write([ANY], request=f"CHG-{number}").push()
        register.restart()
    assert [event for event in register.machine.events() if event["kind"] == "health"] == []


def test_properties_of_nobody_named(register):
    """attributes_modified alone allows no attribute in particular."""
    approve(register, [f"{{path: {MOTD}, op: attributes_modified}}"])
    mode(register, 0o4755)
    told = register.machine.changes(MOTD)[-1]
    assert told["verdict"] == "mismatch"
    assert "mode: not requested, but changed from 0644 to 4755" in reasons(told)


def test_names_that_differ_by_case(register):
    """ALICE@EXAMPLE.ORG is nobody, whatever a careless reader thinks."""
    register.write([PIN_NEW])
    register.sign("ALICE@EXAMPLE.ORG", key=ALICE)
    register.push()
    assert_mismatch(register, "belongs to alice@example.org, not to ALICE@EXAMPLE.ORG")


#
# Words of a request
#

@pytest.mark.parametrize("text, verdict", [
    ("{path: /etc/motd, op: transient, content: any}", "mismatch"),
    ("{path: /etc/motd, op: deleted}", "mismatch"),
    ("{path: /etc/motd, op: attributes_modified}", "mismatch"),
    ("{path: /etc/motd, to: {mode: '0644'}}", "unapproved"),
    ("{path: /etc/motd, to: {}}", "unapproved"),
    ("{path: '/etc/motd ', content: any}", "unapproved"),
    ("{path: /ETC/MOTD, content: any}", "unapproved"),
    ("{path: /etc/, content: any}", "unapproved"),
    ("{path: /etc, content: any}", "unapproved"),
    ("{path: '/etc/*/motd', content: any}", "unapproved"),
    ("{path: '**', content: any}", "unapproved"),
    ("{path: '/etc/motd', content: ANY}", "unapproved"),
])
def test_words_that_mean_less_than_they_seem(register, text, verdict):
    approve(register, [text])
    told = change(register.machine)
    assert told["verdict"] == verdict, told["reasons"]
    assert register.machine.settle().returncode == 1


@pytest.mark.parametrize("key, offset", [("end", -1), ("start", 3600)])
def test_a_window_is_not_widened_by_another_request(register, key, offset):
    """The window of one request and the content of another do not add up."""
    approve(register, window=f"{{{key}: {moment(offset)}}}")
    register.write(["{path: /etc/other, content: any}"], request="CHG-2")
    register.sign(ALICE, request="CHG-2")
    register.push()
    assert_mismatch(register, "window: ")


@pytest.mark.parametrize("made, message", [
    (lambda path: os.mkfifo(path), "type: not requested, but it is a fifo"),
    (lambda path: os.mkdir(path) or os.chmod(path, 0o777), "mode: not requested, but 0777")])
def test_any_content_is_no_other_thing(register, made, message):
    approve(register, ["{path: /etc/conf.d/*, content: any}"])
    made(register.machine.path("/etc/conf.d/new"))
    assert register.machine.settle().returncode == 1
    assert message in reasons(register.machine.changes("/etc/conf.d/new")[-1])


def test_an_access_list_nobody_asked_for(register):
    approve(register)
    let_user_1(register.machine.path(MOTD), 6)
    register.machine.settle()
    told = assert_mismatch(register, "access list: not requested, but changed from none to "
                           "user::rw-,user:1:rw-,group::r--,mask::rw-,other::r--")
    assert told["request"] == CHG


def test_an_attribute_nobody_asked_for(register):
    approve(register)
    os.setxattr(register.machine.path(MOTD), "user.evil", b"hi")
    register.machine.settle()
    assert_mismatch(register, "attributes: not requested, but changed from none to user.evil=aGk=")


#
# Its twins: attributes that were asked for
#

def test_attributes_and_access_list_as_requested(register):
    approve(register, [to(f"blob: {blob_id(NEW)}", "xattrs: {user.note: aGk=}",
                          'acl: "user::rw-,group::r--,user:1:r--,mask::r--,other::r--"',
                          'mode: "0644"')])
    beside = register.machine.path("/etc/.motd.tmp-e2e")
    beside.write_text(NEW)
    beside.chmod(0o644)
    os.setxattr(beside, "user.note", b"hi")
    let_user_1(beside, 4)
    beside.rename(register.machine.path(MOTD))
    assert register.machine.settle().returncode == 0, register.machine.changes()[-1]["reasons"]
    assert register.machine.changes(MOTD)[-1]["verdict"] == "approved"


def test_attributes_and_access_list_other_than_requested(register):
    approve(register, [to(f"blob: {blob_id(NEW)}", "xattrs: {user.note: aGk=}", "acl: none")])
    beside = register.machine.path("/etc/.motd.tmp-e2e")
    beside.write_text(NEW)
    os.setxattr(beside, "user.note", b"ho")
    os.setxattr(beside, "user.more", b"")
    let_user_1(beside, 4)
    beside.rename(register.machine.path(MOTD))
    assert register.machine.settle().returncode == 1
    told = reasons(register.machine.changes(MOTD)[-1])
    assert "attribute user.note: requested aGk=, found aG8=" in told
    assert "attribute user.more: requested none, found " in told
    assert "access list: requested none, found user::rw-,user:1:r--" in told
    explained = " ".join(register.machine.reeve("explain", MOTD).stdout.split())
    assert "attribute user.note: requested aGk=, found aG8=" in explained


@pytest.mark.parametrize("pin, message", [
    ("acl: 'user:bob:r--'", "write the number instead"), ("acl: 'user::rw-'", "must have"),
    ("acl: rw", "no entry of an access list"), ("xattrs: [a]", "expected a mapping"),
    ("xattrs: {user.a: '!'}", "expected base64"), ("xattrs: {a: aGk=}", "no name of an attribute"),
    ("xattrs: {system.posix_acl_access: aGk=}", "is an access list")])
def test_pins_that_are_none(register, pin, message):
    register.write([to(f"blob: {blob_id(NEW)}", pin)]).push()
    problem, = register.problems()
    assert message in problem
