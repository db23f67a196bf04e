# SPDX-License-Identifier: GPL-3.0-or-later
"""The verbs that tell how things stand, as a person and as a script use them."""

import json
import os
import subprocess

import pytest
from conftest import ROOT

SSHD = "Port 22\n\t# tab\nPermitRootLogin no\n"


@pytest.fixture
def watched(machine):
    machine.write("/etc/ssh/sshd_config", SSHD)
    machine.write("/etc/motd", "welcome\n")
    machine.write("/etc/hosts", "127.0.0.1 localhost\n")
    machine.start()
    return machine


def answers(done):
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_status_says_clean_drift_trouble_by_its_exit_code(watched):
    assert watched.reeve("status").returncode == 0
    watched.write("/etc/motd", "go away\n")
    drifting = watched.settle()
    assert drifting.returncode == 1
    assert "/etc/motd" in drifting.stdout
    watched.stop()
    stopped = watched.reeve("status")
    assert stopped.returncode == 2
    assert "nothing is being watched" in stopped.stdout
    # The drift is still known.
    assert "/etc/motd" in stopped.stdout


def test_status_as_one_object(watched):
    watched.write("/etc/motd", "go away\n")
    status, = answers(watched.reeve("status", "--wait", "--json"))
    assert status["ready"] and not status["trouble"]
    assert status["roots"] == ["/etc"]
    assert status["backend"] == ("fanotify" if os.geteuid() == 0 else "inotify")
    assert status["drift"]["count"] == 1
    assert status["drift"]["paths"][0]["path"] == "/etc/motd"
    assert status["journal"]["head"] == watched.events()[-1]["id"]
    assert status["snapshots"]["commit"] == watched.events()[-1]["commit"]
    assert {stage["state"] for stage in status["stages"].values()} == {"ready"}
    assert status["rules"]["count"] > 20 and status["rules"]["problems"] == []


def test_waiting_without_a_daemon_is_refused_or_ends(machine):
    assert machine.reeve("status", "--wait").returncode == 2
    late = machine.reeve("status", "--wait", "--timeout", "1")
    assert late.returncode == 2
    assert "no daemon runs on" in late.stderr


def test_diff_is_a_patch_that_puts_things_back(watched):
    watched.write("/etc/ssh/sshd_config", SSHD.replace("no", "yes"))
    watched.write("/etc/new", "surprise\n")
    watched.settle()
    diff = watched.reeve("diff")
    assert diff.returncode == 1
    done = subprocess.run(["git", "apply", "-R", "-p1"], input=diff.stdout, cwd=watched.root,
                          text=True, capture_output=True)
    assert done.returncode == 0, done.stderr + diff.stdout
    assert watched.path("/etc/ssh/sshd_config").read_text() == SSHD
    assert not watched.path("/etc/new").exists()
    assert watched.settle().returncode == 0
    assert watched.reeve("diff").returncode == 0


def test_diff_of_attributes_and_of_a_folder(watched):
    watched.path("/etc/motd").chmod(0o4755)
    watched.write("/etc/hosts", "::1 localhost\n")
    watched.settle()
    diff = watched.reeve("diff", "/etc/motd")
    assert "0644 → 4755   set-user-id added, executable" in diff.stdout
    assert "/etc/hosts" not in diff.stdout
    assert len(answers(watched.reeve("diff", "--json", "/etc"))) == 2
    assert len(answers(watched.reeve("diff", "--json", "/etc/h*"))) == 1
    assert watched.reeve("diff", "/etc/ssh").returncode == 0


def test_log_filters(watched):
    watched.write("/etc/motd", "go away\n")
    watched.settle()
    watched.write("/etc/ssh/sshd_config", SSHD.replace("no", "yes"))
    watched.settle()
    watched.write("/etc/motd", "welcome\n")
    watched.settle()

    def paths(*words):
        return [[file["path"] for file in event.get("files", [])]
                for event in answers(watched.reeve("log", "--json", *words))]

    motd, sshd = ["/etc/motd"], ["/etc/ssh/sshd_config"]
    assert paths() == [motd, sshd]
    assert paths("--all") == [[], motd, sshd, motd]
    assert paths("--verdict", "restored") == [motd]
    assert paths("--severity", "high") == [sshd]
    assert paths("/etc/ssh") == [sshd]
    assert paths("/etc/ssh", "/etc/motd") == [motd, sshd]
    assert paths("-n1") == [sshd]
    assert paths("--since", "1h") == [motd, sshd]
    assert paths("--until", "1h") == []
    none = watched.reeve("log", "/nowhere")
    assert none.returncode == 0 and "no alert among" in none.stderr


@pytest.mark.parametrize("words, says", [
    (["log", "--since", "soon"], "yesterday"),
    (["log", "--severity", "bad"], "critical"),
    (["log", "--verdict", "guilty"], "mismatch"),
    (["show"], "which event?"),
    (["verify", "x"], "no arguments"),
    (["stauts"], "did you mean `reeve status`?"),
    (["--nonsense", "log"], "--nonsense"),
])
def test_wrong_usage_is_64_and_says_what_would_be_right(machine, words, says):
    done = machine.reeve(*words)
    assert done.returncode == 64
    assert says in done.stderr
    assert done.stdout == ""


def test_show_takes_the_beginning_of_an_id(watched):
    watched.write("/etc/motd", "go away\n")
    watched.settle()
    event = watched.events()[-1]
    shown = watched.reeve("show", event["id"][:8])
    assert event["id"] in shown.stdout and "- welcome" in shown.stdout
    whole, = answers(watched.reeve("show", "--json", event["id"]))
    assert whole == event
    missing = watched.reeve("show", "0" * 64)
    assert missing.returncode == 2 and "no event" in missing.stderr


def test_explain_a_verdict_and_a_path(watched):
    watched.write("/etc/ssh/sshd_config", SSHD.replace("no", "yes"))
    watched.settle()
    event = watched.events()[-1]
    explained = watched.reeve("explain", event["id"][:12]).stdout
    assert "unapproved: no change request names it" in explained
    assert "critical: by rule sshd: root login enabled" in explained
    drifting = watched.reeve("explain", "/etc/ssh/sshd_config").stdout
    assert "not as approved since" in drifting and event["id"][:12] in drifting
    assert "as approved, as far as it is watched" in watched.reeve("explain", "/etc/motd").stdout
    assert "1 path below it is not" in watched.reeve("explain", "/etc/ssh").stdout


def test_ack_is_an_event_and_approves_nothing(watched):
    watched.write("/etc/motd", "go away\n")
    watched.settle()
    alert = watched.events()[-1]
    done = watched.reeve("ack", alert["id"][:10], "--note", "it was me")
    assert done.returncode == 0, done.stderr
    ack = watched.events()[-1]
    assert ack["kind"] == "ack" and ack["refers"] == [alert["id"]]
    assert ack["note"] == "it was me" and ack["who"]
    assert watched.settle().returncode == 1


def test_the_past_is_told_without_daemon_and_without_index(watched):
    watched.write("/etc/motd", "go away\n")
    watched.settle()
    watched.stop()
    (watched.state / "journal" / "index.sqlite").unlink()
    assert "/etc/motd" in watched.reeve("log").stdout
    assert "+go away" in watched.reeve("diff").stdout
    assert watched.reeve("verify").returncode == 0


# verify


def flip(file, offset):
    mode = file.stat().st_mode
    file.chmod(0o600)
    data = bytearray(file.read_bytes())
    data[offset] ^= 0x10
    file.write_bytes(data)
    file.chmod(mode)


@pytest.fixture
def recorded(watched):
    for text in ("one\n", "two\n", "three\n"):
        watched.write("/etc/motd", text)
        watched.settle()
    watched.stop()
    assert watched.reeve("verify").returncode == 0
    return watched


def test_verify_names_the_event_that_was_altered(recorded):
    lines = recorded.journal.read_bytes().splitlines(keepends=True)
    flip(recorded.journal, len(lines[0]) + lines[1].index(b"motd"))
    done = recorded.reeve("verify")
    assert done.returncode == 1
    assert "line 2" in done.stdout
    assert "✗ journal" in done.stdout and "✓ snapshots" in done.stdout


def test_verify_sees_what_is_missing_at_the_end(recorded):
    lines = recorded.journal.read_bytes().splitlines(keepends=True)
    recorded.journal.write_bytes(b"".join(lines[:-1]))
    done = recorded.reeve("verify", "--json")
    assert done.returncode == 1
    assert any(answer.get("part") == "journal" for answer in answers(done))


def test_verify_sees_an_altered_cursor_and_an_altered_object(recorded):
    cursor = recorded.state / "journal" / "cursor"
    flip(cursor, 40)
    assert "cursor" in recorded.reeve("verify").stdout
    flip(cursor, 40)
    pack = max((recorded.snapshots / "objects" / "pack").glob("*.pack"),
               key=lambda file: file.stat().st_size)
    flip(pack, pack.stat().st_size // 2)
    done = recorded.reeve("verify")
    assert done.returncode == 1
    assert pack.name in done.stdout


def test_verify_sees_a_commit_nobody_judged(recorded):
    """Somebody commits in the recorder's place and gives the judge no chance to see it."""
    git = ["git", "-c", "safe.directory=*", "-c", "user.name=x", "-c", "user.email=x@example.org",
           "-C", recorded.snapshots]
    tip, parent = recorded.git("rev-parse", "observed", "observed~").split()
    tree = recorded.git("rev-parse", "observed^{tree}").strip()

    def commit_tree(message, onto):
        return subprocess.run([*git, "commit-tree", "-p", onto, "-m", message, tree], check=True,
                              capture_output=True, text=True).stdout.strip()

    recorded.git("update-ref", "refs/heads/observed", commit_tree("later", tip))
    waiting = recorded.reeve("verify")
    assert "1 still to be judged" in waiting.stdout
    recorded.git("update-ref", "refs/heads/observed", commit_tree("instead", parent))
    done = recorded.reeve("verify")
    assert done.returncode == 1
    assert f"commit {tip} is not in the history" in " ".join(done.stdout.split())


# doctor and digest


def test_doctor_finds_the_walls_standing(watched):
    found = answers(watched.reeve("doctor", "--json"))
    assert {finding["check"] for finding in found} >= {
        "config", "places", "space", "rules", "daemon", "walls", "kernel", "inotify", "clock"}
    walls = [finding for finding in found if finding["check"] == "walls"]
    assert len(walls) == 3 and {finding["level"] for finding in walls} == {"ok"}
    assert watched.reeve("doctor").returncode == 0


def test_doctor_says_what_to_do(watched):
    watched.state.chmod(0o755)
    done = watched.reeve("doctor")
    assert done.returncode == 1
    assert f"chmod 0750 {watched.state}" in done.stdout


def test_doctor_reads_a_configuration_that_others_refuse(machine):
    config = machine.folder / "reeve.yaml"
    config.write_text("wach: [/etc]\n")
    assert machine.reeve("--config", str(config), "log").returncode == 2
    done = machine.reeve("--config", str(config), "doctor")
    assert done.returncode == 1
    assert "did you mean `watch`?" in done.stdout


def test_digest_is_what_git_and_sha256sum_say(machine):
    file = machine.write("/etc/motd", "welcome\n", mode=0o640)
    fifo = machine.path("/etc/fifo")
    os.mkfifo(fifo)
    pin, other = answers(machine.reeve("digest", "--json", str(file), str(fifo)))
    git = subprocess.run(["git", "hash-object", "--no-filters", file], capture_output=True,
                         text=True, check=True)
    sha256 = subprocess.run(["sha256sum", file], capture_output=True, text=True, check=True)
    assert pin["blob"] == git.stdout.strip()
    assert pin["sha256"] == sha256.stdout.split()[0]
    assert (pin["mode"], pin["size"], pin["uid"]) == ("0640", 8, os.geteuid())
    assert other["type"] == "fifo" and "sha256" not in other


@pytest.mark.parametrize("shell", ["bash"])
def test_completions_are_sound(shell):
    file = ROOT / "packaging" / "completions" / "reeve.bash"
    script = f"""source {file}; COMP_WORDS=(reeve sta); COMP_CWORD=1; _reeve; echo "${{COMPREPLY[@]}}"
    COMP_WORDS=(reeve log --ver); COMP_CWORD=2; _reeve; echo "${{COMPREPLY[@]}}" """
    done = subprocess.run([shell, "-c", script], capture_output=True, text=True)
    assert done.stderr == ""
    assert done.stdout.split() == ["status", "--verdict"]
