# SPDX-License-Identifier: GPL-3.0-or-later
"""What systemd itself says about packaging/: it loads, it is hard, it makes what reeved expects."""

import os
import re
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGING = ROOT / "packaging"
MOST_EXPOSED = 3.0  # systemd's scale ends at 10

pytestmark = pytest.mark.skipif(not shutil.which("systemd-analyze"),
                                reason="no systemd to ask: apt-get install systemd")


def run(*command):
    return subprocess.run(command, capture_output=True, text=True)


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A root folder with what `meson install` puts there, and the kill that the unit calls."""
    root = tmp_path_factory.mktemp("installed")
    done = run("meson", "install", "-C", ROOT / "build", "--no-rebuild", "--quiet", "--destdir", root)
    assert done.returncode == 0, done.stdout + done.stderr
    kill = root / "usr/bin/kill"
    kill.parent.mkdir(parents=True, exist_ok=True)
    kill.write_text("#!/bin/sh\n")
    kill.chmod(0o755)
    return root


def unit(installed, name):
    """Copies an installed unit to where `--root` looks for it."""
    found, = installed.glob(f"usr/**/systemd/*/{name}")
    units = installed / "etc/systemd/system"
    units.mkdir(parents=True, exist_ok=True)
    return shutil.copy(found, units)


def verify(installed, name):
    unit(installed, name)
    done = run("systemd-analyze", "verify", "--man=no", "--recursive-errors=no",
               f"--root={installed}", name)
    return done.returncode, done.stderr


def test_everything_is_installed(installed):
    programs = {"bin/reeve", "bin/reeve-desktop", "bin/reeve-bridge", "sbin/reeved", "libexec/reeve/reeve-recorder",
                "libexec/reeve/reeve-judge", "libexec/reeve/reeve-relay"}
    there = {str(file.relative_to(installed)) for file in installed.rglob("*") if file.is_file()}
    prefix, = {name.removesuffix("bin/reeve") for name in there if name.endswith("/bin/reeve")}
    assert {prefix + program for program in programs} <= there
    assert prefix + "lib/sysusers.d/reeve.conf" in there
    assert prefix + "lib/tmpfiles.d/reeve.conf" in there
    assert {prefix + f"share/reeve/maps/{name}.yaml"
            for name in ("servicenow", "jira", "itop", "glpi")} <= there
    assert any(name.endswith("etc/xdg/autostart/reeve-desktop.desktop") for name in there)
    assert {"reeve.h", "libreeve.so.0", "libreeve.pc", "libreeve.3"} <= {Path(name).name for name in there}
    policies = {file.name for file in (ROOT / "policies").rglob("*.yml")}
    assert policies and policies <= {Path(name).name for name in there}


def test_unit_is_sound(installed):
    assert verify(installed, "reeve.service") == (0, "")


def test_unit_is_hard(installed):
    done = run("systemd-analyze", "security", "--offline=true", "--no-pager",
               unit(installed, "reeve.service"))
    level = re.search(r"Overall exposure level for reeve.service: ([\d.]+)", done.stdout)
    assert float(level[1]) <= MOST_EXPOSED


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to make users and folders")
def test_users_and_folders(tmp_path):
    (tmp_path / "etc").mkdir()
    assert run("systemd-sysusers", f"--root={tmp_path}",
               PACKAGING / "reeve.sysusers").returncode == 0
    users = dict(line.split(":")[0:3:2] for line in
                 (tmp_path / "etc/passwd").read_text().splitlines())
    groups = dict(line.split(":")[0:3:2] for line in
                  (tmp_path / "etc/group").read_text().splitlines())
    assert set(users) == {"reeve-judge", "reeve-relay", "reeve-fetch"}
    assert set(groups) == {"reeve", "reeve-judge", "reeve-relay", "reeve-fetch"}
    assert run("systemd-tmpfiles", f"--root={tmp_path}", "--create",
               PACKAGING / "reeve.tmpfiles").returncode == 0
    for name, mode in (("var/lib/reeve", 0o2750), ("run/reeve", 0o755)):
        st = (tmp_path / name).stat()
        assert (stat.S_IMODE(st.st_mode), st.st_uid, st.st_gid) == (mode, 0, int(groups["reeve"]))


def test_desktop_unit_is_sound(installed):
    # (verified as a unit of the system: a session to ask is not everywhere)
    assert verify(installed, "reeve-desktop.service") == (0, "")


def test_bridge_unit_is_sound_and_hard(installed):
    assert verify(installed, "reeve-bridge.service") == (0, "")
    done = run("systemd-analyze", "security", "--offline=true", "--no-pager",
               unit(installed, "reeve-bridge.service"))
    level = re.search(r"Overall exposure level for reeve-bridge.service: ([\d.]+)", done.stdout)
    assert float(level[1]) <= 2.0, done.stdout
