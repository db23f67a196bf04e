# SPDX-License-Identifier: GPL-3.0-or-later
"""A signed request turns an alert into an approval: what a change authority expects to work."""

import hashlib

import pytest
from register_clone import ALICE, CHG, blob_id, moment
from register_story import (EVIL, MOTD, NEW, OLD, PIN_NEW, TRANSITION, approve, assert_approved,
                            assert_mismatch, change, put, reasons, to)

pytestmark = pytest.mark.plain


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


@pytest.mark.parametrize("path", ["/etc/ssl/private/key.pem", "/etc/shadow"])
def test_pinned_secret(register, path):
    """What is in it is known by its keyed digest alone, and pinned by that."""
    machine = register.machine
    old, new, evil = (f"root:{word}:1::::::\n" for word in ("old", "new", "evil"))
    change(machine, old, path=path)
    wanted = change(machine, new, path=path)["after"]["hmac"]
    change(machine, old, path=path)
    approve(register, [f"{{path: {path}, to: {{hmac: {wanted}}}}}"])
    machine.write(path, evil)
    machine.settle()
    told = machine.changes(path)[-1]
    assert told["verdict"] == "mismatch"
    assert f"content (hmac): requested {wanted}, found {told['after']['hmac']}" in reasons(told)
    told = change(machine, new, path=path)
    assert told["verdict"] == "approved", told["reasons"]
    assert not {"sha256", "size"} & set(told["after"])


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
