# SPDX-License-Identifier: GPL-3.0-or-later
"""What every measurement needs: trees, clocks, machines, tables, and the peers."""

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
PER_FOLDER = 20


def tree_folder(tree, number):
    """Where make_tree puts its file of that number."""
    group = number // PER_FOLDER
    return tree / f"d{group // 100:04}" / f"d{group % 100:02}"


def tree_file(tree, number):
    return tree_folder(tree, number) / f"f{number:07}.conf"


def make_tree(tree, files, size=2048):
    """`files` files of `size` random hexadecimal digits, twenty in a folder."""
    for number in range(files):
        if number % PER_FOLDER == 0:
            tree_folder(tree, number).mkdir(parents=True, exist_ok=True)
        tree_file(tree, number).write_bytes(os.urandom(size // 2).hex().encode())
    os.sync()


# Clocks and sizes

def timed(*command, cwd=None, **options):
    """Wall and CPU seconds of a command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    subprocess.run([str(word) for word in command], cwd=cwd, check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **options)
    wall = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def cpu_of(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def ran_seconds(pid):
    """Processor seconds of all threads there are, by the scheduler's clock: in ns, not in ticks."""
    return sum(int((task / "schedstat").read_text().split()[0]) / 1e9
               for task in Path(f"/proc/{pid}/task").iterdir())


def status_of(pid, key):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(key + ":"):
            return int(line.split()[1])
    raise KeyError(key)


def resident_mib(pid):
    return status_of(pid, "VmRSS") / 1024


def peak_mib(pid):
    return status_of(pid, "VmHWM") / 1024


def forget_peak(pid):
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def wake_ups(pid):
    """Voluntary context switches of all threads."""
    return sum(status_of(f"{pid}/task/{task}", "voluntary_ctxt_switches")
               for task in os.listdir(f"/proc/{pid}/task"))


median = statistics.median


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


# Machines

def new_machine():
    folder = tempfile.mkdtemp(prefix="rv-bench-")
    os.chmod(folder, 0o755)
    return Machine(folder)


def remove(machine):
    if machine.process is not None:
        machine.stop()
    shutil.rmtree(machine.folder)


# Peers

def git(folder, *words):
    return timed("git", "-c", "user.name=b", "-c", "user.email=b@localhost", "-c", "gc.auto=0",
                 *words, cwd=folder)


def git_record(folder):
    """What git needs to record what changed: add and commit."""
    wall_add, cpu_add = git(folder, "add", "-A")
    wall_commit, cpu_commit = git(folder, "commit", "-qm", "x")
    return wall_add + wall_commit, cpu_add + cpu_commit


def aide_init(tree, folder):
    """AIDE's first database of a tree: attributes and SHA-256, no content."""
    config = folder / "aide.conf"
    config.write_text(f"database_out=file:{folder}/aide.db\ngzip_dbout=no\n"
                      f"{tree} p+u+g+s+m+c+i+n+ftype+xattrs+acl+sha256\n")
    return timed("aide", "--init", f"--config={config}")


def compiled(name, folder, *libraries):
    """A small C program that lies beside this file."""
    program = folder / name
    subprocess.run(["cc", "-O2", "-pthread", "-o", program, Path(__file__).with_name(name + ".c"),
                    *libraries], check=True)
    return program


def table(head, rows):
    print("| " + " | ".join(head) + " |")
    print("|" + "---|" * len(head))
    for row in rows:
        print("| " + " | ".join(str(cell) for cell in row) + " |")
    print(flush=True)
