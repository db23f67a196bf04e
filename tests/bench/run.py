#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures Reeve beside its peers, in one run, on generated trees.

Each bench is a file bench_<name>.py: its first line says what it measures, run(options) prints
tables. Figures are medians of several rounds; what is compared is measured alternately, so that a
machine that changes its speed changes it for both. Results go to doc/performance.md by hand, with
the command that made them.
"""

import argparse
import importlib
from pathlib import Path

FOLDER = Path(__file__).parent
BENCHES = {file.stem.removeprefix("bench_"): importlib.import_module(file.stem)
           for file in sorted(FOLDER.glob("bench_*.py"))}


def main():
    parser = argparse.ArgumentParser(description="; ".join(
        f"{name}: {bench.__doc__}" for name, bench in BENCHES.items()))
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these")
    parser.add_argument("--files", type=int, nargs="+", default=[1000, 100000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=60, help="how long an idle recorder is watched")
    parser.add_argument("--edits", type=int, default=100)
    parser.add_argument("--writes", type=int, default=1000, help="of each kind (who)")
    parser.add_argument("--execs", type=int, default=20000, help="at 2,000 a second (who)")
    parser.add_argument("--sources", nargs="+", default=["bpf", "connector", "proc"])
    options = parser.parse_args()
    unknown = set(options.names) - set(BENCHES)
    if unknown:
        parser.error(f"no such bench: {', '.join(sorted(unknown))}")
    for name in options.names or BENCHES:
        print(f"\n{name}: {BENCHES[name].__doc__}\n", flush=True)
        BENCHES[name].run(options)


if __name__ == "__main__":
    main()
