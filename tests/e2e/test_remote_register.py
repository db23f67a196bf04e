# SPDX-License-Identifier: GPL-3.0-or-later
"""A register that is elsewhere: fetched by a process that is nobody, on a schedule and when asked;
while it cannot be reached, what is here is judged by, and how old that is is told."""

import json
import os
import shutil
import stat
import tempfile
from pathlib import Path

import pytest
from conftest import wait_for
from register_clone import ALICE, BOB, CHG, Register, blob_id
from register_story import MOTD, NEW, OLD

pytestmark = pytest.mark.plain

WEEK = 7 * 24 * 3600
# What ssh is called with: the host, then the command; here it is the same machine.
SSH = """#!/bin/sh
while [ $# -gt 1 ]; do shift; done
eval "exec $1"
"""


@pytest.fixture
def place():
    """A folder that anybody may enter, as a server is."""
    folder = Path(tempfile.mkdtemp(prefix="rv-remote-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def remote_register(machine, place, url, every):
    machine.folder.chmod(0o711)  # where STATE is, others may walk, as in /var/lib
    machine.write(MOTD, OLD)
    register = Register(machine)
    register.bare = place / "remote.git"
    ssh = place / "ssh"
    ssh.write_text(SSH)
    ssh.chmod(0o755)
    register.config.write_text(json.dumps({"register": {
        "trust": str(register.trust), "remote": url.format(register.bare), "every": every,
        "ssh": str(ssh)}}))
    register.trust_people(ALICE).make()
    return register


def ask(register, request, content):
    register.write([f"{{path: {MOTD}, to: {{blob: {blob_id(content)}}}}}"], request=request)
    register.sign(ALICE, request=request)
    return register.push(nudge=False)


def reeve(register, *words):
    return register.machine.reeve("--config", str(register.config), *words)


def status(register):
    return json.loads(reeve(register, "--json", "status").stdout)


def remote(register):
    """What status says of it; nothing while the daemon starts."""
    return status(register).get("register", {})


def wait_until_known(register, request):
    wait_for(f"{request} to be known", lambda: any(
        told["approval"]["request"] == request and told["approval"]["counts"]
        for told in register.requests()))


def change(register, content):
    register.machine.write(MOTD, content)
    reeve(register, "status", "--wait")  # 2 while there is trouble, which is no matter here
    return register.machine.changes(MOTD)[-1]["verdict"]


def test_fetched_on_a_schedule_and_judged_by_while_away(machine, place):
    register = remote_register(machine, place, "file://{}", 1)
    ask(register, CHG, NEW)
    register.start()
    wait_until_known(register, CHG)
    assert change(register, NEW) == "approved"

    # by itself, without anybody asking
    ask(register, "CHG-2", "newer\n")
    wait_until_known(register, "CHG-2")
    told = remote(register)
    assert told["fetched"] is not None and told["problem"] is None
    assert "fetched" in reeve(register, "status").stdout

    # away: what is here counts, and how old it is is told
    away = place / "away.git"
    register.bare.rename(away)
    problem = wait_for("the trouble", lambda: remote(register).get("problem"))
    assert "cannot be fetched from file://" in problem
    assert "judging with what was fetched at 20" in problem
    shown = reeve(register, "status")
    assert shown.returncode == 2 and "ago from file://" in shown.stdout
    assert change(register, "newer\n") == "approved"
    # also after a restart, and the time of it is not forgotten
    machine.stop()
    register.start(ready=False)
    wait_for("the trouble again", lambda: remote(register).get("problem"))
    assert remote(register)["fetched"] is not None
    assert change(register, "evil\n") == "mismatch"
    away.rename(register.bare)
    wait_for("it to be fetched again", lambda: remote(register).get("problem", "") is None)


@pytest.mark.parametrize("url", ["file://{}", "ssh://register.example.org{}"])
def test_fetched_when_asked(machine, place, url):
    register = remote_register(machine, place, url, WEEK)
    ask(register, CHG, NEW)
    register.start()
    wait_until_known(register, CHG)
    ask(register, "CHG-2", "newer\n")
    asked = reeve(register, "register", "fetch")
    assert asked.returncode == 0, asked.stderr
    wait_until_known(register, "CHG-2")
    assert change(register, "newer\n") == "approved"
    # who fetches is not who judges, and may write nothing but objects and refs
    mirror = machine.state / "register.git"
    if os.geteuid() == 0:
        assert (mirror / "objects").stat().st_uid != (machine.state / "journal").stat().st_uid != 0
        for mine in (mirror, mirror / "config", mirror / "HEAD"):
            assert mine.stat().st_uid == 0
            assert not mine.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH)
        # it may walk through STATE, and read nothing there
        for beside in machine.state.iterdir():
            assert beside == mirror or not beside.stat().st_mode & stat.S_IRWXO, beside


def test_the_command_line_pushes_there(machine, place):
    register = remote_register(machine, place, "file://{}", WEEK)
    ask(register, CHG, NEW)
    register.start()
    wait_until_known(register, CHG)
    (machine.folder / "proposed").write_text("mine\n")
    made = reeve(register, "--json", "request", "new", "--title", "t", "--requester", BOB,
                 "--content", str(machine.folder / "proposed"), MOTD)
    assert made.returncode == 0, made.stderr
    request = json.loads(made.stdout)["id"]
    assert register.git("-C", register.bare, "show", f"main:requests/{request}/request.yaml")
    # the daemon was told, so that it is here soon
    wait_for("it to be here", lambda: reeve(register, "request", "show", request).returncode == 0)
    done = reeve(register, "approve", request, "--key", str(register.key(ALICE)), "--yes")
    assert done.returncode == 0, done.stderr
    wait_until_known(register, request)
    assert change(register, "mine\n") == "approved"


@pytest.mark.parametrize("url", ["ext::sh -c id", "http://example.org/x", "/srv/register.git"])
def test_other_ways_of_git_are_refused(machine, url):
    config = machine.folder / "reeve.yaml"
    config.write_text(json.dumps({"register": {"remote": url}}))
    done = machine.reeve("--config", str(config), "status")
    assert done.returncode == 2 and "file://, ssh:// or https://" in done.stderr
