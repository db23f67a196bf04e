# SPDX-License-Identifier: GPL-3.0-or-later
"""baseline, one change, restart and mass rewrite, beside git, AIDE and a raw walk"""

import shutil
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
        """Seconds and CPU seconds."""
        names = "".join(f"{tree_file(self.tree, number)}\n" for number in range(self.files))
        return timed(program, text, input=names.encode())

    def is_recorded(self):
        """Whether the newest commit has the last file as it is, and nothing waits but the file
        of the single changes, which is hot by now and held back on purpose."""
        health = self.machine.health("recorder")
        return health["pending"] <= 1 and self.has_recorded(self.files - 1)

    def has_recorded(self, number):
        file = tree_file(self.tree, number)
        path = "/etc/" + str(file.relative_to(self.tree))
        return self.machine.recorded(path) == file.read_bytes()

    def wait_until_judged(self):
        while self.machine.barrier().returncode not in (0, 1):
            pass  # each call of it waits for a minute

    def mass_change(self, program):
        """What Reeve needs to record, and to judge, that every file was rewritten."""
        stages = {stage: self.machine.pid(stage) for stage in ("recorder", "judge")}
        idle = resident_mib(stages["recorder"])
        forget_peak(stages["recorder"])
        before = {stage: cpu_of(pid) for stage, pid in stages.items()}
        start = time.monotonic()
        written, _ = self.rewrite(program, "by reeve's side")
        wait_for("the last state", self.is_recorded, 3600)
        recorded = time.monotonic() - start
        above = peak_mib(stages["recorder"]) - idle
        self.wait_until_judged()
        found = {"written": written, "recorded": recorded, "judged": time.monotonic() - start,
                 "idle": idle, "above": above}
        for stage, pid in stages.items():
            found[f"cpu_{stage}"] = cpu_of(pid) - before[stage]
        return found

    def check_rewritten(self):
        for number in range(0, self.files, max(1, self.files // 200)):
            if not self.has_recorded(number):
                raise SystemExit(f"file {number} is not recorded as it is")


def measure(files, rounds):
    bench = Bench(files)
    machine = bench.machine
    walk = compiled("walk", bench.folder)
    rewrite = compiled("rewrite", bench.folder)
    bench.rewrite(rewrite, "as it was")
    seen = {key: [] for key in ("baseline", "git", "aide", "restart", "status", "walk", "one",
                                "git_one")}
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
    before = {stage: wake_ups(machine.pid(stage)) for stage in STAGES}
    time.sleep(IDLE_SECONDS)
    woken = {stage: (wake_ups(machine.pid(stage)) - before[stage]) / IDLE_SECONDS
             for stage in STAGES}
    mass = bench.mass_change(rewrite)
    bench.check_rewritten()
    machine.stop()
    bench.with_git(lambda: git_record(bench.tree))  # catches up with what Reeve had alone
    for number in range(rounds):
        seen["git_one"].append(bench.git_change(number))
    mass["alone"], _ = bench.rewrite(rewrite, "by git's side")
    mass["git"], mass["git_cpu"] = bench.with_git(lambda: git_record(bench.tree))
    remove(machine)
    return {key: median(values) for key, values in seen.items()}, mass, woken


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
    table(["files", "written s, alone", "with Reeve", "recorded s", "judged s", "git s",
           "recorded, of git's", "recorder CPU s", "judge CPU s", "git CPU s", "MiB idle", "above"],
          [[f"{files:,}", f"{m['alone']:.2f}", f"{m['written']:.2f}", f"{m['recorded']:.2f}",
            f"{m['judged']:.2f}", f"{m['git']:.2f}",
            ratio(max(m["recorded"] - m["alone"], 0), m["git"]), f"{m['cpu_recorder']:.2f}",
            f"{m['cpu_judge']:.2f}", f"{m['git_cpu']:.2f}", f"{m['idle']:.0f}",
            f"{m['above']:.0f}"] for files, _, m, _ in results])
    table(["files", *(f"{stage}, wake-ups a second" for stage in STAGES)],
          [[f"{files:,}", *(f"{woken[stage]:.1f}" for stage in STAGES)]
           for files, _, _, woken in results])
