# SPDX-License-Identifier: GPL-3.0-or-later
"""reeve-desktop beside a real daemon and a real notification server (dunst under Xvfb)."""

import hashlib
import json
import re
import shutil
import subprocess

import pytest

from conftest import wait_for
from desktop import Desktop
from people import People
from test_network import accesses

NEEDED = ("Xvfb", "dunst", "dbus-daemon", "busctl", "import")
MISSING = [name for name in NEEDED if not shutil.which(name)]
pytestmark = [
    pytest.mark.plain,
    pytest.mark.skipif(bool(MISSING), reason="not installed: " + ", ".join(MISSING)),
]

SSHD = "Port 22\nPermitRootLogin no\n"
OPEN = "Port 22\nPermitRootLogin yes\n"


@pytest.fixture
def session(machine, request):
    """A desktop session without a notification server, beside a running daemon."""
    machine.write("/etc/ssh/sshd_config", SSHD)
    machine.write("/etc/motd", "Welcome\n")
    made = Desktop(machine)
    yield made
    made.end_all()
    if getattr(request.node, "failed", False):
        print((made.folder / "log").read_text()[-4000:])


@pytest.fixture
def desktop(session):
    """reeve-desktop before dunst, at the head of the journal."""
    session.machine.start()
    session.start_session().start_dunst().follow()
    wait_for("the first cursor", lambda: session.cursor)
    return session


def only(bubbles):
    bubble, = bubbles.values()
    return bubble


def test_an_alert_is_shown_and_withdrawn_when_the_file_is_put_back(desktop):
    desktop.machine.write("/etc/ssh/sshd_config", OPEN)
    bubble = only(desktop.wait_for_bubbles("the alert"))
    desktop.shot("desktop-critical")
    assert bubble.title == "Unapproved change on web-1 (critical)"
    assert re.fullmatch("/etc/ssh/sshd_config\nPermitRootLogin no → yes\n"
                        "sshd: root login enabled( · .+)?", bubble.body)  # and who, where known
    assert (bubble.urgency, bubble.timeout) == ("critical", 0)
    assert desktop.run("dunstctl", "count", "displayed").stdout.strip() == "1"
    desktop.machine.write("/etc/ssh/sshd_config", SSHD)
    desktop.wait_for_none()
    assert desktop.run("dunstctl", "count", "displayed").stdout.strip() == "0"
    # nothing is open: the cursor is the last event of all
    wait_for("the cursor to follow", lambda: desktop.cursor == desktop.machine.events()[-1]["id"])


def test_what_is_no_alert_is_not_shown(desktop):
    desktop.machine.path("/etc/motd").touch()
    desktop.machine.write("/etc/motd", "Welcome\n")
    desktop.machine.settle()
    desktop.machine.write("/etc/ssh/sshd_config", OPEN)
    assert "sshd_config" in only(desktop.wait_for_bubbles("the alert alone")).body


def test_another_alert_of_the_path_updates_in_place(desktop):
    desktop.machine.write("/etc/motd", "Hello\n")
    number, = desktop.wait_for_bubbles("the alert")
    desktop.machine.write("/etc/motd", "Goodbye\n")
    bubbles = desktop.wait_for_bubbles(
        "its update", lambda found: [b for b in found if "Goodbye" in b.body])
    assert list(bubbles) == [number]
    assert bubbles[number].replaces == number


def test_names_are_shown_literally(desktop):
    desktop.machine.write("/etc/<b>bold<i> &amp; x", "x\n")
    bubble = only(desktop.wait_for_bubbles("the alert"))
    desktop.shot("desktop-markup")
    assert bubble.body.startswith("/etc/&lt;b&gt;bold&lt;i&gt; &amp;amp; x\n")
    shown = json.loads(desktop.run("dunstctl", "history").stdout)
    assert shown["data"] == [[]]
    desktop.run("dunstctl", "close")
    shown = json.loads(desktop.run("dunstctl", "history").stdout)["data"][0][0]
    assert "&lt;b&gt;bold&lt;i&gt; &amp;amp; x" in shown["message"]["data"]


def test_a_secret_is_not_shown(desktop):
    desktop.machine.write("/etc/app.conf", "db_password = hunter2\n")
    bubble = only(desktop.wait_for_bubbles("the alert"))
    assert "/etc/app.conf" in bubble.body and "hunter2" not in bubble.body


@pytest.mark.patient
def test_a_burst_is_one_notification(desktop):
    desktop.machine.path("/etc/burst").mkdir()
    desktop.wait_for_bubbles("the folder")
    for number in range(16):
        desktop.machine.write(f"/etc/burst/{number:02}.conf", "x\n")
    bubbles = desktop.wait_for_bubbles(
        "one for all",
        lambda found: len(found) == 1 and found[0].title == "17 unapproved changes on web-1")
    desktop.shot("desktop-burst")
    assert only(bubbles).body.endswith("and 15 more")
    assert len(only(bubbles).body.split("\n")) == 3
    shutil.rmtree(desktop.machine.path("/etc/burst"))
    desktop.wait_for_none()


def test_approval_after_the_fact_withdraws(session, tmp_path):
    machine, sign = session.machine, tmp_path / "alice"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", sign], check=True)
    kind, key = sign.with_suffix(".pub").read_text().split()[:2]
    trust = machine.folder / "allowed_signers"
    trust.write_text(f'alice@example.org namespaces="reeve-approval" {kind} {key}\n')
    config = machine.folder / "reeve.yaml"
    config.write_text(f"register: {{trust: {trust}}}\n")
    machine.start("--config", str(config))
    session.start_session().start_dunst().follow()
    wait_for("the first cursor", lambda: session.cursor)
    machine.write("/etc/motd", "New\n")
    session.wait_for_bubbles("the alert")
    machine.write("/etc/ssh/sshd_config", OPEN)
    session.wait_for_bubbles("both alerts", lambda found: all_of(found, "/etc/motd", "/etc/ssh"))
    approve(machine, tmp_path, sign, "Welcome\n", "New\n")
    # what was approved goes; the twin, which nobody approved, stays
    session.wait_for_bubbles("the other alert alone", lambda found: "/etc/motd" not in texts(found))
    assert "/etc/ssh/sshd_config" in texts(session.bubbles.values())
    assert machine.events()[-1]["kind"] == "resolved"
    machine.write("/etc/ssh/sshd_config", SSHD)
    session.wait_for_none()


def test_what_is_put_back_goes_and_the_other_alert_stays(desktop):
    desktop.machine.write("/etc/motd", "New\n")
    desktop.machine.write("/etc/ssh/sshd_config", OPEN)
    desktop.wait_for_bubbles("both alerts", lambda found: all_of(found, "/etc/motd", "/etc/ssh"))
    desktop.machine.write("/etc/motd", "Welcome\n")
    desktop.wait_for_bubbles("the other alert alone", lambda found: "/etc/motd" not in texts(found))
    assert "/etc/ssh/sshd_config" in texts(desktop.bubbles.values())


def texts(bubbles):
    """What is on the screen; all of it on one card or on several, as the time between them was."""
    return "\n".join(bubble.body for bubble in bubbles)


def all_of(bubbles, *paths):
    return all(path in texts(bubbles) for path in paths)


def approve(machine, folder, key, old, new):
    """A request for /etc/motd and alice's approval of it, pushed as git pushes them."""
    clone = folder / "clone"

    def git(*words):
        subprocess.run(["git", "-c", "safe.directory=*", "-c", "user.name=x",
                        "-c", "user.email=x@example.org", *words], check=True, capture_output=True)

    def blob(text):
        data = text.encode()
        return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
    git("init", "-q", "--bare", "-b", "main", machine.state / "register.git")
    git("clone", "-q", machine.state / "register.git", clone)
    name = "CHG-20261122-k7qa"
    approvals = clone / "requests" / name / "approvals"
    approvals.mkdir(parents=True)
    request = (f"id: {name}\ntype: normal\ntitle: New motd\nrequester: bob@example.org\n"
               f"changes:\n  - path: /etc/motd\n    from: {{blob: {blob(old)}}}\n"
               f"    to: {{blob: {blob(new)}}}\n")
    (approvals.parent / "request.yaml").write_text(request)
    statement = approvals / "alice@example.org"
    statement.write_text(
        f"reeve-approval 1\nrequest {name}\n"
        f"request-sha256 {hashlib.sha256(request.encode()).hexdigest()}\n"
        f"request-blob {blob(request)}\ndecision approve\nrole change-authority\n"
        "approver alice@example.org\ndate 2026-11-22T03:04:05Z\n")
    subprocess.run(["ssh-keygen", "-q", "-Y", "sign", "-n", "reeve-approval", "-f", key,
                    statement], check=True, capture_output=True)
    git("-C", clone, "add", "-A")
    git("-C", clone, "commit", "-qm", "request and approval")
    git("-C", clone, "push", "-q", "origin", "HEAD:main")


def test_show_opens_the_change_in_a_terminal(desktop):
    desktop.machine.write("/etc/ssh/sshd_config", OPEN)
    desktop.wait_for_bubbles("the alert")
    shows = desktop.folder / "terminal-shows"
    assert desktop.run("dunstctl", "action", "0").returncode == 0
    wait_for("the terminal",
             lambda: shows.exists() and "PermitRootLogin yes" in shows.read_text())
    desktop.wait_for_none()


def test_acknowledge_is_an_event_and_withdraws(desktop):
    desktop.machine.write("/etc/ssh/sshd_config", OPEN)
    desktop.wait_for_bubbles("the alert")
    desktop.choose("Acknowledge")
    desktop.wait_for_none()
    change, = [event for event in desktop.machine.events() if event["kind"] == "change"]
    ack, = [event for event in desktop.machine.events() if event["kind"] == "ack"]
    assert ack["refers"] == [change["id"]]


def test_this_was_me_asks_for_exactly_that(session):
    session.machine.start()
    people = People(session.machine).found_register()
    # an editor that keeps what it was given, and improves the title
    editor = session.folder / "editor"
    editor.write_text(f"#!/bin/sh\ncp \"$1\" {session.folder}/skeleton\n"
                      "sed -i 's/^title:.*/title: I had to/; s/^requester:.*/requester: bob@example.org/' \"$1\"\n")
    editor.chmod(0o755)
    session.environment["VISUAL"] = str(editor)
    session.start_session().start_dunst().follow()
    wait_for("the first cursor", lambda: session.cursor)
    session.machine.write("/etc/ssh/sshd_config", OPEN)
    session.wait_for_bubbles("the alert")
    session.choose("This was me")
    says = session.folder / "terminal-shows"
    made = wait_for("the request", lambda: says.exists() and
                    re.search(r"reeve approve (CHG-\S+?)`", says.read_text()))
    skeleton = (session.folder / "skeleton").read_text()
    assert "path: /etc/ssh/sshd_config" in skeleton and "PermitRootLogin no -> yes" in skeleton
    shown = people.show(made[1])
    assert (shown["title"], shown["requester"]) == ("I had to", "bob@example.org")
    assert "it is so already" in (told := people.approve(made[1])), told + skeleton
    wait_for("the late approval", lambda: session.machine.settle().returncode == 0)
    assert session.machine.events()[-1]["late"] is True


def test_who_may_know_but_not_read(session):
    config = session.machine.folder / "reeve.yaml"
    config.write_text("bus: {notice: root}\n")
    session.machine.start("--config", str(config))
    session.start_session().start_dunst().follow("--notice")
    # (no cursor tells that it listens, but the socket's own users)
    wait_for("somebody who listens", lambda: any(
        line["what"] == "subscribe" and line["topic"] == "notice/1/" for line in accesses(session.machine)))
    session.machine.write("/etc/ssh/sshd_config", OPEN)
    bubble = only(session.wait_for_bubbles("the alert"))
    assert "/etc/ssh/sshd_config" in bubble.body and "PermitRootLogin" not in bubble.body
    assert bubble.title.startswith("Unapproved change on web-1") and bubble.actions == {}
    session.machine.write("/etc/ssh/sshd_config", SSHD)
    session.wait_for_none()


def test_a_server_without_actions_and_markup(session):
    session.machine.start()
    session.start_session().start_plain_server().follow()
    wait_for("the first cursor", lambda: session.cursor)
    session.machine.write("/etc/a<b>&c", "x\n")
    bubble = only(session.wait_for_bubbles("the alert"))
    assert bubble.actions == {} and "/etc/a<b>&c" in bubble.body
    session.machine.reeve("ack", session.machine.events()[-1]["id"])
    session.wait_for_none()


def test_a_server_that_is_absent_or_restarts_is_waited_for(session):
    session.machine.start()
    session.start_session().follow()
    wait_for("a daemon that is heard", lambda: session.cursor)
    first = session.cursor
    session.machine.write("/etc/ssh/sshd_config", OPEN)
    session.machine.settle()
    wait_for("the first try", lambda: "trying again" in (session.folder / "log").read_text())
    assert session.cursor == first
    session.start_dunst()
    session.wait_for_bubbles("the alert, late")
    session.stop_dunst()
    session.forget_bubbles()
    session.start_dunst()
    assert "sshd_config" in only(session.wait_for_bubbles("the alert, again")).body


@pytest.mark.patient
def test_goes_on_behind_the_cursor_and_shows_what_is_open_again(desktop):
    desktop.machine.write("/etc/ssh/sshd_config", OPEN)
    desktop.wait_for_bubbles("the alert")
    assert desktop.unfollow() == 0
    desktop.wait_for_none()
    desktop.machine.write("/etc/motd", "Hello\n")
    desktop.machine.settle()
    desktop.follow()
    # on one card or on two, as the time between them was
    desktop.wait_for_bubbles("both alerts", lambda found: all(
        path in "".join(bubble.body for bubble in found)
        for path in ("/etc/ssh/sshd_config", "/etc/motd")))
    desktop.run("dunstctl", "close-all")
    desktop.wait_for_none()
    wait_for("the cursor to follow",
             lambda: desktop.cursor == desktop.machine.events()[-1]["id"])
    desktop.unfollow()
    desktop.follow()
    desktop.machine.write("/etc/issue", "x\n")
    assert "/etc/issue" in only(desktop.wait_for_bubbles("the new alert alone")).body


@pytest.mark.patient
def test_silence_is_told_and_withdrawn(session):
    session.machine.start()
    session.start_session().start_dunst().follow("--silence", "6")
    wait_for("the first cursor", lambda: session.cursor)
    session.machine.write("/etc/motd", "Hello\n")
    session.wait_for_bubbles("an alert, which tells the name of the host")
    session.machine.write("/etc/motd", "Welcome\n")
    session.wait_for_none()
    session.machine.stop()
    bubble = only(session.wait_for_bubbles("the silence to be noticed"))
    session.shot("desktop-silence")
    assert bubble.title == "Nothing heard from web-1 for 6 seconds"
    assert (bubble.urgency, bubble.actions) == ("critical", {})
    session.machine.start()
    session.wait_for_none()
