# SPDX-License-Identifier: GPL-3.0-or-later
"""who did it: short-lived writers, each by itself and 50 at a time; 2,000 execs/s

Each writer is known to us and held against what the event says. The login user is set in a process
of its own (loginuid can be set once); a real sudo runs from it.
"""

import json
import os
import shutil
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from measure import new_machine, ran_seconds, remove

LOGIN_UID = 1000
PASSWD = "root:x:0:0::/root:/bin/sh\nalice:x:1000:1000::/:/bin/sh\n"


def program(name):
    return os.path.realpath(shutil.which(name))


# name: (the program the kernel should name, the command; {file} is watched, {other} is not)
WRITERS = {
    "sh -c echo": ("sh", ["sh", "-c", "echo x > {file}"]),
    "cp": ("cp", ["cp", "/etc/hostname", "{file}"]),
    "sed -i": ("sed", ["sed", "-i", "s/a/b/", "{file}"]),
    "mv": ("mv", ["mv", "{other}", "{file}"]),
    "install": ("install", ["install", "-m", "644", "/etc/hostname", "{file}"]),
    "python": ("/usr/bin/python3", ["/usr/bin/python3", "-S", "-c", "open('{file}', 'w').write('x')"]),
    "sudo sh": ("sh", ["sudo", "-n", "sh", "-c", "echo x > {file}"]),
}


def in_a_login(function):
    """Runs it in a process of its own, as if alice had logged in there."""
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            Path("/proc/self/loginuid").write_text(str(LOGIN_UID))
            function()
            status = 0
        finally:
            os._exit(status)
    assert os.waitpid(pid, 0)[1] == 0


def command_for(machine, name, number):
    other = machine.folder / "other" / f"{number}"
    path = machine.path(f"/etc/{name.replace(' ', '-')}/{number}")
    return [word.format(file=path, other=other) for word in WRITERS[name][1]]


def run_all(machine, jobs, workers):
    """Each job once, by so many at a time."""
    left = list(reversed(jobs))
    lock = threading.Lock()

    def work():
        while True:
            with lock:
                if not left:
                    return
                name, number = left.pop()
            subprocess.run(command_for(machine, name, number), check=True,
                           stdin=subprocess.DEVNULL)

    threads = [threading.Thread(target=work) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def judge(machine, jobs):
    """Of the jobs of each writer: (right, exact, wrong program, wrong login)."""
    actors = {}
    for change in machine.changes():
        actors.setdefault(change["path"], []).extend(
            change.get("actors") or [change.get("actor") or {}])
    table = {}
    for name, number in jobs:
        seen = actors.get(f"/etc/{name.replace(' ', '-')}/{number}", [])
        wanted = program(WRITERS[name][0])
        row = table.setdefault(name, [0, 0, 0, 0, 0])
        row[0] += 1
        row[1] += bool(seen) and all(a.get("exe") == wanted and a.get("login_uid") == LOGIN_UID
                                     for a in seen)
        row[2] += bool(seen) and all(a.get("confidence") == "exact" for a in seen)
        row[3] += any(a.get("confidence") == "exact" and a.get("exe") != wanted for a in seen)
        row[4] += any(a.get("login_uid", LOGIN_UID) != LOGIN_UID for a in seen)
    return table


def measure(source, writes, workers, names):
    machine = new_machine()
    (machine.root / "etc" / "passwd").write_text(PASSWD)
    (machine.folder / "other").mkdir()
    jobs = [(name, number) for number in range(writes) for name in names]
    for name, number in jobs:
        folder = machine.path(f"/etc/{name.replace(' ', '-')}")
        folder.mkdir(exist_ok=True)
        (folder / str(number)).write_text("a\n")
        (machine.folder / "other" / str(number)).write_text("b\n")
    machine.start("--backend", "fanotify", "--actors", source)
    in_a_login(lambda: run_all(machine, jobs, workers))
    machine.settle()
    table = judge(machine, jobs)
    remove(machine)
    return table


def print_table(source, workers, table):
    for name, (n, right, exact, wrong, login) in [*table.items(), ("all", [
            sum(column) for column in zip(*table.values())])]:
        print(f"| {source} | {workers} | {name} | {n} | {right / n:.2%} | {exact / n:.2%} | "
              f"{wrong} | {login} |", flush=True)


def attribution(options):
    print("| source | at a time | writer | writes | right | exact | exact and wrong | wrong login |")
    print("|---|---|---|---|---|---|---|---|")
    for source in options.sources:
        print_table(source, 1, measure(source, options.writes, 1, list(WRITERS)))
        print_table(source, 50, measure(source, options.writes, 50, list(WRITERS)))


# As little of a program as there can be: what is measured is the knowing, not the loading.
TINY = """
void _start(void)
{
	__asm__ volatile("syscall" : : "a"(231), "D"(0) : "rcx", "r11", "memory");
}
"""

SPAWN = """
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
int main(int argc, char **argv)
{
	long n = atol(argv[1]), rate = atol(argv[2]);
	char *words[] = {argv[3], "--some", "usual=argument", NULL}, *none[] = {NULL};
	struct timespec next;
	clock_gettime(CLOCK_MONOTONIC, &next);
	for (long i = 0; i < n; i++) {
		pid_t pid;
		posix_spawn(&pid, words[0], NULL, NULL, words, none);
		waitpid(pid, NULL, 0);
		next.tv_nsec += 1000000000 / rate;
		if (next.tv_nsec >= 1000000000) {
			next.tv_sec++;
			next.tv_nsec -= 1000000000;
		}
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
	}
	return 0;
}
"""


def programs_of(pid):
    """The ids of the programs in the kernel that a process holds."""
    ids = set()
    for fd in Path(f"/proc/{pid}/fdinfo").iterdir():
        try:
            fields = dict(line.split(":", 1) for line in fd.read_text().splitlines() if ":" in line)
        except OSError:
            continue
        ids |= {int(fields[key]) for key in ("prog_id",) if key in fields}
    return ids


def kernel_seconds(pid):
    """What this process's programs in the kernel have run so far, by name (bpf_stats_enabled)."""
    ids = programs_of(pid)
    names = {"on_fork": 0.0, "on_exec": 0.0, "on_exit": 0.0}
    try:
        done = subprocess.run(["bpftool", "-j", "prog"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return names
    for program in json.loads(done.stdout):
        if program.get("name") in names and program["id"] in ids:
            names[program["name"]] += program.get("run_time_ns", 0) / 1e9
    return names


def recorders(machine):
    """The recorder and what it has started."""
    recorder = machine.pid("recorder")
    children = Path(f"/proc/{recorder}/task/{recorder}/children").read_text().split()
    return [recorder, *map(int, children)]


def overhead(options):
    print("| source | execs/s | recorder % of one CPU | in the kernel % | us a start there: fork + "
          "exec + exit | recorder MiB | lost |")
    print("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        spawn, tiny = Path(folder) / "spawn", Path(folder) / "tiny"
        for made, text, options_of_cc in ((spawn, SPAWN, ["-O2"]),
                                          (tiny, TINY, ["-static", "-nostdlib"])):
            source_file = made.with_suffix(".c")
            source_file.write_text(text)
            subprocess.run(["cc", *options_of_cc, "-o", made, source_file], check=True)
        stats = Path("/proc/sys/kernel/bpf_stats_enabled")
        for source in options.sources:
            machine = new_machine()
            machine.start("--backend", "fanotify", "--actors", source)
            stats.write_text("1")
            pids = recorders(machine)
            before, kernel = sum(map(ran_seconds, pids)), kernel_seconds(pids[0])
            start = time.monotonic()
            # two at a time: one alone does not reach the rate everywhere
            jobs = [subprocess.Popen([spawn, str(options.execs // 2), "1000", tiny])
                    for _ in range(2)]
            for job in jobs:
                job.wait()
            wall = time.monotonic() - start
            machine.settle()
            used = sum(map(ran_seconds, pids)) - before
            kernel = [after - kernel[name] for name, after in kernel_seconds(pids[0]).items()]
            stats.write_text("0")
            lost = machine.health("recorder")["actors"]["lost"]
            status = Path(f"/proc/{pids[0]}/status").read_text()
            mib = int(status.split("VmRSS:")[1].split()[0]) / 1024
            print(f"| {source} | {options.execs / wall:.0f} | {used / wall:.2%} | "
                  f"{sum(kernel) / wall:.2%} | "
                  + " + ".join(f"{1e6 * one / options.execs:.2f}" for one in kernel)
                  + f" | {mib:.0f} | {lost} |", flush=True)
            remove(machine)


def run(options):
    attribution(options) if options.writes else None
    print()
    overhead(options)
