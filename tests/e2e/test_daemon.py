# SPDX-License-Identifier: GPL-3.0-or-later
"""reeved: one instance, places, users, walls, deaths, SIGHUP, the service manager, the end."""

import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import time

import pytest

from conftest import PATIENCE, PROGRAMS, STAGES, wait_for

pytestmark = pytest.mark.both_builds

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root to give it up")


def run(*words):
    return subprocess.run([PROGRAMS / "reeved", *words], capture_output=True, text=True,
                          timeout=PATIENCE)


def status(pid):
    with open(f"/proc/{pid}/status") as file:
        return dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)


def is_gone(pid):
    try:
        return status(pid)["State"].startswith("Z")
    except (FileNotFoundError, ProcessLookupError):
        return True


def pids(machine):
    stages = machine.health("reeved")["stages"]
    return {name: stages[name].get("pid") for name in STAGES}


def wait_for_stages(machine, *states):
    wait_for(f"stages to be {states}", lambda: all(
        stage["state"] in states for stage in machine.health("reeved")["stages"].values()))


def wait_for_log(machine, pattern):
    return wait_for(f"{pattern!r} in the log", lambda: re.search(pattern, machine.log.read_text()))


@pytest.fixture
def config(machine):
    file = machine.folder / "reeve.yaml"
    file.write_text("watch: [/etc]\nignore: []\n")
    return file


# the command line

def test_version():
    done = run("--version")
    assert (done.returncode, done.stdout[:7]) == (0, "reeved ")


def test_help():
    done = run("--help")
    assert done.returncode == 0
    for option in ("config", "root", "state", "runtime", "watch", "backend", "host"):
        assert f"--{option}" in done.stdout


@pytest.mark.parametrize("words", [["--bogus"], ["more"], ["--host", "a/b"],
                                   ["--root", "/", "--watch"]])
def test_usage_is_64(words):
    done = run(*words)
    assert done.returncode == 64 and done.stderr.startswith("reeved: ")


def test_a_bad_configuration_is_shown_where_it_is(machine, config):
    config.write_text("host: web-1\nwach: [/etc]\n")
    done = run("--config", config, *machine.places)
    assert done.returncode == 2
    assert f"{config}:2:1: unknown key `wach`\n" in done.stderr
    assert "    2 | wach: [/etc]\n      | ^~~~ did you mean `watch`?" in done.stderr
    assert not machine.state.exists()


def test_too_long_a_socket_path_is_said(machine):
    deep = machine.folder / ("r" * 100)
    done = run("--watch", "/etc", "--state", machine.state, "--runtime", deep)
    assert done.returncode == 2 and "at most 107 bytes" in done.stderr


def test_unsafe_places_are_refused(machine):
    machine.state.symlink_to(machine.root)
    done = run("--watch", "/etc", *machine.places)
    assert done.returncode == 2 and "link" in done.stderr
    machine.state.unlink()
    machine.state.mkdir()
    machine.state.chmod(0o777)
    done = run("--watch", "/etc", *machine.places)
    assert done.returncode == 2 and "chmod go-w" in done.stderr


# places and processes

@as_root
def test_places_have_their_owners_and_modes(machine):
    machine.start()

    def look(path):
        st = os.lstat(path)
        return stat.S_IMODE(st.st_mode) & 0o777, st.st_uid, st.st_gid

    judge = int(status(machine.pid("judge"))["Uid"].split()[0])
    readers = int(status(machine.pid("judge"))["Groups"])
    assert look(machine.state) == (0o750, 0, readers)
    assert look(machine.state / "journal") == (0o750, judge, readers)
    assert look(machine.journal) == (0o640, judge, readers)
    assert look(machine.snapshots) == (0o750, 0, readers)
    assert look(machine.runtime) == (0o755, 0, readers)
    for name in ("ctl", "live", "replay"):
        assert look(machine.runtime / name)[0::2] == (0o660, readers)
    assert (machine.runtime / "reeved.pid").read_text() == f"{machine.process.pid}\n"


@as_root
def test_walls_as_proc_shows_them(machine):
    machine.start()
    seen = {name: status(pid) for name, pid in pids(machine).items()}
    for name, about in seen.items():
        assert about["NoNewPrivs"] == "1", name
        assert about["Seccomp"] == "2", name
        for which in ("CapInh", "CapBnd", "CapAmb"):
            assert int(about[which], 16) == 0, (name, which)
    assert int(seen["recorder"]["CapEff"], 16) == 1 << 2  # CAP_DAC_READ_SEARCH
    for name in ("judge", "relay"):
        assert int(seen[name]["CapPrm"], 16) == 0
        assert "0" not in seen[name]["Uid"].split() + seen[name]["Gid"].split()
    assert seen["judge"]["Uid"] != seen["relay"]["Uid"]


@as_root
def test_users_stay_the_same(machine):
    machine.start()
    before = {name: status(pid)["Uid"] for name, pid in pids(machine).items()}
    machine.stop()
    machine.start()
    assert {name: status(pid)["Uid"] for name, pid in pids(machine).items()} == before


def test_stages_have_nothing_of_ours(machine, monkeypatch):
    monkeypatch.setenv("SECRET_OF_THE_OPERATOR", "1")
    machine.start()
    for pid in pids(machine).values():
        with open(f"/proc/{pid}/environ") as file:
            assert "SECRET" not in file.read()
        assert os.readlink(f"/proc/{pid}/fd/0") == "/dev/null"
        assert os.getsid(pid) == pid


@as_root
@pytest.mark.parametrize("mode", [0o700, 0o755])
def test_started_from_anywhere(machine, mode):
    """From a folder no stage's user can enter, with stores in it."""
    home = machine.folder / "home"
    shutil.copytree(PROGRAMS, home / "build/src", ignore=shutil.ignore_patterns("*.p", "*.a"))
    (home / "build/build.ninja").touch()
    home.chmod(mode)
    places = ["--state", home / "state", "--runtime", home / "run"]
    daemon = subprocess.Popen([home / "build/src/reeved", "--root", machine.root, "--watch",
                               "/etc", *places], stderr=open(machine.log, "w"))
    try:
        wait_for("the daemon to be ready", lambda: subprocess.run(
            [home / "build/src/reeve", *places, "status", "--wait"],
            capture_output=True).returncode == 0)
        machine.write("/etc/motd", "hello\n")
        done = subprocess.run([home / "build/src/reeve", *places, "status", "--wait"],
                              capture_output=True, text=True)
        assert done.returncode == 1 and "/etc/motd" in done.stdout
    finally:
        daemon.terminate()
        assert daemon.wait(PATIENCE) == 0


def test_an_ordinary_user_needs_nobody(machine):
    """XDG folders, no privileges, the walls that need none."""
    home = machine.folder / "home"
    watched = machine.folder / "watched"
    (home / "build/src").mkdir(parents=True)
    watched.mkdir()
    for program in ("reeved", "reeve", *(f"reeve-{stage}" for stage in STAGES)):
        shutil.copy2(PROGRAMS / program, home / "build/src" / program)
    shutil.copytree(PROGRAMS / "config", home / "build/src/config",
                    ignore=shutil.ignore_patterns("*.p"))
    (home / "build/build.ninja").touch()
    become = []
    if os.geteuid() == 0:
        become = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
        for path in (home, watched):
            os.chown(path, 65534, 65534)
    environment = {"PATH": os.environ["PATH"], "HOME": str(home)}
    options = {"env": environment, "capture_output": True, "text": True}
    reeve = [*become, home / "build/src/reeve"]
    daemon = subprocess.Popen([*become, home / "build/src/reeved", "--watch", watched],
                              env=environment, stderr=open(machine.log, "w"))
    try:
        wait_for("the daemon to be ready",
                 lambda: subprocess.run([*reeve, "status", "--wait"], **options).returncode == 0)
        (watched / "file").write_text("x")
        done = subprocess.run([*reeve, "status", "--wait"], **options)
        assert done.returncode == 1 and str(watched / "file") in done.stdout
        state = home / ".local/state/reeve"
        assert stat.S_IMODE(state.stat().st_mode) == 0o700
        for stage in STAGES:
            pid = subprocess.run(["pgrep", "-P", str(daemon.pid), f"reeve-{stage}"],
                                 capture_output=True, text=True).stdout
            about = status(int(pid))
            assert (about["NoNewPrivs"], about["Seccomp"]) == ("1", "2")
            assert int(about["CapEff"], 16) == 0
    finally:
        daemon.terminate()
        assert daemon.wait(PATIENCE) == 0


# one instance

def test_a_second_one_is_refused(machine):
    machine.start()
    done = run("--root", machine.root, "--watch", "/etc", *machine.places)
    assert done.returncode == 2
    assert f"another reeved (pid {machine.process.pid}) runs here already" in done.stderr
    assert machine.process.poll() is None


def test_the_stages_follow_a_killed_daemon(machine):
    machine.start()
    old = pids(machine)
    machine.kill_daemon()
    machine.start()  # while they may still be on their way out
    for pid in old.values():
        assert is_gone(pid)
    machine.write("/etc/motd", "hello\n")
    machine.settle()
    assert len(machine.changes("/etc/motd")) == 1


# deaths

@pytest.mark.parametrize("stage", STAGES)
def test_a_killed_stage_comes_back(machine, stage):
    machine.start()
    old = pids(machine)
    machine.kill(stage)
    wait_for_log(machine, rf"reeve-{stage} \(pid {old[stage]}\) was killed by signal 9 \(Killed\)")
    wait_for("another one", lambda: pids(machine)[stage] not in (old[stage], None))
    wait_for_stages(machine, "ready")
    now = pids(machine)
    assert {name for name in STAGES if now[name] != old[name]} == {stage}
    assert machine.health("reeved")["stages"][stage]["restarts"] == 1
    machine.write("/etc/motd", "hello\n")
    machine.settle()
    assert len(machine.changes("/etc/motd")) == 1


def test_it_ends_in_order(machine):
    machine.start()
    stages = pids(machine)
    assert machine.stop() == 0
    assert all(is_gone(pid) for pid in stages.values())
    assert "kill" not in machine.log.read_text()
    assert not (machine.runtime / "reeved.pid").exists()
    assert not (machine.runtime / "health/reeved").exists()


def test_a_stage_that_hangs_is_not_waited_for_twice(machine):
    machine.start()
    stages = pids(machine)
    os.kill(stages["relay"], signal.SIGSTOP)
    machine.process.send_signal(signal.SIGINT)
    wait_for("the others to end", lambda: is_gone(stages["recorder"]) and is_gone(stages["judge"]))
    assert machine.process.poll() is None
    machine.process.send_signal(signal.SIGINT)
    assert machine.process.wait(PATIENCE) == 0
    assert is_gone(stages["relay"])
    machine.process = None


# SIGHUP

def test_a_broken_configuration_changes_nothing(machine, config):
    machine.start("--config", config, watch=())
    before = pids(machine)
    config.write_text("watch: [etc]\n")
    machine.process.send_signal(signal.SIGHUP)
    wait_for_log(machine, "the configuration was not changed: .*:1:9: not an absolute path")
    wait_for("health to say so", lambda: machine.health("reeved")["state"] == "degraded")
    assert "not an absolute path" in machine.health("reeved")["problems"][0]
    assert pids(machine) == before
    config.write_text("watch: [/etc]\nignore: []\n")
    machine.process.send_signal(signal.SIGHUP)
    wait_for("health to be good", lambda: machine.health("reeved")["state"] == "ready")
    assert machine.health("reeved")["problems"] == []


def test_only_who_is_concerned_starts_again(machine, config):
    machine.start("--config", config, watch=())
    before = pids(machine)
    config.write_text("watch: [/etc]\nignore: [/etc/*.cache]\n")
    machine.process.send_signal(signal.SIGHUP)
    wait_for("others", lambda: pids(machine)["judge"] not in (before["judge"], None) and
             pids(machine)["recorder"] not in (before["recorder"], None))
    wait_for_stages(machine, "ready")
    assert pids(machine)["relay"] == before["relay"]
    assert all(stage["restarts"] == 0 for stage in machine.health("reeved")["stages"].values())
    machine.write("/etc/a.cache", "x")
    machine.write("/etc/a.conf", "x")
    machine.settle()
    assert len(machine.changes("/etc/a.conf")) == 1
    assert machine.changes("/etc/a.cache") == []


# the service manager

def test_the_service_manager_is_told(machine, monkeypatch):
    name = f"\0reeve-e2e-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(name)
        manager.settimeout(PATIENCE)
        monkeypatch.setenv("NOTIFY_SOCKET", "@" + name[1:])
        monkeypatch.setenv("WATCHDOG_USEC", "200000")
        machine.start(ready=False)

        def hear(word):
            end = time.monotonic() + PATIENCE
            heard = []
            while time.monotonic() < end:
                heard += manager.recv(4096).decode().split("\n")
                if word in heard:
                    return heard
            raise AssertionError(f"{word} not in {heard}")

        assert "STATUS=all stages are ready" not in hear("READY=1")
        hear("STATUS=all stages are ready")
        hear("WATCHDOG=1")
        hear("WATCHDOG=1")
        machine.process.send_signal(signal.SIGHUP)
        hear("RELOADING=1")
        hear("READY=1")
        machine.process.send_signal(signal.SIGTERM)
        hear("STOPPING=1")
        assert machine.process.wait(PATIENCE) == 0
        machine.process = None
