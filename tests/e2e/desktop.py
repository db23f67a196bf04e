# SPDX-License-Identifier: GPL-3.0-or-later
"""A desktop without a person: an X server without a screen, a session bus, dunst, reeve-desktop.

What a person would see is what passes over the session bus between reeve-desktop and dunst
(`bubbles`: a monitor hears every Notify and every close), and is looked at: `shot()` makes a picture
of the screen.
"""

import json
import os
import subprocess
from pathlib import Path

from conftest import PROGRAMS, wait_for

ARTEFACTS = Path(__file__).resolve().parents[1] / "artefacts"
SIZE = "760x300"

# A bus of our own, for nothing must start a notification server behind our back.
BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={folder}/bus</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""

DUNSTRC = """[global]
    monitor = 0
    follow = none
    width = (420, 420)
    height = 200
    origin = top-right
    offset = 20x20
    notification_limit = 6
    padding = 14
    horizontal_padding = 16
    frame_width = 1
    gap_size = 8
    separator_color = frame
    font = DejaVu Sans 10
    markup = full
    format = "<b>%s</b>\\n%b"
    word_wrap = yes
    ellipsize = middle
    icon_position = off
    sort = no
    idle_threshold = 0
    show_indicators = no
    corner_radius = 6
    dmenu = {folder}/menu
[urgency_low]
    background = "#2e3440"
    foreground = "#d8dee9"
    frame_color = "#4c566a"
    timeout = {timeout}
[urgency_normal]
    background = "#3b4252"
    foreground = "#eceff4"
    frame_color = "#ebcb8b"
    timeout = {timeout}
[urgency_critical]
    background = "#3b2a30"
    foreground = "#f6eaec"
    frame_color = "#e0525f"
    timeout = 0
"""


class Desktop:
    """Everything in `folder`; `machine` is the daemon that is followed."""

    def __init__(self, machine):
        self.machine = machine
        self.folder = machine.folder / "desktop"
        self.folder.mkdir()
        self.processes = []
        self.dunst = self.follower = None
        self.forgotten = 0
        self.environment = {
            **os.environ, "HOME": str(self.folder), "XDG_STATE_HOME": str(self.folder / "state"),
            "XDG_CONFIG_HOME": str(self.folder), "XDG_RUNTIME_DIR": str(self.folder),
            "DBUS_SESSION_BUS_ADDRESS": f"unix:path={self.folder}/bus"}

    def spawn(self, *words, **options):
        with open(self.folder / "log", "ab") as log:
            process = subprocess.Popen(
                [str(word) for word in words], env=self.environment,
                **{"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log, **options})
        self.processes.append(process)
        return process

    def run(self, *words):
        return subprocess.run(words, env=self.environment, capture_output=True, text=True)

    def end(self, process):
        process.terminate()
        process.wait()
        self.processes.remove(process)

    def end_all(self):
        while self.processes:
            self.end(self.processes[-1])

    # the session

    def start_session(self):
        (self.folder / "bus.conf").write_text(BUS.format(folder=self.folder))
        self.spawn("dbus-daemon", f"--config-file={self.folder}/bus.conf", "--nofork")
        wait_for("the session bus", (self.folder / "bus").exists)
        self.watch_bus()
        return self

    def start_screen(self):
        reading, writing = os.pipe()
        self.spawn("Xvfb", "-displayfd", writing, "-screen", "0", f"{SIZE}x24", "-nolisten",
                   "tcp", pass_fds=[writing])
        os.close(writing)
        with os.fdopen(reading) as number:
            self.environment["DISPLAY"] = ":" + number.readline().strip()

    def start_dunst(self, timeout=0):
        if "DISPLAY" not in self.environment:
            self.start_screen()
        (self.folder / "dunstrc").write_text(DUNSTRC.format(folder=self.folder, timeout=timeout))
        self.dunst = self.spawn("dunst", "-conf", self.folder / "dunstrc")
        wait_for("dunst", self.has_server)
        return self

    def start_plain_server(self):
        """One without actions and markup, in place of dunst."""
        self.dunst = self.spawn("/usr/bin/python3", Path(__file__).with_name("plain_notifier.py"))
        wait_for("the plain server", self.has_server)
        return self

    def has_server(self):
        done = self.run("dbus-send", "--session", "--print-reply=literal",
                        "--dest=org.freedesktop.DBus", "/org/freedesktop/DBus",
                        "org.freedesktop.DBus.NameHasOwner",
                        "string:org.freedesktop.Notifications")
        return "true" in done.stdout

    def stop_dunst(self):
        self.end(self.dunst)
        self.dunst = None

    # reeve-desktop

    def follow(self, *options):
        (self.folder / "terminal").write_text(
            f"#!/bin/sh\nexec \"$@\" > {self.folder}/terminal-shows 2>&1 </dev/null\n")
        (self.folder / "terminal").chmod(0o755)
        self.follower = self.spawn(
            PROGRAMS / "reeve-desktop", *self.machine.places, "--terminal",
            f"'{self.folder}/terminal'", *options)
        return self

    def unfollow(self):
        self.follower.terminate()
        code = self.follower.wait(10)
        self.processes.remove(self.follower)
        return code

    @property
    def cursor(self):
        for file in (self.folder / "state" / "reeve").glob("desktop-*"):
            if file.suffix != ".new":
                return file.read_text().strip()
        return None

    # what is seen

    def watch_bus(self):
        """Every call of Notify and its answer, and every close, from the bus itself."""
        self.monitor = self.folder / "monitor"
        listening = self.listen()

        def hears():
            nonlocal listening
            if listening.poll() is not None:  # the bus did not answer it in time
                self.processes.remove(listening)
                listening = self.listen()
            self.run("dbus-send", "--session", "--dest=org.freedesktop.Notifications",
                     "/org/freedesktop/Notifications",
                     "org.freedesktop.Notifications.AreYouThere")
            return self.monitor.stat().st_size > 0
        wait_for("the monitor of the bus", hears)

    def listen(self):
        with open(self.monitor, "wb") as out:
            return self.spawn("busctl", f"--address=unix:path={self.folder}/bus", "monitor",
                              "--json=short", "--match=interface=org.freedesktop.Notifications",
                              "--match=type=method_return", stdout=out)

    def messages(self):
        found = []
        for line in self.monitor.read_text().split("\n")[:-1]:
            try:
                found.append(json.loads(line))
            except json.JSONDecodeError:
                continue
        return found

    def forget_bubbles(self):
        """What was shown until now went with its server."""
        self.forgotten = len(self.messages())

    @property
    def bubbles(self):
        """What is open, by the number the server gave it: {number: Bubble}."""
        calls, shown = {}, {}
        for message in self.messages()[self.forgotten:]:
            member = message.get("member")
            data = message.get("payload", {}).get("data", [])
            if member == "Notify":
                calls[message["sender"], message["cookie"]] = data
            elif message["type"] == "method_return":
                call = calls.pop((message["destination"], message["reply_cookie"]), None)
                if call:
                    shown[data[0]] = Bubble(call)
            elif member == "NotificationClosed" and message["type"] == "signal":
                shown.pop(data[0], None)
        return shown

    def wait_for_bubbles(self, what, predicate=bool):
        return wait_for(what, lambda: (found := self.bubbles) is not None and
                        predicate(list(found.values())) and found)

    def wait_for_none(self):
        wait_for("every notification to be withdrawn", lambda: not self.bubbles)

    def shot(self, name):
        """A picture of what is on the screen, once it is drawn, without the emptiness around it."""
        ARTEFACTS.mkdir(exist_ok=True)
        file = ARTEFACTS / f"{name}.png"

        def is_drawn():
            self.run("import", "-window", "root", str(file))
            return int(self.run("identify", "-format", "%k", str(file)).stdout) > 1
        wait_for("something on the screen", is_drawn)
        done = self.run("mogrify", "-trim", "+repage", "-bordercolor", "black", "-border", "12",
                        str(file))
        assert done.returncode == 0, done.stderr

    # what a person does

    def choose(self, label):
        """Opens the menu of all actions and picks the first whose line has this label."""
        menu = self.folder / "menu"
        menu.write_text(f"#!/bin/sh\ngrep -m1 '{label}'\n")
        menu.chmod(0o755)
        assert self.run("dunstctl", "context").returncode == 0


class Bubble:
    def __init__(self, call):
        (self.application, self.replaces, self.icon, self.title, self.body, actions, hints,
         self.timeout) = call
        self.actions = dict(zip(actions[::2], actions[1::2]))
        self.urgency = ("low", "normal", "critical")[hints["urgency"]["data"]]
        self.category = hints["category"]["data"]
