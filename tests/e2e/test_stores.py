# SPDX-License-Identifier: GPL-3.0-or-later
"""Stores that are removed, exchanged or set back: never silently, and the watch goes on.

Whoever deletes snapshots.git or the journal wants the past to be gone. Reeve cannot bring it back,
but it says so, as an alarm, in whatever takes its place.
"""

import shutil
import subprocess

import pytest

from conftest import wait_for


def alarms(machine):
    """What is said of stores: events of health that are critical, and gaps that name a store."""
    return [event for event in machine.events()
            if (event["kind"] == "health" and event["severity"] == "critical")
            or (event["kind"] == "gap" and event["cause"].startswith("store-"))]


def works(machine, text):
    """A change made now is recorded and told."""
    machine.write("/etc/hostname", text)
    machine.wait_ready()
    machine.settle()
    assert machine.recorded("/etc/hostname") == text.encode()
    assert [change["op"] for change in machine.changes("/etc/hostname")][-1] == "updated"


@pytest.fixture
def watching(machine):
    machine.write("/etc/hostname", "a\n")
    machine.start()
    machine.write("/etc/hostname", "b\n")
    machine.settle()
    return machine


def wait_for_another(machine, stage, before):
    wait_for(f"another {stage}", lambda: machine.pid(stage) != before)


def test_snapshots_removed_while_watching_are_an_alarm(watching):
    before = watching.pid("judge")
    shutil.rmtree(watching.snapshots)
    wait_for_another(watching, "judge", before)
    works(watching, "c\n")
    told = {event["kind"]: event for event in alarms(watching)}
    assert told["gap"]["cause"] == "store-removed" and told["gap"]["severity"] == "high"
    assert "replaced" in told["health"]["summary"]
    assert watching.reeve("log", "--severity", "high").stdout.count("snapshots.git") >= 1


def test_snapshots_emptied_while_watching_are_an_alarm(watching):
    for inside in list(watching.snapshots.iterdir()):
        shutil.rmtree(inside) if inside.is_dir() else inside.unlink()
    wait_for("an alarm", lambda: alarms(watching))
    works(watching, "c\n")


def test_snapshots_removed_while_stopped_are_an_alarm(watching):
    watching.stop()
    shutil.rmtree(watching.snapshots)
    watching.start()
    works(watching, "c\n")
    assert {event["kind"] for event in alarms(watching)} == {"gap", "health"}


def test_snapshots_set_back_are_an_alarm(watching):
    watching.stop()
    kept = watching.folder / "kept.git"
    subprocess.run(["cp", "-a", watching.snapshots, kept], check=True)
    watching.start()
    watching.write("/etc/hostname", "c\n")
    watching.settle()
    before = watching.pid("recorder")
    watching.snapshots.rename(watching.folder / "away.git")
    kept.rename(watching.snapshots)
    wait_for_another(watching, "recorder", before)
    watching.wait_ready()
    works(watching, "d\n")
    told = {event["kind"]: event for event in alarms(watching)}
    assert told["gap"]["cause"] == "store-replaced"
    assert "snapshots.git was" in told["health"]["summary"]


def test_stores_left_alone_are_no_alarm(watching):
    watching.stop()
    watching.start()
    works(watching, "c\n")
    watching.kill("recorder")
    watching.kill("judge")
    wait_for("a new recorder", lambda: "ready" in watching.health("recorder")["state"])
    works(watching, "d\n")
    assert alarms(watching) == [] and damage_is_told(watching) == []


@pytest.mark.parametrize("harm", ["removed", "exchanged"])
def test_a_catalog_that_is_taken_away_is_written_again(watching, harm):
    """Nothing is missed meanwhile, so nothing is told as missed."""
    before = watching.pid("recorder")
    catalog = watching.state / "catalog.sqlite"
    inode = catalog.stat().st_ino
    if harm == "removed":
        for file in watching.state.glob("catalog.sqlite*"):
            file.unlink()
    else:
        (watching.folder / "other").write_bytes(b"no catalog at all")
        (watching.folder / "other").rename(catalog)
    watching.write("/etc/hosts", "x\n")
    wait_for("the catalog", lambda: catalog.exists() and catalog.stat().st_ino != inode
             and catalog.read_bytes().startswith(b"SQLite"))
    works(watching, "c\n")
    assert watching.recorded("/etc/hosts") == b"x\n"
    assert catalog.stat().st_mode & 0o777 == 0o600
    assert watching.pid("recorder") == before
    assert watching.gaps() == [] and alarms(watching) == []
    watching.stop()
    watching.start()
    watching.settle()
    assert [gap["cause"] for gap in watching.gaps()] == ["stopped"]
    assert {change["path"] for change in watching.changes()} == {"/etc/hostname", "/etc/hosts"}


def packs(machine, suffix):
    return sorted((machine.snapshots / "objects/pack").glob(f"pack-*{suffix}"),
                  key=lambda file: file.stat().st_mtime)


def spoil(file):
    """One bit in the middle: of the biggest object, if it is much bigger than the others."""
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.chmod(0o640)
    file.write_bytes(data)


def spoil_trees(machine):
    """All of the newest pack but its ends: commit, trees, notes, manifests."""
    file = packs(machine, ".pack")[-1]
    data = bytearray(file.read_bytes())
    data[12:-20] = bytes(len(data) - 32)
    file.chmod(0o640)
    file.write_bytes(data)


def spoil_index(machine):
    spoil(packs(machine, ".idx")[-1])


def remove_packs(machine):
    for file in packs(machine, ""):
        file.unlink()


def spoil_a_loose_object(machine):
    tree = machine.git("rev-parse", "observed:meta/etc").strip()
    for file in packs(machine, ""):
        file.rename(machine.folder / file.name)
    for file in machine.folder.glob("pack-*.pack"):
        subprocess.run(["git", "-c", "safe.directory=*", "-C", machine.snapshots, "unpack-objects", "-q"],
                       stdin=file.open("rb"), check=True)
    spoil(machine.snapshots / "objects" / tree[:2] / tree[2:])


HARM = [spoil_trees, spoil_index, remove_packs, spoil_a_loose_object]


def damage_is_told(machine):
    """As the gap; or, where the last commit itself is what is lost, as one that cannot be compared."""
    return [event for event in machine.events() if event.get("cause") == "store-damaged"
            or (event["kind"] == "health" and "cannot be judged" in event["summary"])]


@pytest.mark.parametrize("harm", HARM)
def test_damaged_snapshots_are_mended_and_an_alarm(watching, harm):
    """What is there is stored again, recording goes on, and reeve verify names what was lost."""
    watching.write("/etc/hosts", "x\n")
    watching.settle()
    watching.stop()
    harm(watching)
    watching.start()
    watching.write("/etc/new", "y\n")
    works(watching, "c\n")
    assert watching.recorded("/etc/hosts") == b"x\n" and watching.recorded("/etc/new") == b"y\n"
    told = damage_is_told(watching)
    assert told and {event["severity"] for event in told} == {"high"}
    assert "damaged" in watching.health("recorder")["text"]
    # nothing that did not change is told as changed
    assert {change["path"] for change in watching.changes()} <= {"/etc/hostname", "/etc/hosts", "/etc/new"}
    assert watching.reeve("verify").returncode == (0 if harm is spoil_index else 1)
    if harm not in (remove_packs, spoil_index):
        assert "was damaged" in watching.reeve("verify").stdout
    assert watching.health("recorder")["state"] == "ready"


def test_snapshots_damaged_while_watching_are_mended(watching):
    before = watching.pid("recorder")
    watching.write("/etc/much", "z\n" * 500)
    watching.settle()
    spoil_trees(watching)
    watching.write("/etc/hosts", "x\n")
    works(watching, "c\n")
    assert damage_is_told(watching)
    assert watching.recorded("/etc/much") == b"z\n" * 500
    assert watching.pid("recorder") == before
    assert "was damaged" in watching.reeve("verify").stdout


def test_a_removed_journal_is_told_first_in_the_new_one(watching):
    old = watching.events()
    watching.stop()
    shutil.rmtree(watching.journal.parent)
    watching.start()
    watching.settle()
    first, *rest = watching.events()
    assert (first["kind"], first["severity"]) == ("health", "critical")
    assert (first["seq"], first["prev"]) == (old[-1]["seq"] + 1, old[-1]["id"])
    assert f"{len(old)} events" in first["summary"]
    # what was recorded is judged again, so that what drifts is known
    assert [change["path"] for change in watching.changes()] == ["/etc/hostname"]
    assert "/etc/hostname" in watching.reeve("diff").stdout
    assert watching.settle().returncode == 1
    assert watching.reeve("verify").returncode == 1
    assert rest[-1]["prev"] == rest[-2]["id"]


def test_a_journal_removed_while_watching_is_told(watching):
    old = watching.events()
    before = watching.pid("judge")
    shutil.rmtree(watching.journal.parent)
    wait_for_another(watching, "judge", before)
    works(watching, "c\n")
    first = watching.events()[0]
    assert (first["kind"], first["severity"]) == ("health", "critical")
    assert first["prev"] == old[-1]["id"]
    wait_for("the relay to follow",
             lambda: watching.health("relay").get("head") == watching.events()[-1]["id"])


@pytest.mark.parametrize("left", [0, 1, 2])
def test_a_journal_cut_while_watching_is_told(watching, left):
    """To nothing, to some lines, to the middle of one: the judge begins again and says so."""
    lines = watching.journal.read_bytes().splitlines(keepends=True)
    last = watching.events()[-1]
    before = watching.pid("judge")
    with open(watching.journal, "r+b") as file:
        file.truncate([0, len(lines[0]), len(lines[0]) + 20][left])
    wait_for_another(watching, "judge", before)
    watching.write("/etc/hosts", "c\n")
    wait_for("the change to be told", lambda: watching.changes("/etc/hosts"))
    told = [event for event in watching.events() if event["kind"] == "health"]
    assert told[0]["severity"] == "critical" and "journal" in told[0]["summary"]
    assert told[0]["seq"] == last["seq"] + 1 and told[0]["prev"] == last["id"]
    wait_for("the judge", lambda: watching.health("judge")["state"] == "ready")
    assert watching.reeve("verify").returncode == 1
    wait_for("the relay to follow",
             lambda: watching.health("relay").get("head") == watching.events()[-1]["id"])
    assert watching.health("relay")["state"] == "degraded"  # what it has told cannot be asked for


def test_a_fresh_install_is_told_nothing_of(machine):
    machine.write("/etc/hostname", "a\n")
    machine.start()
    machine.settle()
    assert [(event["kind"], event["seq"]) for event in machine.events()] == [("baseline", 1)]


def test_an_exchanged_register_is_seen(watching):
    before = watching.pid("judge")
    register = watching.state / "register.git"
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", register], check=True)
    subprocess.run(["chgrp", "-R", str(register.stat().st_gid), register], check=True)
    watching.settle()
    assert watching.pid("judge") == before
    register.rename(watching.folder / "away.git")
    subprocess.run(["cp", "-a", watching.folder / "away.git", register], check=True)
    wait_for_another(watching, "judge", before)
    works(watching, "c\n")
