# SPDX-License-Identifier: GPL-3.0-or-later
"""A change to a configuration is recorded, judged and told: the four things a user can do."""

import json
import subprocess

import pytest

from conftest import ROOT, wait_for

pytestmark = [pytest.mark.both_backends, pytest.mark.both_builds]

SSHD = "Port 22\nPermitRootLogin no\n"
OPEN = "Port 22\nPermitRootLogin yes\n"


def start_with_sshd(machine):
    machine.write("/etc/ssh/sshd_config", SSHD)
    machine.write("/etc/hostname", "web-1\n")
    return machine.start()


def test_baseline_is_adopted_without_an_alert(machine):
    start_with_sshd(machine)
    events = machine.events()
    assert [event["kind"] for event in events] == ["baseline"]
    assert events[0]["severity"] == "informational"
    assert machine.recorded("/etc/ssh/sshd_config") == SSHD.encode()
    assert machine.reeve("status").returncode == 0


def test_an_edit_is_told_with_path_diff_verdict_severity_and_rule(machine):
    start_with_sshd(machine)
    machine.write("/etc/ssh/sshd_config", OPEN)
    machine.settle()
    change, = machine.changes()
    assert change["path"] == "/etc/ssh/sshd_config"
    assert change["op"] == "updated"
    assert change["changed"] == ["content"]
    assert change["verdict"] == "unapproved"
    assert change["severity"] in ("high", "critical")
    assert any("root" in rule["title"].lower() for rule in change["rules"])
    assert "-PermitRootLogin no" in change["diff"]
    assert "+PermitRootLogin yes" in change["diff"]
    assert change["event"]["host"]["name"] == "web-1"


def test_an_innocent_edit_is_unapproved_but_no_rule_fires(machine):
    start_with_sshd(machine)
    machine.write("/etc/motd", "Welcome\n")
    machine.settle()
    change, = machine.changes()
    assert (change["verdict"], change["severity"], change["rules"]) == ("unapproved", "low", [])


def test_a_touch_and_a_rewrite_with_the_same_bytes_are_silent(machine):
    start_with_sshd(machine)
    head = machine.git("rev-parse", "observed")
    machine.path("/etc/hostname").touch()
    machine.write("/etc/hostname", "web-1\n")
    machine.path("/etc/hostname").chmod(machine.path("/etc/hostname").stat().st_mode & 0o7777)
    machine.settle()
    assert machine.changes() == []
    assert machine.git("rev-parse", "observed") == head


def test_log_show_diff_status_verify_tell_the_rest(machine):
    start_with_sshd(machine)
    machine.write("/etc/ssh/sshd_config", OPEN)
    assert machine.settle().returncode == 1  # drift
    event = machine.events()[-1]

    log = machine.reeve("log")
    assert "/etc/ssh/sshd_config" in log.stdout
    assert event["id"][:8] in log.stdout
    logged, = [json.loads(line) for line in machine.reeve("--json", "log").stdout.splitlines()]
    assert logged == event

    shown = machine.reeve("show", event["id"][:12])
    assert "+ PermitRootLogin yes" in shown.stdout or "+PermitRootLogin yes" in shown.stdout

    diff = machine.reeve("diff")
    assert diff.returncode == 1
    assert "+PermitRootLogin yes" in diff.stdout
    assert machine.reeve("diff", "/etc/hostname").returncode == 0

    verify = machine.reeve("verify")
    assert verify.returncode == 0, verify.stdout + verify.stderr

    history = machine.git("log", "-p", "observed")
    assert "+PermitRootLogin yes" in history


def test_stock_tools_read_the_journal(machine):
    start_with_sshd(machine)
    machine.write("/etc/hostname", "web-2\n")
    machine.settle()
    done = subprocess.run(["jq", "-r", "select(.kind == \"change\") | .files[].path",
                           machine.journal], capture_output=True, text=True, check=True)
    assert done.stdout == "/etc/hostname\n"
    line = machine.journal.read_bytes().splitlines(keepends=True)[0].rstrip(b"\n")
    digest = subprocess.run(["sha256sum"], input=line, capture_output=True, check=True)
    assert digest.stdout.split()[0].decode() == machine.events()[1]["prev"]


def test_back_in_the_approved_state_is_restored_and_clean(machine):
    start_with_sshd(machine)
    machine.write("/etc/ssh/sshd_config", OPEN)
    machine.settle()
    machine.write("/etc/ssh/sshd_config", SSHD)
    assert machine.settle().returncode == 0
    assert [change["verdict"] for change in machine.changes()] == ["unapproved", "restored"]
    assert machine.reeve("diff").stdout == ""


def test_a_change_while_stopped_is_told_as_offline_with_its_gap(machine):
    start_with_sshd(machine)
    assert machine.stop() == 0
    machine.write("/etc/ssh/sshd_config", OPEN)
    machine.start()
    change, = machine.changes()
    assert change["offline"] is True
    gap, = machine.gaps()
    assert gap["cause"] == "stopped"
    assert gap["start"] < gap["end"] <= gap["closed_by"] if "closed_by" in gap else True
    assert gap["start"] < gap["end"]


def test_a_restart_without_a_change_records_only_the_gap(machine):
    start_with_sshd(machine)
    machine.stop()
    machine.start()
    assert machine.changes() == []
    assert len(machine.gaps()) == 1
    assert machine.reeve("status").returncode == 0


def test_tail_and_a_stock_pyzmq_program_receive_the_same_event(machine):
    start_with_sshd(machine)
    endpoints = [f"ipc://{machine.runtime}/live", f"ipc://{machine.runtime}/replay"]
    tail = subprocess.Popen(
        [machine_program("reeve"), *machine.places, "--json", "tail", "--all", "--since", ""],
        stdout=subprocess.PIPE, text=True)
    example = subprocess.Popen(
        ["/usr/bin/python3", "-u", ROOT / "doc/examples/subscribe.py", *endpoints],
        stdout=subprocess.PIPE, text=True)
    try:
        assert json.loads(tail.stdout.readline())["kind"] == "baseline"
        assert "baseline" in example.stdout.readline()
        machine.write("/etc/ssh/sshd_config", OPEN)
        told = json.loads(tail.stdout.readline())
        assert told == machine.events()[-1]
        assert told["id"][:8] in example.stdout.readline()
    finally:
        for process in (tail, example):
            process.terminate()
            process.wait()


def machine_program(name):
    from conftest import PROGRAMS
    return PROGRAMS / name


def test_root_option_reports_paths_as_seen_from_inside(machine):
    start_with_sshd(machine)
    machine.write("/etc/cron.d/job", "* * * * * root true\n")
    machine.settle()
    assert {change["path"] for change in machine.changes()} == {"/etc/cron.d", "/etc/cron.d/job"}
    assert str(machine.root) not in machine.journal.read_text()


def test_reeve_watch_is_the_quick_start(machine):
    start_with_sshd(machine)
    machine.stop()
    watch = subprocess.Popen(
        [machine_program("reeve"), *machine.places, "watch", str(machine.path("/etc"))],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        said = []

        def says(word):
            while True:
                line = watch.stdout.readline()
                assert line, "".join(said)
                said.append(line)
                if word in line:
                    return True
        says("watching")
        machine.write("/etc/ssh/sshd_config", OPEN)
        says("sshd_config")
    finally:
        watch.terminate()
        watch.wait()
    wait_for("reeved to be gone", lambda: not list_processes(machine.state))


def list_processes(word):
    done = subprocess.run(["pgrep", "-f", f"reeved.*{word}"], capture_output=True, text=True)
    return done.stdout.split()
