# SPDX-License-Identifier: GPL-3.0-or-later
"""baseline, one change, restart and mass rewrite, beside git, AIDE and a raw walk"""

import shutil
import subprocess
import time

from conftest import wait_for
from measure import (aide_init, compiled, cpu_of, forget_peak, git, git_record, make_tree, median,
                     new_machine, peak_mib, remove, resident_mib, table, timed, tree_file, wake_ups)

CHANGES = 20  # single changes a round
IDLE_SECONDS = 10
STAGES = ("recorder", "judge", "relay")


class Bench:
    """One tree, and what is kept beside it: git's repository is put into it when git's turn is."""

    def __init__(self, files):
        self.files = files
        self.machine = new_machine()
        self.folder = self.machine.folder
        self.tree = self.machine.path("/etc")
        make_tree(self.tree, files)

    def with_git(self, measure):
        kept = self.folder / "git"
        if kept.exists():
            shutil.move(kept, self.tree / ".git")
        try:
            return measure()
        finally:
            shutil.move(self.tree / ".git", kept)

    def baseline(self):
        shutil.rmtree(self.machine.state, ignore_errors=True)
        start = time.monotonic()
        self.machine.start()
        seconds = time.monotonic() - start
        self.machine.stop()
        return seconds

    def git_baseline(self):
        shutil.rmtree(self.folder / "git", ignore_errors=True)

        def measure():
            git(self.tree, "init", "-q")
            return git_record(self.tree)[0]
        return self.with_git(measure)

    def git_status(self):
        return self.with_git(lambda: git(self.tree, "status", "--porcelain")[0])

    def restart(self):
        """Until the recorder has compared everything and watches again."""
        (self.machine.runtime / "health" / "recorder").unlink(missing_ok=True)
        start = time.monotonic()
        self.machine.start(ready=False)
        ready = lambda: self.machine.health("recorder")["state"] == "ready"  # noqa: E731
        wait_for("the recorder", ready, 600)
        seconds = time.monotonic() - start
        self.machine.settle()
        self.machine.stop()
        return seconds

    def one_change(self, number):
        """CPU seconds of the recorder for one changed file."""
        target = tree_file(self.tree, 3)
        recorder = self.machine.pid("recorder")
        before = cpu_of(recorder)
        for edit in range(CHANGES):
            target.write_text(f"round {number} edit {edit}\n" * 50)
            self.machine.settle()
        return (cpu_of(recorder) - before) / CHANGES

    def git_change(self, number):
        tree_file(self.tree, 3).write_text(f"git round {number}\n" * 50)
        return self.with_git(lambda: git_record(self.tree)[1])

    def rewrite(self, program, text):
        names = "".join(f"{tree_file(self.tree, number)}\n" for number in range(self.files))
        subprocess.run([program, text], input=names, text=True, check=True)

    def check_rewritten(self):
        for number in range(0, self.files, max(1, self.files // 200)):
            file = tree_file(self.tree, number)
            path = "/etc/" + str(file.relative_to(self.tree))
            if self.machine.recorded(path) != file.read_bytes():
                raise SystemExit(f"{path} is not recorded as it is")


def measure(files, rounds):
    bench = Bench(files)
    machine = bench.machine
    walk = compiled("walk", bench.folder)
    rewrite = compiled("rewrite", bench.folder)
    seen = {key: [] for key in ("baseline", "git", "aide", "restart", "status", "walk", "one",
                                "git_one", "rewrite", "git_rewrite")}
    for number in range(rounds):
        seen["git"].append(bench.git_baseline())
        seen["aide"].append(aide_init(bench.tree, bench.folder)[0])
        seen["baseline"].append(bench.baseline())
        seen["restart"].append(bench.restart())
        seen["status"].append(bench.git_status())
        seen["walk"].append(timed(walk, bench.tree)[0])
    machine.start()
    recorder = machine.pid("recorder")
    for number in range(rounds):
        seen["one"].append(bench.one_change(number))
    idle = resident_mib(recorder)
    before = {stage: wake_ups(machine.pid(stage)) for stage in STAGES}
    time.sleep(IDLE_SECONDS)
    woken = {stage: (wake_ups(machine.pid(stage)) - before[stage]) / IDLE_SECONDS
             for stage in STAGES}
    forget_peak(recorder)
    start = time.monotonic()
    bench.rewrite(rewrite, "by reeve's side")
    machine.settle()
    seen["rewrite"].append(time.monotonic() - start)
    above = peak_mib(recorder) - idle
    bench.check_rewritten()
    machine.stop()
    bench.with_git(lambda: git_record(bench.tree))  # catches up with what Reeve had alone
    for number in range(rounds):
        seen["git_one"].append(bench.git_change(number))
    bench.rewrite(rewrite, "by git's side")
    seen["git_rewrite"].append(bench.with_git(lambda: git_record(bench.tree)[0]))
    remove(machine)
    return {key: median(values) for key, values in seen.items()}, idle, above, woken


def ratio(ours, theirs):
    return f"{ours / theirs:.2f}"


def run(options):
    results = [(files, *measure(files, options.rounds)) for files in options.files]
    table(["files", "baseline s", "of git's", "of AIDE's", "git s", "AIDE s"],
          [[f"{files:,}", f"{m['baseline']:.2f}", ratio(m["baseline"], m["git"]),
            ratio(m["baseline"], m["aide"]), f"{m['git']:.2f}", f"{m['aide']:.2f}"]
           for files, m, *_ in results])
    table(["files", "one change, CPU ms", "git CPU ms", "share of git's"],
          [[f"{files:,}", f"{m['one'] * 1000:.2f}", f"{m['git_one'] * 1000:.0f}",
            f"1/{m['git_one'] / max(m['one'], 1e-6):.0f}"] for files, m, *_ in results])
    table(["files", "restart s", "of git status's", "of a raw walk's", "git status s", "walk s"],
          [[f"{files:,}", f"{m['restart']:.2f}", ratio(m["restart"], m["status"]),
            ratio(m["restart"], m["walk"]), f"{m['status']:.2f}", f"{m['walk']:.2f}"]
           for files, m, *_ in results])
    table(["files", "all rewritten s", "of git's", "git s", "MiB idle", "MiB above idle"],
          [[f"{files:,}", f"{m['rewrite']:.2f}", ratio(m["rewrite"], m["git_rewrite"]),
            f"{m['git_rewrite']:.2f}", f"{idle:.0f}", f"{above:.0f}"]
           for files, m, idle, above, _ in results])
    table(["files", *(f"{stage}, wake-ups a second" for stage in STAGES)],
          [[f"{files:,}", *(f"{woken[stage]:.1f}" for stage in STAGES)]
           for files, *_, woken in results])
