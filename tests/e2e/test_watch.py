# SPDX-License-Identifier: GPL-3.0-or-later
"""`reeve watch`: the quick start, and that it never leaves a daemon behind."""

import json
import os
import pwd
import re
import signal
import subprocess
import threading

import pytest
from conftest import PATIENCE, PROGRAMS, programs_for_everybody, wait_for


class Watch:
    """A running `reeve watch` whose output is collected as it comes."""

    def __init__(self, machine, *words, **options):
        self.machine = machine
        self.said = ""
        self.process = subprocess.Popen(
            [*options.pop("prefix", []), options.pop("programs", PROGRAMS) / "reeve",
             *machine.places, *words],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, **options)
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            self.said += line

    def wait_said(self, pattern):
        try:
            wait_for(f"{pattern!r} to be said", lambda: re.search(pattern, self.said))
        except AssertionError as error:
            raise AssertionError(f"{error}, only:\n{self.said}") from None

    def end(self, with_signal=signal.SIGINT):
        self.process.send_signal(with_signal)
        return self.wait()

    def wait(self):
        code = self.process.wait(PATIENCE)
        self.reader.join(PATIENCE)
        return code


def processes_of(machine):
    """Command lines of every process that works on this machine's stores."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                words = file.read().split(b"\0")
        except OSError:
            continue
        if os.fsencode(machine.state) in words and b"watch" not in words:
            found.append(words)
    return found


@pytest.fixture
def watch(machine):
    started = []

    def start(*words, **options):
        started.append(Watch(machine, "watch", "--root", str(machine.root), "--backend",
                             machine.backend, *words, **options))
        return started[-1]

    machine.write("/etc/motd", "welcome\n")
    yield start
    for one in started:
        if one.process.poll() is None:
            one.end(signal.SIGKILL)
    if machine.process is None:
        wait_for("all to be gone", lambda: not processes_of(machine))


@pytest.mark.both_backends
def test_tells_what_it_watches_then_what_changes_then_ends(machine, watch):
    running = watch("/etc")
    running.wait_said(rf"watching 2 files under /etc \({machine.backend}\)")
    machine.write("/etc/motd", "go away\n")
    running.wait_said(r"(?s)/etc/motd   updated: content\n    - welcome\n    \+ go away\n.*reeve show")
    assert running.end() == 0
    assert re.search(r"stopped after \d+ m?s: 1 alert \(1 low\)\n", running.said)
    assert not processes_of(machine)
    assert "\033" not in running.said


def test_tells_first_what_changed_while_nothing_ran(machine, watch):
    first = watch("/etc")
    first.wait_said("watching")
    assert first.end() == 0
    machine.write("/etc/motd", "behind your back\n")
    second = watch("/etc")
    second.wait_said(r"(?s)behind your back.*reeve show")
    assert second.end() == 0
    order = [second.said.index(word) for word in ("watching", "– gap", "● LOW", "when    offline")]
    assert order == sorted(order), second.said
    assert "baseline" not in second.said


@pytest.mark.parametrize("with_signal", [signal.SIGTERM, signal.SIGHUP])
def test_other_signals_end_it_cleanly_too(machine, watch, with_signal):
    running = watch("/etc")
    running.wait_said("watching")
    assert running.end(with_signal) == 0
    assert not processes_of(machine)
    assert (machine.state / "alive").read_text().split()[1] == "stopped"


def test_being_killed_leaves_no_daemon_behind(machine, watch):
    running = watch("/etc")
    running.wait_said("watching")
    assert processes_of(machine)
    running.end(signal.SIGKILL)
    wait_for("its daemon to end", lambda: not processes_of(machine))


def test_ending_while_it_starts_leaves_no_daemon_behind(machine, watch):
    running = watch("/etc")
    wait_for("the daemon to be there", lambda: processes_of(machine))
    running.end()
    assert not processes_of(machine)


def test_a_killed_daemon_ends_it(machine, watch):
    running = watch("/etc")
    running.wait_said("watching")
    os.kill(machine.health("reeved")["pid"], signal.SIGKILL)
    assert running.wait() == 2
    assert "reeved has ended; nothing is being watched any more" in running.said


def test_a_daemon_that_cannot_start_says_why(machine, watch):
    machine.runtime = machine.folder / ("long" * 30)
    running = watch("/etc")
    assert running.wait() == 2
    assert "107 bytes" in running.said
    assert not processes_of(machine)


@pytest.mark.parametrize("path, says", [
    ("/ect", "there is no /ect"),
    ("etc", "no absolute path"),
    ("/conf", "symbolic link"),
])
def test_typing_errors_are_told_before_anything_starts(machine, watch, path, says):
    machine.path("/conf").symlink_to("etc")
    running = watch(path)
    assert running.wait() == 2
    assert says in running.said
    assert not machine.state.exists()


def test_beside_a_daemon_it_follows_that_one(machine, watch):
    machine.start()
    daemon = machine.process.pid
    running = watch("/etc", "/")
    running.wait_said("a daemon runs on .* already; following it")
    running.wait_said("does not watch /;")
    machine.write("/etc/motd", "go away\n")
    running.wait_said(r"\+ go away")
    running.end()
    assert machine.health("reeved")["pid"] == daemon
    machine.settle()


def test_json_is_events_and_nothing_else(machine, watch):
    running = watch("/etc", "--json")
    running.wait_said('"kind":"baseline"')
    machine.write("/etc/motd", "go away\n")
    running.wait_said('"kind":"change"')
    assert running.end() == 0
    printed = [json.loads(line) for line in running.said.splitlines()]
    assert [event["id"] for event in printed] == [event["id"] for event in machine.events()]


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become somebody else")
def test_an_ordinary_user_watches_what_that_user_may_read(machine, watch):
    nobody = pwd.getpwnam("nobody")
    os.chown(machine.folder, nobody.pw_uid, nobody.pw_gid)
    machine.write("/etc/shadow", "root:secret\n", mode=0o600)
    become = ["env", f"HOME={machine.folder}", "setpriv", "--reuid", "nobody", "--regid",
              str(nobody.pw_gid), "--clear-groups"]
    theirs = {"prefix": become, "programs": programs_for_everybody(machine.folder)}
    running = watch("/etc", **theirs)
    running.wait_said("watching")
    machine.write("/etc/motd", "go away\n")
    running.wait_said(r"\+ go away")
    refused = watch("/etc/shadow", **theirs)
    assert refused.wait() == 2
    assert "you may not read /etc/shadow" in refused.said
    assert running.end() == 0
