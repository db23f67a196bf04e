# SPDX-License-Identifier: GPL-3.0-or-later
"""A register, and people with keys who push to it: with stock git and stock ssh-keygen alone, so
that nothing here shares a mistake with what is tested."""

import hashlib
import subprocess
import time
from pathlib import Path

CHG = "CHG-20261122-k7qa"
NAMESPACE = "reeve-approval"
ALICE, BOB, DAVE = "alice@example.org", "bob@example.org", "dave@example.org"


def blob_id(data):
    data = data if isinstance(data, bytes) else data.encode()
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def moment(offset=0):
    """Wall-clock time in so many seconds, as request.yaml writes it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + offset))


def key_time(offset=0):
    """The same as allowed_signers writes it."""
    return time.strftime("%Y%m%d%H%M%SZ", time.gmtime(time.time() + offset))


class Register:
    """STATE/register.git, a clone of it, a key for each person, and the file of trusted keys."""

    def __init__(self, machine):
        self.machine = machine
        self.bare = machine.state / "register.git"
        self.clone = machine.folder / "clone"
        self.keys = machine.folder / "keys"
        self.trust = machine.folder / "allowed_signers"
        self.config = machine.folder / "reeve.yaml"
        self.keys.mkdir()
        self.config.write_text(f"register: {{trust: {self.trust}}}\n")

    # people

    def key(self, person, *options):
        file = self.keys / person
        if not file.exists():
            subprocess.run(["ssh-keygen", "-q", "-N", "", "-f", file,
                            *(options or ("-t", "ed25519"))], check=True)
        return file

    def line(self, person, options=f'namespaces="{NAMESPACE}"', principal=None):
        """A line of allowed_signers."""
        kind, base64, *_ = Path(f"{self.key(person)}.pub").read_text().split()
        return f"{principal or person} {options + ' ' if options else ''}{kind} {base64}\n"

    def trust_people(self, *people):
        self.trust.write_text("".join(self.line(person) for person in people))
        return self

    # the daemon, with this register

    def start(self, **options):
        return self.machine.start("--config", self.config, **options)

    def restart(self):
        self.machine.stop()
        return self.start()

    def make(self):
        """What an administrator does once; the judge has made the empty folder."""
        self.bare.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "--bare", "-b", "main", self.bare)
        self.git("clone", "-q", self.bare, self.clone)
        return self

    def git(self, *words, **options):
        done = subprocess.run(
            ["git", "-c", "safe.directory=*", "-c", "init.defaultBranch=main",
             "-c", "user.name=x", "-c", "user.email=x@example.org",
             "-c", "protocol.file.allow=always", *words],
            **{"capture_output": True, "text": True, "stdin": subprocess.DEVNULL, **options})
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def in_clone(self, *words, **options):
        return self.git("-C", self.clone, *words, **options)

    # requests

    def folder(self, request=CHG):
        return self.clone / "requests" / request

    def file(self, request=CHG):
        return self.folder(request) / "request.yaml"

    def write(self, changes, request=CHG, requester=BOB, **members):
        """Writes request.yaml; `changes` is a list of YAML flow mappings. What leaves content open
        must end some day, and does, long after the test."""
        if any("content: any" in change for change in changes):
            members.setdefault("window", '{end: "2099-01-01T00:00:00Z"}')
        lines = [f"id: {request}", "type: normal", "title: A change", f"requester: {requester}"]
        lines += [f"{key}: {value}" for key, value in members.items()]
        lines += ["changes:"] + [f"  - {change}" for change in changes]
        self.file(request).parent.mkdir(parents=True, exist_ok=True)
        self.file(request).write_text("\n".join(lines) + "\n")
        return self

    def statement(self, approver, request=CHG, decision="approve", about=None, date=None,
                  sha256=None, blob=None, role="change-authority"):
        data = self.file(request).read_bytes()
        return (f"reeve-approval 1\nrequest {about or request}\n"
                f"request-sha256 {sha256 or hashlib.sha256(data).hexdigest()}\n"
                f"request-blob {blob or blob_id(data)}\ndecision {decision}\n"
                f"role {role}\napprover {approver}\ndate {date or moment()}\n")

    def sign(self, approver, request=CHG, key=None, text=None, name=None, namespace=NAMESPACE,
             place="approvals", **said):
        """approvals/NAME and its .sig, signed by the key of `key`."""
        file = self.folder(request) / place / (name or approver)
        file.parent.mkdir(exist_ok=True)
        text = text if text is not None else self.statement(approver, request, **said)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        Path(f"{file}.sig").unlink(missing_ok=True)
        subprocess.run(["ssh-keygen", "-q", "-Y", "sign", "-n", namespace,
                        "-f", self.key(key or approver), file], check=True, capture_output=True)
        return file

    # the register's own policy

    def policy(self, name, text, request, was=""):
        """Puts a file of policy/ and writes the request that asks for it; not signed yet."""
        file = self.clone / "policy" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
        old = f'blob: "{blob_id(was)}"' if was else "absent: true"
        return self.write([f'{{path: "register:policy/{name}", from: {{{old}}}, '
                           f'to: {{blob: "{blob_id(text)}"}}}}'], request=request, risk="low")

    def push(self, nudge=True):
        """Commits everything, pushes, and waits until it was looked at."""
        self.in_clone("add", "-A")
        self.in_clone("commit", "-q", "--allow-empty", "-m", "a step")
        self.in_clone("push", "-q", "--force", "origin", "HEAD:main")
        if nudge and self.machine.process is not None:
            self.machine.settle()
        return self

    def push_many(self, count, files=()):
        """One commit with so many requests nobody approved, and these files (name -> bytes): made
        in the register itself, where its branch moves at once."""
        tip = self.git("-C", self.bare, "rev-parse", "-q", "--verify", "refs/heads/main")
        stream = [b"commit refs/heads/main\ncommitter x <x@example.org> 1795316645 +0000\n"
                  b"data 4\nmany\nfrom %s\n" % tip.encode()]
        many = {f"requests/CHG-{number:06}/request.yaml":
                f"id: CHG-{number:06}\ntitle: t\nrequester: bob\n"
                f"window: {{end: \"2099-01-01T00:00:00Z\"}}\nchanges:\n"
                f"  - path: /etc/many/{number}\n    content: any\n".encode()
                for number in range(count)}
        for name, data in [*many.items(), *dict(files).items()]:
            stream.append(b"M 100644 inline %s\ndata %d\n%s\n" % (name.encode(), len(data), data))
        self.git("-C", self.bare, "fast-import", "--quiet", input=b"".join(stream).decode(),
                 stdin=None)
        return self

    # what came of it

    def requests(self):
        """The approvals as the journal tells them."""
        return [event for event in self.machine.events() if event["kind"] == "request"]

    def problems(self):
        return self.machine.health("judge")["requests"]
