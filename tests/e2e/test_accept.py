# SPDX-License-Identifier: GPL-3.0-or-later
"""`reeve accept`: what drifts is put under an approved request, and never under anything less."""

import json
import os
import pwd
import socket

import pytest
from register_clone import ALICE, CHG, blob_id, moment
from register_story import EVIL, MOTD, NEW, PIN_NEW, approve, assert_mismatch, change, to

pytestmark = pytest.mark.plain


# Root says who it is behind sudo; anybody else is who the kernel says.
DOER = "carol" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name


@pytest.fixture
def too_early(register):
    """Done as requested, but before the window opened; by now it is open."""
    approve(register, window=f"{{start: {moment(3600)}, end: {moment(7200)}}}")
    assert_mismatch(register, "window: opens at ")
    register.write([PIN_NEW], request="CHG-OPEN", window=f"{{end: {moment(3600)}}}")
    return register


def accept(register, request, *options, path=MOTD):
    return register.machine.reeve("accept", path, "--request", request, *options)


def refused(register, request, message, path=MOTD):
    done = accept(register, request, path=path)
    assert done.returncode == 2, done.stdout
    assert message in " ".join(done.stderr.split()), done.stderr
    assert register.machine.settle().returncode == 1
    assert "resolved" not in [event["kind"] for event in register.machine.events()]


def emptied(register, **members):
    """A change that nobody could be known to have made, of a request that names who may."""
    approve(register, implementers=f"[{DOER}]", **members)
    assert_mismatch(register, f"implementer: requested {DOER}, found somebody unknown")
    return register


def ask(register, **members):
    with socket.socket(socket.AF_UNIX) as ctl:
        ctl.connect(str(register.machine.runtime / "ctl"))
        question = {"op": "accept", "path": MOTD, "request": CHG, **members}
        ctl.sendall(json.dumps(question).encode() + b"\n")
        return json.loads(ctl.makefile().readline())


def test_what_was_done_as_requested_by_somebody_unknown(register):
    emptied(register)
    alert = register.machine.events()[-1]["id"]
    answer = ask(register, login=DOER, note="no login session")
    assert answer["ok"], answer
    assert register.machine.settle().returncode == 0
    told = register.machine.events()[-1]
    assert told["id"] == answer["id"]
    assert (told["kind"], told["verdict"], told["late"]) == ("resolved", "approved", True)
    assert alert in told["refers"]
    assert told["note"] == "no login session"
    file, = told["files"]
    assert file["request"] == CHG
    assert "accepted by " in "\n".join(file["reasons"])
    assert "accepted by " in register.machine.reeve("explain", MOTD).stdout


@pytest.mark.skipif(os.getuid() != 0, reason="only root says who it is")
def test_the_wrong_login_accepts_nothing(register):
    emptied(register)
    for login in ("dave", "alice"):
        answer = ask(register, login=login)
        assert not answer["ok"]
    assert "alice@example.org approved it, so somebody else has to do it" in answer["error"]
    assert register.machine.settle().returncode == 1


def test_outside_of_the_window_nothing_is_accepted(too_early):
    refused(too_early, CHG, "window: opens at ")


def test_a_request_nobody_approved_accepts_nothing(too_early):
    too_early.push()
    refused(too_early, "CHG-OPEN", "approvals: nobody has approved it yet")


def test_a_rejected_request_accepts_nothing(too_early):
    too_early.sign(ALICE, request="CHG-OPEN", decision="reject")
    too_early.push()
    refused(too_early, "CHG-OPEN", "approvals: rejected by alice@example.org")


def test_other_content_is_not_accepted(register):
    approve(register)
    assert_mismatch(register, "content", content=EVIL)
    refused(register, CHG, f"content (git blob): requested {blob_id(NEW)}, found {blob_id(EVIL)}")


def test_another_path_is_not_accepted(register):
    approve(register)
    change(register.machine, EVIL, path="/etc/other")
    refused(register, CHG, f"{CHG} does not name /etc/other", path="/etc/other")


def test_a_mode_nobody_asked_for_is_not_accepted(register):
    emptied(register)
    register.machine.path(MOTD).chmod(0o666)
    register.machine.settle()
    answer = ask(register, login=DOER)
    assert "mode: not requested, but changed from 0644 to 0666" in answer["error"]


def test_what_does_not_drift_is_not_accepted(register):
    approve(register)
    done = accept(register, CHG)
    assert done.returncode == 2 and "nothing to accept" in done.stderr
    assert "is as approved" in ask(register)["error"]


def test_no_such_request(register):
    change(register.machine)
    assert "there is no register" in ask(register, request="CHG-NONE")["error"]
    register.write([PIN_NEW]).push()
    assert "no request CHG-NONE" in ask(register, request="CHG-NONE")["error"]
    assert "no request" in accept(register, "CHG-NONE").stderr


@pytest.mark.parametrize("members, message", [
    ({"path": 5}, "must be strings"), ({"request": None}, "must be strings"),
    ({"login": "a\nb"}, "must be strings"), ({"verdict": "approved"}, "does not know"),
    ({"note": "x" * 5000}, "longer than")])
def test_questions_of_another_form(register, members, message):
    emptied(register)
    assert message in ask(register, **members)["error"]
    assert register.machine.settle().returncode == 1


def test_only_root_or_who_runs_the_daemon_accepts(register):
    if os.getuid() != 0:
        pytest.skip("needs root: somebody else must ask")
    emptied(register)
    ctl = register.machine.runtime / "ctl"
    group = ctl.stat().st_gid
    pid = os.fork()
    if pid == 0:
        os.setgroups([])
        os.setgid(group)
        os.setuid(65534)
        answer = ask(register, login=DOER)
        os._exit(0 if "only root accepts" in answer.get("error", "") else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert ask(register, login=DOER)["ok"]


def test_a_folder_means_all_that_drifts_below_it(register):
    approve(register, ["{path: /etc/conf.d/*, content: any}"], implementers=f"[{DOER}]")
    for name in "ab":
        change(register.machine, path=f"/etc/conf.d/{name}.conf")
    for name in "ab":
        assert ask(register, path=f"/etc/conf.d/{name}.conf", login=DOER)["ok"]
    assert register.machine.settle().returncode == 0


def test_survives_a_rebuild_of_the_index(register):
    emptied(register)
    assert ask(register, login=DOER)["ok"]
    machine = register.machine
    machine.stop()
    for file in (machine.state / "journal").glob("index.sqlite*"):
        file.unlink()
    register.start()
    assert machine.settle().returncode == 0


def test_pins_of_content_alone_are_enough(register):
    """The silent twin of all of the above: approved, inside the window, by anybody."""
    register.write([to(f"blob: {blob_id(NEW)}")]).push()
    assert_mismatch(register, "nobody has approved it yet")
    register.sign(ALICE)
    register.push()
    assert register.machine.settle().returncode == 0
