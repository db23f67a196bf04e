# SPDX-License-Identifier: GPL-3.0-or-later
"""Maintenance of the snapshots: bounded, and in nobody's way."""

import os
import subprocess
import threading

import pytest
from conftest import BUILD, PATIENCE
from stages import Bench

UPKEEP = BUILD / "tests" / "e2e" / "upkeep"
GRACE = 600


def upkeep(bench, *words):
    subprocess.run([UPKEEP, bench.state, *map(str, words)], check=True, timeout=PATIENCE)


def packs(bench):
    return list((bench.snapshots / "objects" / "pack").glob("*.pack"))


@pytest.mark.plain
def test_stock_git_runs_beside_merges(tmp_path):
    """fsck and log begin before a merge and end after it, again and again."""
    bench = Bench(tmp_path)
    upkeep(bench, "commits", 40)
    done, found = threading.Event(), []

    def read():
        while not done.is_set():
            for words in (["fsck", "--strict", "--no-dangling", "--no-progress"],
                          ["log", "-p", "--format=%H", "observed"]):
                reading = bench.git(*words)
                if reading.returncode or (words[0] == "fsck" and reading.stdout):
                    found.append(reading.stdout + reading.stderr)
    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for _ in range(12):
        upkeep(bench, "maintain", 0)
        upkeep(bench, "commits", 40)
    done.set()
    for reader in readers:
        reader.join()
    assert found == []


def test_one_who_reads_slowly_finds_what_was_there_when_he_began(tmp_path):
    """A reader that has the list of packs, but has opened none of them yet."""
    bench = Bench(tmp_path)
    upkeep(bench, "commits", 40)
    objects = bench.git("rev-list", "--objects", "--no-object-names", "observed").stdout.split()
    with subprocess.Popen(["git", "-c", "safe.directory=*", "-C", bench.snapshots, "cat-file",
                           "--batch-check", "--buffer"], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True) as slow:
        slow.stdin.write(objects[0] + "\n")
        slow.stdin.flush()
        upkeep(bench, "maintain", 0)
        assert len(packs(bench)) == 41
        answer, _ = slow.communicate("\n".join(objects[1:]) + "\n", timeout=PATIENCE)
    assert "missing" not in answer and answer.count("\n") == len(objects)
    upkeep(bench, "maintain", GRACE)
    assert len(packs(bench)) == 1
    bench.fsck()


def test_packs_stay_few(tmp_path):
    bench = Bench(tmp_path)
    for number in range(12):
        upkeep(bench, "commits", 40)
        upkeep(bench, "maintain", GRACE * (number + 1))
        assert len(packs(bench)) <= 2 * 33 + 1
    upkeep(bench, "maintain", GRACE * 20)
    assert len(packs(bench)) <= 33
    assert bench.git("rev-list", "--count", "observed").stdout == "480\n"
    bench.fsck()
    assert not list((bench.snapshots / "objects" / "pack").glob("tmp_*"))
    assert os.listdir(bench.snapshots / "objects" / "pack")
