# SPDX-License-Identifier: GPL-3.0-or-later
"""A subscriber as a witness: signed checkpoints, a history that is rewritten, a host that is silent."""

import hashlib
import json
import os
import subprocess

from conftest import PATIENCE, PROGRAMS, wait_for
from lone_relay import Relay


def tail(machine, *words, **options):
    return subprocess.Popen([PROGRAMS / "reeve", *machine.places, "tail", "--all", "--json", *words],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)


def told(process, count):
    return [json.loads(process.stdout.readline()) for _ in range(count)]


def rewrite(journal, text):
    """What somebody who is root can do: every id made anew, a chain that holds."""
    lines, prev = [], None
    for line in journal.read_bytes().splitlines():
        event = json.loads(line)
        event["summary"] = text if event["seq"] == 1 else event["summary"]
        event["prev"] = prev
        lines.append(json.dumps(event, separators=(",", ":"), ensure_ascii=False).encode())
        prev = hashlib.sha256(lines[-1]).hexdigest()
    journal.write_bytes(b"".join(line + b"\n" for line in lines))


def relay_alone(machine):
    """A relay before the machine's journal, and nobody behind it."""
    relay = Relay.__new__(Relay)
    relay.state, relay.runtime, relay.log = machine.state, machine.runtime, machine.log
    relay.bell, relay.options = os.eventfd(0, os.EFD_NONBLOCK), []
    relay.start()
    return relay


def test_a_rewritten_history_is_found_out(machine, tmp_path):
    witness = tmp_path / "web-1"
    machine.write("/etc/motd", "old\n")
    machine.start()
    machine.write("/etc/motd", "new\n")
    machine.settle()
    with tail(machine, "--since", "", "--witness", witness) as first:
        events = told(first, 2)
        wait_for("a checkpoint to be remembered", witness.exists)
        first.terminate()
    checkpoint = json.loads(witness.read_text())
    assert checkpoint["host"] == "web-1"
    assert checkpoint["id"] in [event["id"] for event in events]
    assert (machine.state / "host.key").stat().st_mode & 0o777 == 0o600
    machine.stop()

    relay = relay_alone(machine)
    with tail(machine, "--since", "", "--witness", witness) as twin:
        assert [event["id"] for event in told(twin, 2)] == [event["id"] for event in events[:2]]
        twin.terminate()
    relay.kill()

    rewrite(machine.journal, "nothing happened")
    relay = relay_alone(machine)
    with tail(machine, "--since", "") as believer:
        assert told(believer, 2)[0]["summary"] == "nothing happened"
        believer.terminate()
    with tail(machine, "--since", "", "--witness", witness) as knower:
        out, err = knower.communicate(timeout=PATIENCE)
    assert (out, knower.returncode) == ("", 2)
    assert "history was rewritten: the host had signed event" in err
    relay.kill()


def test_a_host_that_falls_silent_is_named(machine):
    machine.start()
    with tail(machine, "--silence", "3") as listener:
        wait_for("it to listen", lambda: machine.health("relay")["subscribers"] >= 2)
        # (the relay is frozen: the connection stands, and nothing comes)
        machine.write("/etc/motd", "new\n")
        assert told(listener, 1)[0]["kind"] == "change"
        stopped = machine.pid("relay")
        os.kill(stopped, 19)
        assert listener.stderr.readline() == "reeve: not heard from web-1 for 3 seconds\n"
        os.kill(stopped, 18)
        assert listener.stderr.readline() == "reeve: web-1 is heard again\n"
        listener.terminate()
