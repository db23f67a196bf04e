# SPDX-License-Identifier: GPL-3.0-or-later
"""Every step of a commit is a moment at which the machine may stop.

Kills: a stage is gone before its Nth call that changes STATE (writes: in the middle of the Nth).
Power cuts: a run of recorder and judge together is logged (fault.c), and from the log the disk is
made that a power cut after the Nth call would have left: what was not synced is gone, or only its
names are there, or its bytes are zeros, or any part of it in any order.

After each: what had been published is there to the byte, with its commits; a start records what is
on the watched tree now; `git fsck --strict` is clean; the catalog belongs to the newest commit; each
commit is told exactly once; the chain holds.

REEVE_LONG=1 takes every point there is, and more chances for each; a quick run a third.
"""

import concurrent.futures
import itertools
import os
import random
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from conftest import BUILD
from stages import (FAULT, GONE, Bench, Disk, Trace, assert_recovers, copy_state, tree_of,
                    write_out)

LONG = bool(os.environ.get("REEVE_LONG"))
QUICK = bool(os.environ.get("REEVE_QUICK"))
UPKEEP = BUILD / "tests" / "e2e" / "upkeep"
SHARED_MEMORY = Path("/dev/shm")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3000 if LONG else 400)]


@pytest.fixture
def folder():
    """In memory, where there is some: the disk is played by Disk."""
    place = SHARED_MEMORY if os.access(SHARED_MEMORY, os.W_OK) else None
    made = Path(tempfile.mkdtemp(prefix="rv-", dir=place))
    yield made
    if not os.environ.get("REEVE_KEEP"):
        shutil.rmtree(made, ignore_errors=True)


def some(points, count):
    """All of them in a long run; else so many, spread evenly, the first and the last included."""
    points = list(points)
    count = count // 3 if QUICK else count
    if LONG or len(points) <= count:
        return points
    step = (len(points) - 1) / (count - 1)
    return [points[round(n * step)] for n in range(count)]


def each(points, check):
    """Checks all points, as many at a time as there are processors."""
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(check, points))


def small_tree(bench):
    for number in range(5):
        (bench.root / "etc" / f"file{number}").write_text(f"start {number}\n")
    (bench.root / "etc" / "folder").mkdir()
    (bench.root / "etc" / "folder" / "inside").write_text("x\n")


def edit_little(bench):
    (bench.root / "etc" / "file1").write_text("edited\n")


def edit_much(bench):
    """More than a pack keeps in memory; a folder of many files; things that go."""
    rng = random.Random(7)
    many = bench.root / "etc" / "many"
    many.mkdir(exist_ok=True)
    for number in range(150):
        (many / f"f{number}").write_bytes(rng.randbytes(10000))
    (bench.root / "etc" / "file2").unlink(missing_ok=True)
    if (bench.root / "etc" / "file3").exists():
        (bench.root / "etc" / "file3").rename(bench.root / "etc" / "file3.moved")


def edit_nothing(bench):
    pass


#
# Kills
#

def preload(bench, **more):
    return {"LD_PRELOAD": str(FAULT), "FAULT_UNDER": str(bench.state),
            **{f"FAULT_{name.upper()}": str(value) for name, value in more.items()}}


def run_recorder(bench, edit, **fault):
    """Starts, edits once it is ready, ends; its exit code."""
    recorder = bench.recorder(**preload(bench, **fault))
    if recorder.ready():
        edit(bench)
    return recorder.end()


def run_judge(bench, edit, **fault):
    judge = bench.judge(**preload(bench, **fault))
    judge.ready()
    return judge.end()


def run_upkeep(bench, edit, **fault):
    """Merges; then the time has come for what was merged."""
    code = 0
    for seconds in ("0", "600"):
        code = code or subprocess.run([UPKEEP, bench.state, "maintain", seconds],
                                      env={**os.environ, **preload(bench, **fault)}).returncode
    return code


def count_calls(template, folder, run, edit):
    """How many calls a whole run makes; also proves that the log tells all of them."""
    bench = clone(template, folder / "whole")
    before = Disk(bench.state)
    log = folder / "log-of-calls"
    assert run(bench, edit, log=log) == 0, bench.log.read_text()
    trace = Trace(log)
    for record in trace.records:
        before.take(record)
    assert before.cut(everything) == tree_of(bench.state)
    assert not [record for record in trace.records if record.kind == "m"], "written through memory"
    return sum(record.kind != "b" for record in trace.records)


def clone(template, folder):
    """A machine in the same state, with a tree of its own."""
    shutil.copytree(template.root, folder / "root", symlinks=True)
    copy_state(template.state, folder / "state")
    return Bench(folder)


def new_template(folder):
    bench = Bench(folder / "template")
    small_tree(bench)
    return bench


def recorded_template(folder):
    bench = new_template(folder)
    assert run_recorder_plainly(bench) == 0
    return bench


def run_recorder_plainly(bench, edit=edit_nothing):
    recorder = bench.recorder()
    assert recorder.ready(), bench.log.read_text()
    edit(bench)
    return recorder.end()


def judged_template(folder):
    """Some commits, judged, and some that are not."""
    bench = recorded_template(folder)
    judge = bench.judge()
    assert judge.ready() and judge.end() == 0
    for edit in (edit_little, edit_much):
        run_recorder_plainly(bench, edit)
    return bench


def packed_template(folder):
    """More packs than are left alone."""
    bench = Bench(folder / "template")
    for number in range(7):
        (bench.root / "etc" / f"file{number}").write_text(f"content {number + 35}\n")
    subprocess.run([UPKEEP, bench.state, "commits", "42"], check=True)
    return bench


KILLS = {
    "baseline": (new_template, run_recorder, edit_nothing, 24),
    "small commit": (recorded_template, run_recorder, edit_little, 24),
    "packed commit": (recorded_template, run_recorder, edit_much, 16),
    "first events": (recorded_template, run_judge, edit_nothing, 12),
    "more events": (judged_template, run_judge, edit_nothing, 16),
    "maintenance": (packed_template, run_upkeep, edit_nothing, 10),
}


@pytest.mark.parametrize("what", KILLS)
def test_a_kill_at_any_call_loses_nothing(folder, what):
    make, run, edit, enough = KILLS[what]
    template = make(folder)
    total = count_calls(template, folder, run, edit)

    def check(number):
        bench = clone(template, folder / f"kill-{number}")
        code = run(bench, edit, kill=number)
        assert code in (GONE, 0), f"exit code {code} at call {number}"
        try:
            assert_recovers(bench)
        except BaseException as error:
            raise AssertionError(f"killed at call {number}: {error}") from error
        shutil.rmtree(bench.folder)
        return code == GONE  # two runs differ by some calls: the last ones may not come
    points = some(range(1, total + 1), enough)
    killed = sum(each(points, check))
    print(f"{what}: {killed} of {total} kill points")
    assert killed >= len(points) / 2


#
# Power cuts
#

def nothing(is_folder, steps):
    """What was not synced is gone."""
    return []


def names(is_folder, steps):
    """The names have made it, the bytes have not: the empty file after a crash."""
    return steps if is_folder else []


def zeros(is_folder, steps):
    """Names and sizes have made it, the bytes are zeros."""
    if is_folder:
        return steps
    return [(kind, offset, bytes(len(what))) for kind, offset, what in steps]


def everything(is_folder, steps):
    return steps


def chance(seed):
    """Any part of it: names up to some moment; bytes in any order, some cut short."""
    rng = random.Random(seed)

    def choose(is_folder, steps):
        if is_folder:
            return steps[:rng.randint(0, len(steps))]
        kept = []
        for kind, offset, what in steps:
            fate = rng.randrange(4)
            if fate == 1 and kind == "write":
                kept.append((kind, offset, what[:len(what) // 2]))
            elif fate > 1:
                kept.append((kind, offset, what))
        return kept
    choose.__name__ = f"chance {seed}"
    return choose


FATES = [nothing, names, zeros, everything]


def cut_everywhere(before, records, enough, chances):
    """All disks that power cuts leave, each once: (after how many calls, fate, disk)."""
    at = set(some(range(len(records) + 1), enough))
    seeds = itertools.count()
    cuts, points = {}, 0
    for number in range(len(records) + 1):
        if number in at:
            for choose in [*FATES, *(chance(next(seeds)) for _ in range(chances))]:
                disk = before.cut(choose)
                points += 1
                cuts[tuple(sorted(disk.items()))] = (number, choose.__name__, disk)
        if number < len(records):
            before.take(records[number])
    print(f"{points} power cuts, {len(cuts)} of them different, in {len(records)} calls")
    return cuts.values()


def recover(folder, root, cut, **expected):
    number, fate, disk = cut
    place = folder / f"cut-{number}-{fate}".replace(" ", "-")
    place.mkdir()
    write_out(disk, place / "state")
    (place / "state" / "journal").mkdir(exist_ok=True)
    (place / "state" / "journal" / "events.ndjson").touch()
    try:
        assert_recovers(Bench(place, root=root), **expected)
    except BaseException as error:
        raise AssertionError(f"cut after call {number}, {fate}: {error}") from error
    shutil.rmtree(place)


def live_through(folder):
    """A day in the life of recorder and judge, logged. The disk as it was before, the log, and what
    had been published after each call."""
    bench = new_template(folder)
    before = Disk(bench.state)
    log = folder / "log-of-calls"
    told_by = set()
    for edits in ([edit_little, edit_much, edit_nothing], [edit_little]):
        bells = bench.bells()
        stages = [bench.recorder(bells, **preload(bench, log=log)),
                  bench.judge(bells, **preload(bench, log=log))]
        for stage in stages:
            assert stage.ready(), bench.log.read_text()
        for edit in edits:
            edit(bench)
            bench.barrier()
        for stage in stages:
            assert stage.end() == 0
        told_by.add((stages[1].process.pid, bells[1]))
        for bell in bells:
            os.close(bell)
    return bench, before, Trace(log), told_by


def published(records, journal_ino, told_by):
    """How much of the journal had been told, after each call: a judge has rung the relay's bell."""
    sizes, end = [0], 0
    for record in records:
        if record.kind == "w" and record.ino == journal_ino:
            end = max(end, record.offset + len(record.data))
        rang = record.kind == "b" and (record.pid, record.offset) in told_by
        sizes.append(end if rang else sizes[-1])
    return sizes


def test_a_power_cut_at_any_call_loses_nothing_published(folder):
    bench, before, trace, told_by = live_through(folder)
    journal = bench.journal.read_bytes()
    told = published(trace.records, bench.journal.stat().st_ino, told_by)
    assert told[-1] == len(journal)
    cuts = cut_everywhere(before, trace.records, 30, 6 if LONG else 1)
    each(cuts, lambda cut: recover(folder, bench.root, cut, told=journal[:told[cut[0]]], index=True))


def test_nothing_is_told_of_a_commit_that_is_not_on_disk(folder):
    """A new head can be seen before the recorder's own sync has returned: the judge waits for the
    disk itself."""
    bench = judged_template(folder)
    log = folder / "log-of-calls"
    assert run_judge(bench, edit_nothing, log=log) == 0
    heads = (bench.snapshots / "refs" / "heads").stat().st_ino
    journal = bench.journal.stat().st_ino
    happened = [(record.kind, record.ino) for record in Trace(log).records]
    assert ("s", heads) in happened[:happened.index(("w", journal))]


def test_a_power_cut_during_maintenance_loses_nothing(folder):
    bench = packed_template(folder)
    before = Disk(bench.state)
    log = folder / "log-of-calls"
    assert run_upkeep(bench, edit_nothing, log=log) == 0
    cuts = cut_everywhere(before, Trace(log).records, 8, 6 if LONG else 1)
    each(cuts, lambda cut: recover(folder, bench.root, cut))
