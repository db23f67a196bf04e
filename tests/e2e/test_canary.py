# SPDX-License-Identifier: GPL-3.0-or-later
"""The canary: Reeve changes a file of its own and expects to be told, at the far end of the bus.
RUNTIME has to lie inside the watched root, as it does on a real machine."""

import json
import os
import signal

import pytest

from conftest import wait_for

BEAT = "/run/reeve/canary/beat"


@pytest.fixture
def watched(machine):
    machine.runtime = machine.root / "run" / "reeve"
    machine.write("/etc/a.conf", "a\n")
    machine.write("/etc/passwd", "root:x:0:0::/root:/bin/sh\n")
    return machine


def health_events(machine):
    return [event for event in machine.events() if event["kind"] == "health"]


def test_comes_back(watched):
    watched.start()
    done = watched.reeve("canary", "--report", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)
    assert told["ok"] and told["latency_ms"] < 10000
    change = watched.changes(BEAT)[-1]
    assert change["verdict"] == "standard" and change["severity"] == "informational"
    if os.geteuid() == 0:
        assert change["actor"]["exe"].endswith("/reeve")
    # all is well: nothing is said, nothing drifts, and nobody is told of the file as a root
    assert watched.settle().returncode == 0
    assert not [event for event in health_events(watched) if "canary" in event["summary"]]
    assert watched.health("recorder")["roots"] == ["/etc"]


def test_reeved_sends_its_own(watched):
    """Its own doing is known by its parents, not by its name."""
    watched.start("--canary", "1")
    wait_for("two canaries", lambda: len(watched.changes(BEAT)) >= 2)
    if os.geteuid() == 0:
        assert watched.changes(BEAT)[-1]["actor"].get("own") is True
    assert watched.settle().returncode == 0


def test_relay_that_hangs_is_an_alert(watched):
    watched.start()
    relay = watched.pid("relay")
    os.kill(relay, signal.SIGSTOP)
    try:
        for _ in range(2):
            done = watched.reeve("canary", "--report", "--timeout", "2")
            assert done.returncode == 1 and "did not come back" in done.stdout
    finally:
        os.kill(relay, signal.SIGCONT)
    alert, = [event for event in health_events(watched) if "canary" in event["summary"]]
    assert alert["severity"] == "high"
    wait_for("the relay to be back",
             lambda: watched.reeve("canary", "--report").returncode == 0)
    _, again = [event for event in health_events(watched) if "canary" in event["summary"]]
    assert again["severity"] == "informational" and "came back" in again["summary"]


def test_an_alert_is_taken_back_by_the_judge_that_comes_after(watched):
    watched.start()
    relay, judge = watched.pid("relay"), watched.pid("judge")
    os.kill(relay, signal.SIGSTOP)
    try:
        assert watched.reeve("canary", "--report", "--timeout", "1").returncode == 1
    finally:
        os.kill(relay, signal.SIGCONT)
    watched.kill("judge")
    wait_for("another judge", lambda: watched.pid("judge") != judge)
    for _ in range(2):  # told once
        wait_for("the canary to be back",
                 lambda: watched.reeve("canary", "--report").returncode == 0)
    told = [event["severity"] for event in health_events(watched) if "canary" in event["summary"]]
    assert told == ["high", "informational"]


@pytest.mark.skipif(os.geteuid() != 0, reason="somebody is known to root alone")
def test_attribution_that_fails_is_noticed(watched):
    """The one who looks for the recorder is made to hang: nobody can be named any more."""
    watched.start("--backend", "fanotify", "--actors", "proc")
    recorder = watched.pid("recorder")
    with open(f"/proc/{recorder}/task/{recorder}/children") as children:
        lookout = int(children.read())
    assert watched.reeve("canary").returncode == 0
    os.kill(lookout, signal.SIGKILL)
    done = watched.reeve("canary", "--report")
    assert done.returncode == 1 and "who did it was not told" in done.stdout, done.stdout
    assert "canary" in health_events(watched)[-1]["summary"]


def test_doctor_sends_one(watched):
    watched.start()
    found = [json.loads(line) for line in watched.reeve("doctor", "--json").stdout.splitlines()]
    text, = [one["text"] for one in found if one["check"] == "canary" and one["level"] == "ok"]
    assert "came back" in text


def test_no_daemon_no_canary(watched):
    watched.start()
    assert watched.reeve("status").returncode == 0
    outside = watched.reeve("--runtime", str(watched.folder / "nowhere"), "canary")
    assert outside.returncode == 2 and "does not run" in outside.stderr


def test_none_where_it_cannot_be_watched(machine):
    """RUNTIME outside the root: no canary, and no noise."""
    machine.write("/etc/a.conf", "a\n")
    machine.start("--canary", "1")
    done = machine.reeve("canary")
    assert done.returncode == 2 and "lies outside" in done.stderr
    assert not machine.changes()
