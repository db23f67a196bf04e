#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures Reeve beside its peers, in one run, on generated trees.

Figures are medians of several rounds; what is compared is measured alternately, so that a machine
that changes its speed changes it for both. Results go to doc/performance.md by hand, with the
command that made them.
"""

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))
os.environ.setdefault("REEVE_BUILD", str(ROOT / "build-release"))

from conftest import Machine  # noqa: E402

TICKS = os.sysconf("SC_CLK_TCK")


def make_tree(folder, files, size=2048, per_folder=20):
    """`files` files of `size` random bytes in folders of `per_folder`."""
    for number in range(files):
        if number % per_folder == 0:
            where = folder / f"d{number // per_folder // 100:04}" / f"d{number // per_folder % 100:02}"
            where.mkdir(parents=True, exist_ok=True)
        (where / f"f{number:07}.conf").write_bytes(os.urandom(size // 2).hex().encode())
    os.sync()


def timed(*command, cwd):
    """Wall and CPU seconds of a command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    subprocess.run(command, cwd=cwd, check=True, capture_output=True)
    wall = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def git(folder, *words):
    return timed("git", "-c", "user.name=b", "-c", "user.email=b@localhost", "-c", "gc.auto=0",
                 *words, cwd=folder)


def git_record(folder):
    """What git needs to record what changed: add and commit."""
    wall_add, cpu_add = git(folder, "add", "-A")
    wall_commit, cpu_commit = git(folder, "commit", "-qm", "x")
    return wall_add + wall_commit, cpu_add + cpu_commit


def cpu_of(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def resident_mib(pid):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def median(values):
    return statistics.median(values)


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def new_machine():
    folder = tempfile.mkdtemp(prefix="rv-bench-")
    os.chmod(folder, 0o755)
    return Machine(folder)


def remove(machine):
    if machine.process is not None:
        machine.stop()
    shutil.rmtree(machine.folder)


def bench_recorder(options):
    """baseline, and one changed file, beside git"""
    rows = []
    for files in options.files:
        machine = new_machine()
        tree = machine.path("/etc")
        make_tree(tree, files)
        baseline, git_baseline = [], []
        for _ in range(options.rounds):
            shutil.rmtree(machine.state, ignore_errors=True)
            start = time.monotonic()
            machine.start()
            baseline.append(time.monotonic() - start)
            machine.stop()
            shutil.rmtree(tree / ".git", ignore_errors=True)
            git(tree, "init", "-q")
            git_baseline.append(git_record(tree)[0])
            shutil.move(tree / ".git", machine.folder / "git")
            shutil.rmtree(machine.folder / "git-before", ignore_errors=True)
            shutil.move(machine.folder / "git", machine.folder / "git-before")
        machine.start()
        one, git_one = [], []
        recorder = machine.pid("recorder")
        target = tree / "d0000" / "d00" / "f0000003.conf"
        changes = 20
        for number in range(options.rounds):
            before = cpu_of(recorder)
            for edit in range(changes):
                target.write_text(f"round {number} edit {edit}\n" * 50)
                machine.settle()
            one.append((cpu_of(recorder) - before) / changes)
        memory = resident_mib(recorder)
        machine.stop()
        shutil.move(machine.folder / "git-before", tree / ".git")
        for number in range(options.rounds):
            target.write_text(f"git round {number}\n" * 50)
            git_one.append(git_record(tree)[1])
        rows.append((files, median(baseline), median(git_baseline), median(one), median(git_one),
                     memory))
        remove(machine)
    print("| files | baseline s | git s | ratio | one change CPU ms | git CPU ms | ratio | recorder MiB |")
    print("|---|---|---|---|---|---|---|---|")
    for files, base, gbase, one, gone, memory in rows:
        print(f"| {files:,} | {base:.2f} | {gbase:.2f} | {base / gbase:.2f} | {one * 1000:.2f} | "
              f"{gone * 1000:.0f} | 1/{gone / max(one, 1e-6):.0f} | {memory:.0f} |")


def bench_latency(options):
    """close() of an edited file until the event is at a subscriber"""
    import zmq
    machine = new_machine()
    # several files in turn: one that changes all the time is held back on purpose
    targets = [machine.write(f"/etc/ssh/sshd_config.d/{number}.conf", "Port 22\n" * 100)
               for number in range(16)]
    make_tree(machine.path("/etc/many"), 1000)
    machine.start()
    socket = zmq.Context().socket(zmq.SUB)
    socket.connect(f"ipc://{machine.runtime}/live")
    socket.subscribe(b"ev/")
    time.sleep(0.5)
    delays = []
    for number in range(options.edits):
        text = f"Port {number}\n" + "Port 22\n" * 100
        with open(targets[number % len(targets)], "w") as file:
            file.write(text)
            start = time.monotonic()
        if not socket.poll(10000):
            raise SystemExit("no event came")
        delays.append(time.monotonic() - start)
        socket.recv_multipart()
        time.sleep(0.3)
    remove(machine)
    print("| edits | close to event p50 ms | p99 ms | max ms |")
    print("|---|---|---|---|")
    print(f"| {len(delays)} | {percentile(delays, .5) * 1000:.1f} | "
          f"{percentile(delays, .99) * 1000:.1f} | {max(delays) * 1000:.1f} |")


BENCHES = {"recorder": bench_recorder, "latency": bench_latency}


def main():
    parser = argparse.ArgumentParser(description="; ".join(
        f"{name}: {bench.__doc__}" for name, bench in BENCHES.items()))
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these")
    parser.add_argument("--files", type=int, nargs="+", default=[1000, 100000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--edits", type=int, default=100)
    options = parser.parse_args()
    for name in options.names or BENCHES:
        print(f"\n{name}: {BENCHES[name].__doc__}\n", flush=True)
        BENCHES[name](options)


if __name__ == "__main__":
    main()
