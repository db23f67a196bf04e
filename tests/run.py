#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the stages of the test suite and counts.

Each stage is a function that returns a Count. A skip is a failure in CI: a machine that has
installed tools/packages can run everything. The last line is "N passed, N failed".
"""

import argparse
import concurrent.futures
import os
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections import namedtuple
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FUZZ_SECONDS = 2
# Three hundred test programs are linked, twice: with the usual linker that takes minutes.
LINKER = "gold"
# Tests wait more than they work, those with the sanitized programs a little less.
IN_PARALLEL = ("--numprocesses", os.cpu_count() + 2)
SANITIZED_IN_PARALLEL = ("--numprocesses", os.cpu_count() + 1)
STAGE_SECONDS = 1500  # a program that a stage runs is killed then

Count = namedtuple("Count", "passed failed skipped")


def run(*command, **options):
    """Like subprocess.run; a command that does not end in time is killed and has failed."""
    command = [str(word) for word in command]
    try:
        return subprocess.run(command, cwd=ROOT, timeout=STAGE_SECONDS, stdin=subprocess.DEVNULL,
                              **options)
    except subprocess.TimeoutExpired as hung:
        print(f"killed after {STAGE_SECONDS} s: {' '.join(command)}", flush=True)
        output = hung.stdout or b""
        return subprocess.CompletedProcess(command, -9, output if isinstance(output, str) else
                                           output.decode(errors="replace"), "")


def environment(**more):
    return {**os.environ, "LC_ALL": "C.UTF-8", **more}


def build(folder, *options, compiler="gcc", targets=()):
    """Configures (once) and builds a folder; True when it succeeded."""
    if not (ROOT / folder / "build.ninja").exists():
        made = run("meson", "setup", folder, "-Dwerror=true", *options,
                   env=environment(CC=compiler, CC_LD=LINKER), stdout=subprocess.DEVNULL)
        if made.returncode != 0:
            return False
    made = run("ninja", "-C", folder, *targets, capture_output=True, text=True)
    if made.returncode != 0:
        print(made.stdout[-8000:])
    return made.returncode == 0


def meson_tests(folder, *options):
    """Runs the unit tests of a build folder and counts test cases from meson's JUnit report."""
    env = environment(
        ASAN_OPTIONS="detect_leaks=1:abort_on_error=1",
        UBSAN_OPTIONS="halt_on_error=1:print_stacktrace=1",
    )
    wrapped = "--wrap" in " ".join(map(str, options))
    if wrapped:
        env["REEVE_UNDER_VALGRIND"] = "1"
    name = "testlog-valgrind.junit.xml" if wrapped else "testlog.junit.xml"
    report = ROOT / folder / "meson-logs" / name
    report.unlink(missing_ok=True)
    command = ["meson", "test", "-C", folder, "--print-errorlogs", "-q", *options]
    done = run(*command, env=env)
    return never_less(count_junit(report), done.returncode)


def never_less(count, returncode):
    """A runner that failed has at least one failure, whatever it managed to write down."""
    return count._replace(failed=1) if returncode != 0 and count.failed == 0 else count


def count_junit(path):
    if not path.exists():
        return Count(0, 1, 0)
    passed = failed = skipped = 0
    try:
        report = ElementTree.parse(path)
    except ElementTree.ParseError as broken:
        print(f"{path} cannot be read (does a test print control characters?): {broken}")
        return Count(0, 1, 0)
    for case in report.iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            failed += 1
        elif case.find("skipped") is not None:
            skipped += 1
            print("skipped:", case.get("classname"), case.get("name"),
                  case.find("skipped").get("message") or "")
        else:
            passed += 1
    return Count(passed, failed, skipped)


def pytest(name, *options, **more):
    report = ROOT / "build" / f"pytest-{name}.xml"
    report.unlink(missing_ok=True)
    command = ["/usr/bin/python3", "-m", "pytest", "-q",
               "-o", f"cache_dir={ROOT}/build/pytest-{name}"]
    done = run(*command, "--cache-clear", f"--junitxml={report}", *options,
               env=environment(**more))
    return never_less(count_junit(report), done.returncode)


# The stages, in the order in which they run.

def stage_unit():
    """unit tests (in a whole run those that valgrind cannot run, as it runs the others)"""
    if os.environ["REEVE_SHARE"] == "beyond-valgrind":
        return meson_tests("build", "--suite", "beyond-valgrind")
    return meson_tests("build", "--suite", "unit")


def stage_sanitized():
    """unit tests, clang with AddressSanitizer and UndefinedBehaviorSanitizer"""
    if not build_sanitized():
        return Count(0, 1, 0)
    return meson_tests("build-sanitized", "--suite", "unit")


def stage_tree():
    """the shape of the tree: rooms, sizes, formats, documents"""
    return pytest("tree", "tests/tree")


def stage_e2e():
    """end-to-end tests against the real programs and real peers"""
    if os.environ["REEVE_QUICK"]:
        files = [ROOT / "tests" / "e2e" / f"test_{name}.py" for name in QUICK_E2E]
        return pytest("e2e", *files, "-m", "not patient", *IN_PARALLEL,
                      REEVE_BUILD=str(ROOT / "build"))
    return pytest("e2e", "tests/e2e", *IN_PARALLEL, REEVE_BUILD=str(ROOT / "build"))


def stage_asan():
    """end-to-end tests against the sanitized programs"""
    if not build_sanitized():
        return Count(0, 1, 0)
    return pytest("asan", "tests/e2e", "-m", "not slow", *SANITIZED_IN_PARALLEL,
                  REEVE_BUILD=str(ROOT / "build-sanitized"),
                  ASAN_OPTIONS="detect_leaks=0:abort_on_error=1",
                  UBSAN_OPTIONS="halt_on_error=1:print_stacktrace=1")


def stage_valgrind():
    """unit tests under valgrind"""
    # It is there for uninitialised memory; leaks are found, sooner, by the sanitizers.
    wrapper = ("valgrind --quiet --error-exitcode=9 --leak-check=no "
               f"--suppressions={ROOT}/tests/valgrind.supp")
    return meson_tests("build", f"--wrap={wrapper}", "--timeout-multiplier=20",
                       "--suite", "unit", "--no-suite", "beyond-valgrind")


def build_sanitized():
    """Everything once more, by the other compiler: sanitized, and with the fuzzers."""
    # Not optimized: the programs run a little longer, the compiler takes half as long.
    return build("build-sanitized", "-Dfuzz=true", "-Doptimization=0",
                 "-Db_sanitize=address,undefined", "-Db_lundef=false", compiler="clang")


def stage_fuzz():
    """every fuzzer for some seconds"""
    if not build_sanitized():
        return Count(0, 1, 0)
    fuzzers = [file for file in sorted((ROOT / "build-sanitized" / "tests" / "fuzz").glob("fuzz-*"))
               if file.is_file() and os.access(file, os.X_OK)]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        passed = sum(pool.map(fuzz, fuzzers))
    return Count(passed, len(fuzzers) - passed, 0)


def fuzz(fuzzer):
    name = fuzzer.name.removeprefix("fuzz-")
    found = ROOT / "build-sanitized" / "found" / name
    found.mkdir(parents=True, exist_ok=True)
    done = run(fuzzer, f"-max_total_time={FUZZ_SECONDS}", "-timeout=5", "-rss_limit_mb=1024",
               f"-artifact_prefix={found}/crash-", found, ROOT / "tests/fuzz/corpus" / name,
               capture_output=True, text=True, errors="replace")
    if done.returncode != 0:
        print(f"fuzz-{name} failed:\n{done.stderr[-4000:]}")
    return done.returncode == 0


STAGES = {
    "unit": stage_unit,
    "tree": stage_tree,
    "e2e": stage_e2e,
    "sanitized": stage_sanitized,
    "asan": stage_asan,
    "valgrind": stage_valgrind,
    "fuzz": stage_fuzz,
}
# A whole run takes each end-to-end test once (see tests/e2e/conftest.py), and each unit test once as
# it was built and once sanitized; a stage that is asked for by name takes all.
SHARES = {"unit": "beyond-valgrind", "e2e": "plain", "asan": "sanitized"}
# The quick run: the first build alone, and the main job from end to end.
QUICK = ["unit", "tree", "e2e"]
QUICK_E2E = ["approved", "crash", "daemon", "first_half", "hostile", "matching", "model", "rules",
             "stores", "tail", "watch", "who"]


def main():
    parser = argparse.ArgumentParser(
        description="Runs the tests. Stages: " +
        "; ".join(f"{name}: {stage.__doc__}" for name, stage in STAGES.items()))
    parser.add_argument("--quick", action="store_true", help="the main job alone: " + " ".join(QUICK))
    parser.add_argument("stages", nargs="*", metavar="STAGE", help="only these")
    options = parser.parse_args()
    unknown = set(options.stages) - set(STAGES)
    if unknown:
        parser.error(f"no such stage: {', '.join(sorted(unknown))}")
    os.environ["REEVE_QUICK"] = "1" if options.quick else ""
    is_whole = not options.quick and not options.stages

    names = options.stages or (QUICK if options.quick else list(STAGES))
    print("== build", flush=True)
    if not build("build"):
        print("0 passed, 1 failed")
        return 1
    total = Count(0, 0, 0)
    for name in names:
        print(f"== {name}: {STAGES[name].__doc__}", flush=True)
        os.environ["REEVE_SHARE"] = SHARES.get(name, "") if is_whole else ""
        start = time.monotonic()
        count = STAGES[name]()
        print(f"== {name}: {count.passed} passed, {count.failed} failed, "
              f"{count.skipped} skipped in {time.monotonic() - start:.0f} s", flush=True)
        total = Count(*(a + b for a, b in zip(total, count)))
    failed = total.failed
    if total.skipped and os.environ.get("CI"):
        print(f"{total.skipped} skipped tests count as failures in CI")
        failed += total.skipped
    print(f"{total.passed} passed, {failed} failed")
    return 1 if failed or not total.passed else 0


if __name__ == "__main__":
    sys.exit(main())
