# SPDX-License-Identifier: GPL-3.0-or-later
"""People with SSH keys, and a machine whose register knows some of them."""

import json
import subprocess


class People:
    """alice's and carol's keys are trusted; bob asks; mallory is nobody."""

    NAMES = ("alice", "bob", "carol", "mallory")

    def __init__(self, machine):
        self.machine = machine
        for name in self.NAMES:
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name,
                            "-f", self.key(name)], check=True)

    def key(self, name):
        return str(self.machine.folder / name)

    def principal(self, name):
        return f"{name}@example.org"

    def found_register(self):
        made = self.machine.reeve("register", "init", self.principal("alice"),
                                  self.key("alice") + ".pub")
        assert made.returncode == 0, made.stderr
        made = self.machine.reeve("keys", "allow", self.principal("carol"),
                                  self.key("carol") + ".pub")
        assert made.returncode == 0, made.stderr
        return self

    def request(self, path, content, *options, by="bob", fails=False):
        """Asks for `content` at `path`; the id, or what was said when it must fail."""
        file = self.machine.folder / "proposed"
        file.write_text(content)
        return self.ask("--content", str(file), path, *options, by=by, fails=fails)

    def ask(self, *options, by="bob", fails=False):
        if "--content-any" in options and "--window" not in options:
            options = (*options, "--window", "now+1w")
        done = self.machine.reeve("--json", "request", "new", "--title", "a title",
                                  "--requester", self.principal(by), *options)
        if fails:
            assert done.returncode == 2, done.stdout
            return done.stderr
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)["id"]

    def approve(self, request, by="alice", verb="approve", fails=False, options=()):
        done = self.machine.reeve(verb, request, "--key", self.key(by), "--yes", *options)
        assert (done.returncode != 0) == fails, done.stdout + done.stderr
        if not fails:
            self.machine.settle()
        return done.stderr if fails else done.stdout

    def show(self, request):
        done = self.machine.reeve("--json", "request", "show", request)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)
