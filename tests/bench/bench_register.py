# SPDX-License-Identifier: GPL-3.0-or-later
"""what a large register costs: loading it, holding a change against it, verifying an approval"""

import os
import subprocess
import tempfile
from pathlib import Path

from measure import median, table

REQUESTS = (1000, 10000, 100000)
STATEMENT = ("reeve-approval 1\nrequest CHG-BENCH\nrequest-sha256 " + "0" * 64 + "\nrequest-blob " +
             "0" * 40 + "\ndecision approve\nrole change-authority\napprover alice@example.org\n"
             "date 2026-11-22T03:04:05Z\n")


def make_register(folder, count):
    """A bare repository of so many open requests, each for a file of its own, in one pack."""
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", folder], check=True)
    stream = [b"commit refs/heads/main\ncommitter x <x@example.org> 1795316645 +0000\ndata 4\nmany\n"]
    for number in range(count):
        name = f"CHG-20261122-{number:06}"
        text = (f"id: {name}\ntype: normal\ntitle: Change number {number}\nrequester: bob@example.org\n"
                f"implementers: [carol]\nhosts: [\"web-*\"]\n"
                f"window: {{start: \"2026-11-22T20:00:00Z\", end: \"2036-11-22T22:00:00Z\"}}\nrisk: low\n"
                f"changes:\n  - path: /etc/many/{number}\n    from: {{blob: \"{number:040x}\"}}\n"
                f"    to: {{blob: \"{number + 1:040x}\", mode: \"0644\", owner: root, group: root}}\n"
                ).encode()
        stream.append(b"M 100644 inline requests/%s/request.yaml\ndata %d\n%s\n"
                      % (name.encode(), len(text), text))
    subprocess.run(["git", "-C", folder, "fast-import", "--quiet"], input=b"".join(stream), check=True)


def make_approval(folder):
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / "key"], check=True)
    kind, base64, *_ = (folder / "key.pub").read_text().split()
    (folder / "allowed").write_text(f"alice@example.org {kind} {base64}\n")
    (folder / "statement").write_text(STATEMENT)
    subprocess.run(["ssh-keygen", "-q", "-Y", "sign", "-n", "reeve-approval", "-f", folder / "key",
                    folder / "statement"], check=True, capture_output=True)
    return [folder / "allowed", folder / "statement", folder / "statement.sig"]


def measure(program, folder, count, rounds):
    register = folder / f"{count}.git"
    make_register(register, count)
    approval = make_approval(folder)
    runs = []
    for _ in range(rounds):
        done = subprocess.run([program, register, str(count), *approval], check=True,
                              capture_output=True, text=True)
        runs.append({name: float(value) for name, value in
                     (line.split() for line in done.stdout.splitlines())})
    (folder / "key").unlink()
    (folder / "key.pub").unlink()
    (folder / "statement.sig").unlink()
    return {name: median([run[name] for run in runs]) for name in runs[0]}


def run(options):
    build = Path(os.environ["REEVE_BUILD"])
    subprocess.run(["ninja", "-C", build, "tests/bench/bench-register"], check=True,
                   stdout=subprocess.DEVNULL)
    rows = []
    with tempfile.TemporaryDirectory(prefix="rv-register-") as folder:
        for count in REQUESTS:
            found = measure(build / "tests/bench/bench-register", Path(folder), count, options.rounds)
            rows.append([f"{count:,}", f"{found['load']:.2f}", f"{found['kib'] / 1024:.0f}",
                         f"{found['match']:.1f}", f"{found['none']:.1f}", f"{found['verify']:.0f}",
                         f"{found['look']:.0f}"])
    table(["open requests", "load (s)", "memory (MiB)", "a file one names (us)",
           "a file none names (us)", "an approval (us)", "a look at nothing new (us)"], rows)
