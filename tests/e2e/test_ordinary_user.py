# SPDX-License-Identifier: GPL-3.0-or-later
"""Change control without root: a user with a daemon and a register of their own, and a reader of
the machine's register who asks there for a change."""

import json
import os
import pwd
import re
import shlex
import shutil
import subprocess
import sys

import pytest
from conftest import ROOT, programs_for_everybody
from people import People

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become somebody else")

NOBODY = pwd.getpwnam("nobody")


def become(home, gid=NOBODY.pw_gid):
    return ["env", "--unset=REEVE_SHARE", f"HOME={home}", f"TMPDIR={home}",
            "setpriv", "--reuid", str(NOBODY.pw_uid), "--regid", str(gid), "--clear-groups"]


def copy_for_everybody(folder):
    """The tests, the programs and the documents, where any user may read them."""
    programs_for_everybody(folder)
    for part in ("tests/e2e", "doc"):
        shutil.copytree(ROOT / part, folder / part,
                        ignore=shutil.ignore_patterns("__pycache__", "artefacts"))
    shutil.copy(ROOT / "tests/pytest.ini", folder / "tests/pytest.ini")
    home = folder / "home"
    home.mkdir()
    os.chown(home, NOBODY.pw_uid, NOBODY.pw_gid)
    return home


@pytest.mark.slow
@pytest.mark.parametrize("what, least", [
    ("test_requests.py -k '(rejection or submitted or cancelled or commit or manual) and not malformed'", 6),
    ("test_accept.py", 12)], ids=["requests", "accept"])
def test_all_of_it_as_an_ordinary_user(machine, what, least):
    """The very tests of requests, of their manual and of accepting: own daemon, own register, own
    keys, no privilege. Of what is refused for its text alone, none: it knows no users."""
    home = copy_for_everybody(machine.folder)
    done = subprocess.run(
        [*become(home), "env", f"REEVE_BUILD={machine.folder}/build", "PYTHONDONTWRITEBYTECODE=1",
         sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist",
         *shlex.split(f"tests/e2e/{what}")],
        cwd=machine.folder, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert int(re.search(r"(\d+) passed", done.stdout)[1]) >= least


@pytest.fixture
def reader(machine):
    """A machine whose register was made by root, and `reeve` as somebody of its readers' group."""
    machine.write("/etc/motd", "hello\n", mode=0o644)
    machine.start()
    # also for the hooks of the register: the tree of the programs may be closed to others
    programs = machine.programs = programs_for_everybody(machine.folder)
    people = People(machine).found_register()
    gid = (machine.state / "register.git").stat().st_gid
    home = machine.folder / "home"
    home.mkdir()
    os.chown(home, NOBODY.pw_uid, gid)

    def reeve(*words):
        return subprocess.run([*become(home, gid), programs / "reeve", *machine.places, *words],
                              capture_output=True, text=True, stdin=subprocess.DEVNULL)
    return people, reeve, home


def test_a_reader_of_the_machine_asks_and_root_approves(machine, reader):
    people, reeve, home = reader
    proposed = home / "proposed"
    proposed.write_text("changed\n")
    proposed.chmod(0o644)
    made = reeve("--json", "request", "new", "--title", "t", "--requester", "bob@example.org",
                 "--content", str(proposed), "/etc/motd")
    assert made.returncode == 0, made.stderr
    request = json.loads(made.stdout)["id"]
    assert reeve("request", "show", request).returncode == 0
    people.approve(request)
    machine.write("/etc/motd", "changed\n")
    assert machine.settle().returncode == 0
    assert machine.changes("/etc/motd")[-1]["verdict"] == "approved"


def test_a_reader_decides_nothing(machine, reader):
    """Not by a key of theirs, not in the file of trusted keys, not in the register's hooks, and not
    by accepting."""
    people, reeve, home = reader
    key = home / "key"
    subprocess.run([*become(home), "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key],
                   check=True)
    request = people.request("/etc/motd", "changed\n")
    for words in (["approve", request, "--key", str(key), "--yes"],
                  ["approve", request, "--key", str(key), "--yes", "--as", "alice@example.org"],
                  ["keys", "allow", "eve@example.org", f"{key}.pub"],
                  ["keys", "revoke", "alice@example.org"],
                  ["hooks", "install", str(machine.state / "register.git")]):
        done = reeve(*words)
        assert done.returncode == 2, f"{words}: {done.stdout}"
    machine.write("/etc/motd", "changed\n")
    assert machine.settle().returncode == 1
    people.approve(request)
    machine.write("/etc/motd", "else\n")
    machine.settle()
    done = reeve("accept", "/etc/motd", "--request", request)
    assert done.returncode == 2 and "only root accepts" in done.stderr, done.stderr
    assert machine.settle().returncode == 1
