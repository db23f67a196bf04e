# SPDX-License-Identifier: GPL-3.0-or-later
"""What systemd itself says about packaging/: it loads, it is hard, it makes what reeved expects."""

import os
import re
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

PACKAGING = Path(__file__).resolve().parents[2] / "packaging"
MOST_EXPOSED = 3.0  # systemd's scale ends at 10

pytestmark = pytest.mark.skipif(not shutil.which("systemd-analyze"),
                                reason="no systemd to ask: apt-get install systemd")


def run(*command):
    return subprocess.run(command, capture_output=True, text=True)


@pytest.fixture
def installed(tmp_path):
    """A root folder with just what the unit names."""
    for name in ("usr/sbin/reeved", "usr/bin/kill"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("#!/bin/sh\n")
        file.chmod(0o755)
    units = tmp_path / "etc/systemd/system"
    units.mkdir(parents=True)
    shutil.copy(PACKAGING / "reeve.service", units)
    return tmp_path


def test_unit_is_sound(installed):
    done = run("systemd-analyze", "verify", "--man=no", "--recursive-errors=no",
               f"--root={installed}", "reeve.service")
    assert (done.returncode, done.stderr) == (0, "")


def test_unit_is_hard():
    done = run("systemd-analyze", "security", "--offline=true", "--no-pager",
               PACKAGING / "reeve.service")
    level = re.search(r"Overall exposure level for reeve.service: ([\d.]+)", done.stdout)
    assert float(level[1]) <= MOST_EXPOSED


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to make users and folders")
def test_users_and_folders(installed):
    assert run("systemd-sysusers", f"--root={installed}",
               PACKAGING / "reeve.sysusers").returncode == 0
    users = dict(line.split(":")[0:3:2] for line in
                 (installed / "etc/passwd").read_text().splitlines())
    groups = dict(line.split(":")[0:3:2] for line in
                  (installed / "etc/group").read_text().splitlines())
    assert set(users) == {"reeve-judge", "reeve-relay"}
    assert set(groups) == {"reeve", "reeve-judge", "reeve-relay"}
    assert run("systemd-tmpfiles", f"--root={installed}", "--create",
               PACKAGING / "reeve.tmpfiles").returncode == 0
    for name, mode in (("var/lib/reeve", 0o2750), ("run/reeve", 0o755)):
        st = (installed / name).stat()
        assert (stat.S_IMODE(st.st_mode), st.st_uid, st.st_gid) == (mode, 0, int(groups["reeve"]))


def test_desktop_unit_is_sound(installed):
    program = installed / "usr/bin/reeve-desktop"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    # (verified as a unit of the system: a session to ask is not everywhere)
    shutil.copy(PACKAGING / "reeve-desktop.service", installed / "etc/systemd/system")
    done = run("systemd-analyze", "verify", "--man=no", "--recursive-errors=no",
               f"--root={installed}", "reeve-desktop.service")
    assert (done.returncode, done.stderr) == (0, "")
