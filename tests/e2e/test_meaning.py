# SPDX-License-Identifier: GPL-3.0-or-later
"""What a change means, in the words of the program that reads the file."""

import json
import os
import signal
from pathlib import Path

import pytest

from conftest import wait_for

SSHD = "/etc/ssh/sshd_config"
SHADOW = "/etc/shadow"


def settings(file):
    return {one["name"]: (one["before"], one["after"]) for one in file.get("settings", ())}


def test_settings(machine):
    machine.write(SSHD, "Port 22\nPermitRootLogin no\n")
    machine.write(SHADOW, "bob:$6$aaaa$OLDHASH:19000:0:99999:7:::\n", mode=0o640)
    machine.write("/etc/group", "wheel:x:10:alice\n")
    machine.start()

    machine.write(SSHD, "# a remark\nPort   22\nPermitRootLogin no\n")
    machine.settle()
    remark = machine.changes(SSHD)[-1]
    assert remark["cosmetic"] is True and "settings" not in remark
    assert remark["severity"] == "informational"

    machine.write(SSHD, "Port 22\nPermitRootLogin yes\nX11Forwarding yes\n")
    machine.write(SHADOW, "bob:$6$bbbb$NEWHASH:19000:0:99999:7:::\n")
    machine.write("/etc/group", "wheel:x:10:alice,mallory\n")
    machine.settle()
    login = machine.changes(SSHD)[-1]
    assert settings(login) == {"PermitRootLogin": ("no", "yes"), "X11Forwarding": (None, "yes")}
    assert "cosmetic" not in login
    password = machine.changes(SHADOW)[-1]
    assert settings(password) == {"password of bob": ("set", "changed")}
    assert settings(machine.changes("/etc/group")[-1]) == {
        "members of group wheel": ("alice", "alice,mallory")}
    for event in machine.events():
        if [file["path"] for file in event.get("files", ())] == [SSHD]:
            assert ("PermitRootLogin no -> yes" in event["summary"] or
                    "comments or white space" in event["summary"]), event["summary"]
    told = machine.journal.read_text()
    assert "OLDHASH" not in told and "NEWHASH" not in told


def lens_of(machine):
    """The keeper of reeve-lens and its worker (None before the first question)."""
    judge = machine.health("judge")["pid"]
    keeper, = children(judge)
    workers = children(keeper)
    return keeper, workers[0] if workers else None


def stat_of(pid):
    """State and parent; None: it is gone."""
    try:
        state, parent, *_ = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return state, int(parent)


def children(pid):
    found = [(int(folder.name), stat_of(folder.name)) for folder in Path("/proc").iterdir()
             if folder.name.isdigit()]
    return [child for child, stat in found if stat is not None and stat[1] == pid]


def kill(pid):
    os.kill(pid, signal.SIGKILL)
    wait_for("its end", lambda: (stat_of(pid) or "Z")[0] == "Z")


def test_lens(machine):
    """Several acts: a setting, a remark alone, a file that no longer parses, a worker that died."""
    if not (machine.programs / "reeve-lens").exists():
        pytest.skip("built without Augeas: apt-get install libaugeas-dev")
    nsswitch, fstab, hosts = "/etc/nsswitch.conf", "/etc/fstab", "/etc/hosts"
    machine.write(nsswitch, "passwd: files\ngroup: files\n")
    machine.write(fstab, "/dev/sda1 / ext4 ro,nosuid 0 1\n")
    machine.write(hosts, "127.0.0.1 localhost\n")
    machine.start()

    machine.write(nsswitch, "passwd: files evil\ngroup: files\n")
    machine.write(fstab, "# the root file system\n/dev/sda1  /  ext4 ro,nosuid 0 1\n")
    machine.write(hosts, "127.0.0.1\n")
    machine.write("/etc/motd.conf", "a word\n")
    machine.settle()
    switched = machine.changes(nsswitch)[-1]
    assert settings(switched) == {"database passwd/service": ("files", "files; evil")}
    assert "settings_omitted" not in switched
    remark = machine.changes(fstab)[-1]
    assert remark["cosmetic"] is True and "settings" not in remark
    broken = machine.changes(hosts)[-1]
    assert broken["settings_omitted"] == "stopped parsing" and "settings" not in broken
    assert "127.0.0.1" in broken["diff"]
    assert machine.changes("/etc/motd.conf")[-1]["settings_omitted"] == "no lens"

    # a worker that dies is replaced, and nobody misses anything
    keeper, worker = lens_of(machine)
    if worker is not None:  # (one that has grown has ended by itself)
        kill(worker)
    machine.write(hosts, "127.0.0.1 localhost\n10.6.6.6 update\n")
    machine.settle()
    assert machine.changes(hosts)[-1]["settings_omitted"] == "did not parse before"
    machine.write(fstab, "/dev/sda1 / ext4 rw 0 1\n")
    machine.settle()
    assert settings(machine.changes(fstab)[-1]) == {"/dev/sda1/opt": ("ro; nosuid", "rw")}

    # without its keeper there is the difference of lines, and the judge says so
    kill(keeper)
    machine.write(nsswitch, "passwd: files\ngroup: files\n")
    machine.settle()
    lines = machine.changes(nsswitch)[-1]
    assert lines["settings_omitted"] == "no reader" and "evil" in lines["diff"]
    assert any("reeve-lens has gone" in event["summary"] for event in machine.events()
               if event["kind"] == "health")


def test_rules_held_against_the_past(machine):
    """`reeve policy replay`: a rule that came later says what it would have said."""
    machine.write("/etc/motd", "hello\n")
    machine.start()
    machine.write("/etc/motd", "hello\nsecret\n")
    machine.settle()
    machine.write("/etc/motd", "hello\nsecret\nworld\n")
    machine.settle()
    rule = machine.folder / "later.yml"
    rule.write_text("title: later\nlogsource: {product: linux, service: reeve}\ntaxonomy: reeve\n"
                    "detection: {s: {DiffAdded: secret}, condition: s}\n")
    done = machine.reeve("policy", "replay", rule, "--json")
    assert done.returncode == 0, done.stderr
    hit, = map(json.loads, done.stdout.splitlines())
    assert (hit["path"], hit["rule"], hit["level"]) == ("/etc/motd", "later", "low")
    tomorrow = machine.reeve("policy", "replay", rule, "--since", "2099-01-01", "--json")
    assert (tomorrow.returncode, tomorrow.stdout) == (0, "")
