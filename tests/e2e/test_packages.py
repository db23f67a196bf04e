# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs of the package manager, with dpkg itself and packages made here: what a package says is no
alert, what a run does beyond its packages is one, and a kill in the middle loses and doubles
nothing.
"""

import os
import shutil
import subprocess

import pytest
from conftest import PATIENCE, wait_for

pytestmark = pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="there is no dpkg here")

CONTROL = """\
Package: {name}
Version: {version}
Architecture: all
Maintainer: Nobody <nobody@example.org>
Description: made for a test
"""


class Packages:
    """A machine with dpkg's database, and packages for it."""

    def __init__(self, machine):
        self.machine = machine
        database = machine.path("/var/lib/dpkg")
        for folder in ("info", "updates", "triggers"):
            (database / folder).mkdir(parents=True)
        (database / "status").touch()
        (machine.root / "tmp").mkdir()

    def build(self, name, version="1", files=None, conffiles=None, **scripts):
        """A package; scripts run with the machine's root as $DPKG_ROOT."""
        tree = self.machine.folder / f"{name}-{version}"
        control = tree / "DEBIAN"
        control.mkdir(parents=True)
        (control / "control").write_text(CONTROL.format(name=name, version=version))
        contents = {**(files or {}), **(conffiles or {})}
        for path, text in contents.items():
            file = tree / path.lstrip("/")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
            file.chmod(0o644)
        if conffiles:
            (control / "conffiles").write_text("".join(f"{path}\n" for path in conffiles))
        with open(control / "md5sums", "w") as sums:
            for path in files or {}:
                done = subprocess.run(["md5sum", path.lstrip("/")], cwd=tree, check=True, text=True,
                                      capture_output=True)
                sums.write(done.stdout)
        for script, text in scripts.items():
            (control / script).write_text(f"#!/bin/sh\nset -e\n{text}\n")
            (control / script).chmod(0o755)
        deb = tree.with_suffix(".deb")
        subprocess.run(["dpkg-deb", "--root-owner-group", "-Znone", "-b", tree, deb], check=True,
                       stdout=subprocess.DEVNULL)
        return deb

    def dpkg(self, *words):
        done = subprocess.run(
            ["dpkg", "--root", self.machine.root, "--force-not-root,script-chrootless,bad-path,confold",
             "--log=/dev/null", *words],
            capture_output=True, text=True, timeout=PATIENCE, stdin=subprocess.DEVNULL)
        assert done.returncode == 0, done.stdout + done.stderr

    def install(self, *debs):
        self.dpkg("--install", *debs)

    def alerts(self):
        """Who reads the journal after a barrier sees also what waited for the run's end."""
        self.machine.settle()
        return [event for event in self.machine.events() if is_alert(event)]

    def told(self, path):
        self.machine.settle()
        return self.machine.changes(path)


def brief(events):
    """What a failed test has to say."""
    return [(event["kind"], event["summary"],
             [(file["path"], file["op"], file["reasons"], file.get("actor"))
              for file in event.get("files", ())]) for event in events]


def is_alert(event):
    return (event.get("verdict") in ("unapproved", "mismatch", "emergency", "unverifiable")
            or event["severity"] in ("high", "critical"))


@pytest.fixture
def packages(machine):
    return Packages(machine)


@pytest.mark.both_backends
def test_what_packages_say_is_no_alert(packages):
    machine = packages.machine
    one = packages.build("one", files={"/etc/one.d/plain": "plain 1\n"},
                         conffiles={"/etc/one.conf": "colour = green\n"})
    two = packages.build("two", conffiles={"/etc/two.conf": "size = 1\n"})
    newer = packages.build("one", "2", files={"/etc/one.d/plain": "plain 2\n"},
                           conffiles={"/etc/one.conf": "colour = blue\n"})
    machine.start()
    for what in (["--install", one, two], ["--install", newer], ["--install", newer],
                 ["--remove", "one"], ["--purge", "one", "two"]):
        packages.dpkg(*what)
        assert brief(packages.alerts()) == [], what
    told = packages.told("/etc/one.conf")
    assert [file["op"] for file in told] == ["created", "updated", "deleted"]
    assert {file["verdict"] for file in told} == {"standard"}
    assert {file["request"] for file in told} == {"os-packages"}
    assert told[1]["package"] == {"name": "one", "version": "2", "matches": True}
    assert told[1]["event"]["group"]["packages"] == ["one 1 -> 2"]
    assert "waiting" not in machine.events()[-1]
    assert machine.reeve("status").returncode == 0  # no drift
    verified = machine.reeve("verify")  # the end of a run is told of the commit before, once more
    assert verified.returncode == 0, verified.stdout


@pytest.mark.both_backends
def test_what_a_run_does_beyond_stands_out(packages):
    machine = packages.machine
    deb = packages.build("one", files={"/etc/plain": "plain\n"},
                         conffiles={"/etc/one.conf": "colour = green\n"},
                         postinst='echo "colour = red" >> $DPKG_ROOT/etc/one.conf')
    machine.start()
    packages.install(deb)
    (alert,) = packages.alerts()
    (file,) = alert["files"]
    assert file["path"] == "/etc/one.conf"
    assert file["verdict"] == "unapproved"
    assert file["package"]["matches"] is False
    assert "/etc/one.conf" in alert["summary"] and "beyond one 1" in alert["summary"]
    assert [file["verdict"] for file in packages.told("/etc/plain")] == ["standard"]


def test_somebody_else_in_the_middle_of_a_run(packages):
    """The foreign line is told at once, while the run goes on; the rest of the run is as agreed."""
    machine = packages.machine
    go, went = machine.root / "tmp/go", machine.root / "tmp/went"
    deb = packages.build("one", conffiles={"/etc/one.conf": "colour = green\n"})
    slow = packages.build("two", conffiles={"/etc/two.conf": "size = 1\n"},
                          postinst=f"touch {went}; while [ ! -e {go} ]; do sleep 0.02; done")
    machine.start()
    packages.install(deb)
    run = subprocess.Popen(["dpkg", "--root", machine.root, "--log=/dev/null",
                            "--force-not-root,script-chrootless,bad-path", "--install", slow],
                           stdout=subprocess.DEVNULL)
    try:
        wait_for("the run to be in the middle", went.exists)
        with open(machine.path("/etc/one.conf"), "a") as file:
            file.write("colour = red\n")
        if os.geteuid() == 0:  # who wrote it is known
            (alert,) = packages.alerts()
            assert alert["files"][0]["path"] == "/etc/one.conf"
            waiting = machine.events()[-1]["waiting"]
            assert waiting["count"] >= 1
            assert machine.health("judge")["waiting"]["count"] == waiting["count"]
            assert f"waiting    {waiting['count']} change" in machine.reeve("status").stdout
            assert packages.told("/etc/two.conf") == []
    finally:
        go.touch()
        assert run.wait(PATIENCE) == 0
    (alert,) = packages.alerts()
    assert [file["path"] for file in alert["files"]] == ["/etc/one.conf"]
    assert [file["verdict"] for file in packages.told("/etc/two.conf")] == ["standard"]


def test_by_hand(packages):
    """A conffile by hand is an alert, also when it is put back to what the package ships."""
    machine = packages.machine
    packages.install(packages.build("one", conffiles={"/etc/one.conf": "colour = green\n"}))
    machine.write("/etc/one.conf", "colour = red\n")
    machine.start()
    machine.write("/etc/one.conf", "colour = green\n")
    (alert,) = packages.alerts()
    assert alert["files"][0]["path"] == "/etc/one.conf"
    assert alert["files"][0]["verdict"] == "unapproved"


def test_forged_evidence(packages):
    """Who writes the package database by hand is told of, and it helps him nothing."""
    machine = packages.machine
    packages.install(packages.build("one", files={"/etc/plain": "plain\n"}))
    machine.start()
    machine.write("/var/lib/dpkg/info/one.md5sums", "c8fe9f6d0d3ed4dbcb9ef6b7a5e05e5b  etc/plain\n")
    machine.settle()
    machine.write("/etc/plain", "evil\n")
    database, plain = packages.alerts()
    assert database["severity"] == "high"
    assert database["files"][0]["path"] == "/var/lib/dpkg/info/one.md5sums"
    assert plain["files"][0]["path"] == "/etc/plain"


@pytest.mark.parametrize("victim", ["judge", "recorder"])
def test_waiting_survives_a_kill(packages, victim):
    machine = packages.machine
    go, went = machine.root / "tmp/go", machine.root / "tmp/went"
    first = packages.build("one", conffiles={"/etc/one.conf": "colour = green\n"})
    slow = packages.build("two", conffiles={"/etc/two.conf": "size = 1\n"},
                          postinst=f"touch {went}; while [ ! -e {go} ]; do sleep 0.02; done")
    machine.start()
    run = subprocess.Popen(["dpkg", "--root", machine.root, "--log=/dev/null",
                            "--force-not-root,script-chrootless,bad-path", "--install", first, slow],
                           stdout=subprocess.DEVNULL)
    try:
        wait_for("the run to be in the middle", went.exists)
        machine.settle()
        assert machine.health("judge")["waiting"]["count"] >= 1
        old = machine.pid(victim)
        machine.kill(victim)
        wait_for("another one", lambda: machine.health(victim)["pid"] != old)
        machine.settle()
    finally:
        go.touch()
        assert run.wait(PATIENCE) == 0
    assert brief(packages.alerts()) == []
    for path in ("/etc/one.conf", "/etc/two.conf"):
        assert [file["verdict"] for file in packages.told(path)] == ["standard"], path
