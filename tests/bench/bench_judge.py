# SPDX-License-Identifier: GPL-3.0-or-later
"""what judging costs: loading the rules, a changed file, one more with a lens, many rules, memory"""

import os
import subprocess
import tempfile
from pathlib import Path

from measure import ROOT, Machine, median, table

CORPUS = Path(os.environ.get("REEVE_CORPUS", ROOT.parent / "shared/corpus/sigma"))
SSH = "# A line like those of the file that Debian ships, as long as they are.\n"


def make_file(folder, size=5000):
    """An ssh_config of so many bytes: comments mostly, as it comes, and some settings."""
    text = "Host *\n"
    number = 0
    while len(text) < size:
        text += SSH + f"    SendEnv LC_{number}\n"
        number += 1
    (folder / "ssh_config").write_text(text)
    return folder / "ssh_config"


def resident(folder):
    """MiB of a judge of the shipped rules, after its first changes."""
    folder.mkdir()
    machine = Machine(folder)
    machine.write("/etc/hosts", "127.0.0.1 localhost\n")
    machine.start()
    for number in range(20):
        machine.write("/etc/hosts", f"127.0.0.1 localhost\n192.0.2.{number} db\n")
        machine.settle()
    status = Path(f"/proc/{machine.health('judge')['pid']}/status").read_text()
    machine.stop()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def run(options):
    build = Path(os.environ["REEVE_BUILD"])
    subprocess.run(["ninja", "-C", build, "tests/bench/bench-judge"], check=True,
                   stdout=subprocess.DEVNULL)
    lens = next(iter(build.rglob("reeve-lens")), build / "reeve-lens")
    folders = [ROOT / "policies"] + ([CORPUS] if CORPUS.exists() else [])
    runs = []
    with tempfile.TemporaryDirectory(prefix="rv-judge-") as folder:
        file = make_file(Path(folder))
        for _ in range(options.rounds):
            done = subprocess.run([build / "tests/bench/bench-judge", lens, file, *folders],
                                  check=True, capture_output=True, text=True)
            runs.append({name: float(value) for name, value in
                         (line.split() for line in done.stdout.splitlines())})
        os.chmod(folder, 0o755)
        mib = resident(Path(folder) / "machine")
    found = {name: median([run[name] for run in runs]) for name in runs[0]}
    table(["what", "cost"], [
        [f"{found['rules']:.0f} rules loaded (shipped{' and corpus' if len(folders) > 1 else ''})",
         f"{found['load']:.0f} ms"],
        [f"a changed file of {found['bytes'] / 1000:.0f} KB, p50", f"{found['judge']:.0f} us"],
        ["with a lens, the first time", f"{found.get('lens_cold', 0) / 1000:.1f} ms"],
        ["with a warm lens, p50", f"{found.get('lens_warm', 0) / 1000:.1f} ms"],
        ["with 500 rules about files of their own", f"{found['few']:.0f} us"],
        ["with 5,000", f"{found['many']:.0f} us ({found['many'] / found['few']:.1f} times)"],
        ["judge, resident", f"{mib:.0f} MiB"],
    ])
