# SPDX-License-Identifier: GPL-3.0-or-later
"""reeve tail, before a relay alone."""

import contextlib
import json
import os
import signal
import subprocess

import pytest

from conftest import PROGRAMS, programs_for_everybody, wait_for
from lone_relay import OTHER, relay  # noqa: F401 (a fixture)


@contextlib.contextmanager
def tail(relay, *words):
    command = [PROGRAMS / "reeve", "--state", relay.state, "--runtime", relay.runtime, "tail",
               *words]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def ids(process, count):
    found = []
    for _ in range(count):
        line = process.stdout.readline()
        assert line, process.stderr.read()
        found.append(json.loads(line)["id"])
    return found


def test_shows_everything_behind_a_cursor_then_live(relay):
    relay.journal.append(1200)
    relay.start()
    with tail(relay, "--json", "--all", "--since", relay.journal.ids[9]) as process:
        assert ids(process, 1190) == relay.journal.ids[10:]
        relay.tell(3)
        assert ids(process, 3) == relay.journal.ids[-3:]


def test_completes_the_beginning_of_an_id(relay):
    relay.journal.append(5)
    relay.start()
    with tail(relay, "--json", "--all", "--since", relay.journal.ids[1][:12]) as process:
        assert ids(process, 3) == relay.journal.ids[2:]


def test_begins_now_without_a_cursor(relay):
    relay.journal.append(5)
    relay.start()
    with tail(relay, "--json") as process:
        wait_for("the subscription", lambda: relay.health["subscribers"] == 2)
        # one more, so that what came before the head was known is told apart
        def hears():
            relay.tell()
            return relay.journal.ids.index(ids(process, 1)[0])
        assert hears() >= 5


def test_shows_alerts_alone_unless_asked(relay):
    harmless = {"verdict": "approved", "severity": "low"}
    relay.journal.append(1)
    relay.journal.append(1, **harmless)
    relay.journal.append(1)
    relay.start()
    with tail(relay, "--json", "--since", "") as process:
        assert ids(process, 2) == [relay.journal.ids[0], relay.journal.ids[2]]
    with tail(relay, "--json", "--all", "--since", "") as process:
        assert ids(process, 3) == relay.journal.ids


def test_prints_blocks_for_people(relay):
    relay.journal.append(1, severity="critical", files=[
        {"path": "/etc/ssh/sshd_config", "op": "updated", "type": "file", "changed": ["content"],
         "before": {}, "after": {}, "verdict": "unapproved", "severity": "critical",
         "reasons": [], "rules": []}])
    relay.start()
    with tail(relay, "--since", "") as process:
        block = ""
        while "/etc/ssh/sshd_config" not in block:
            line = process.stdout.readline()
            assert line, process.stderr.read()
            block += line


def test_goes_on_over_restarts_of_the_relay(relay):
    relay.start()
    relay.tell()
    with tail(relay, "--json", "--since", "") as process:
        assert ids(process, 1) == relay.journal.ids
        for _ in range(3):
            relay.tell(30)
            relay.kill()
            relay.tell(30)
            relay.start()
        assert ids(process, 180) == relay.journal.ids[1:]


def test_says_that_no_daemon_runs(relay):
    with tail(relay) as process:
        assert process.wait(30) == 2
        assert "no daemon runs" in process.stderr.read()


def test_says_that_the_daemon_has_ended(relay):
    relay.start()
    relay.stop()
    with tail(relay) as process:
        assert process.wait(30) == 2
        assert "has ended" in process.stderr.read()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_says_that_a_stranger_may_not(relay):
    relay.start()
    reeve = programs_for_everybody(relay.folder) / "reeve"
    done = subprocess.run([reeve, "--runtime", relay.runtime, "--state", relay.state, "tail"],
                          capture_output=True, text=True, user=61999, group=61999,
                          extra_groups=[], timeout=30, env={"HOME": "/nonexistent"})
    assert done.returncode == 2
    assert "you may not" in done.stderr


def test_says_that_history_was_rewritten(relay):
    relay.journal.append(3)
    relay.start()
    with tail(relay, "--since", OTHER.decode()) as process:
        assert process.wait(30) == 2
        assert "rewritten" in process.stderr.read()


def test_says_that_the_chain_is_broken(relay):
    relay.journal.append(3)
    relay.journal.append(1, prev=relay.journal.ids[0])
    relay.start()
    with tail(relay, "--json", "--since", "") as process:
        assert ids(process, 3) == relay.journal.ids[:3]
        assert process.wait(30) == 2
        assert "chain" in process.stderr.read()


@pytest.mark.parametrize("words", [["--since", "yesterday"], ["here"], ["--sinse", "x"]])
def test_usage(relay, words):
    with tail(relay, *words) as process:
        assert process.wait(30) == 64


def test_ends_when_nobody_reads(relay):
    relay.journal.append(5)
    relay.start()
    with tail(relay, "--json", "--since", "") as process:
        ids(process, 5)
        process.stdout.close()
        relay.tell(5)
        assert process.wait(30) == -signal.SIGPIPE
