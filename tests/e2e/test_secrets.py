# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets stay where they are: planted in every way that comes to mind, they are in no byte of
STATE, of RUNTIME, of the bus, of the logs, or of what the command line prints; nor are their plain
digests, by which somebody could try out guesses.
"""

import base64
import contextlib
import hashlib
import os
import random
import string
import subprocess
import threading

import zmq

from conftest import wait_for

WORD = string.ascii_letters + string.digits
ARMOUR = "-----BEGIN {0} PRIVATE KEY-----\n{1}\n-----END {0} PRIVATE KEY-----\n"

# By where it lies: the whole file is secret, whatever it says.
PATHS = [
    "/etc/ssh/ssh_host_rsa_key", "/root/.ssh/id_ed25519", "/etc/krb5.keytab",
    "/etc/NetworkManager/system-connections/office.nmconnection", "/etc/wireguard/wg0.conf",
    "/etc/ssl/private/server.pem", "/etc/nginx/tls/site.key", "/etc/letsencrypt/keys/0000.pem",
    "/root/.aws/credentials", "/root/.config/gcloud/application_default_credentials.json",
    "/root/.azure/msal_token_cache.json", "/root/.kube/config", "/root/.docker/config.json",
    "/root/.netrc", "/root/.pgpass", "/root/.vault-token", "/etc/kubernetes/admin.conf",
    "/etc/ppp/chap-secrets", "/etc/mysql/debian.cnf", "/etc/app/.env", "/etc/.shadow.swp",
    "/etc/shadow.orig", "/etc/security/opasswd", "/etc/apache2/.htpasswd",
]

# By what it says, in a file that is nobody's secret by name.
MARKS = [
    ARMOUR.format("OPENSSH", "{0:b<70}"), ARMOUR.format("RSA", "{0:a<64}"),
    ARMOUR.format("EC", "{0:a<64}"), ARMOUR.format("ENCRYPTED", "{0:a<64}"),
    "token: ghp_{0:x<36}\n", "export GITLAB=glpat-{0:x<20}\n", "slack = xoxb-{0:x<40}\n",
    "aws_secret_access_key = {0:x<40}\n", "key=AIza{0:x<35}\n", "stripe: sk_live_{0:x<24}\n",
    "//registry/:_authToken=npm_{0:x<36}\n", "VAULT=hvs.{0:x<30}\n",
    "AGE-SECRET-KEY-1{1:0<58}\n", "PrivateKey = {0:x<43}=\n", "bindpw {0}\n",
]

SHADOW = "root:$y$j9T${0}${0:.<43}:20000:0:99999:7:::\nbin:*:20000::::::\n"


class Planter:
    """Makes secrets that occur once in the world, and remembers them."""

    def __init__(self):
        self.rng = random.Random(11)
        self.marks = []
        self.contents = []

    def mark(self):
        made = "PL" + "".join(self.rng.choices(WORD, k=18))
        self.marks += [made, made.upper()]
        return made

    def text(self, form="password={0}\n", around="x = 1\n"):
        mark = self.mark()
        made = around + form.format(mark, mark.upper())
        self.contents.append(made.encode())
        return made

    def forbidden(self):
        """What must be nowhere: the secrets, and what only who knows them could compute."""
        for mark in self.marks:
            yield mark.encode()
        for content in self.contents:
            yield base64.b64encode(content)[:40]  # as manifests have attributes
            plain = hashlib.sha256(content)
            blob = hashlib.sha1(b"blob %d\0" % len(content) + content)
            for digest in (plain, blob):
                yield digest.digest()
                yield digest.hexdigest().encode()


def plant(machine, planter):
    for path in PATHS:
        machine.write(path, planter.text(), 0o600)
    for number, form in enumerate(MARKS):
        machine.write(f"/etc/app/config{number}.yaml", planter.text(form))
    for path in ("/etc/shadow", "/etc/gshadow", "/etc/shadow-"):
        machine.write(path, planter.text(SHADOW, around=""), 0o600)


@contextlib.contextmanager
def eavesdropper(machine):
    """Every frame of the bus, live and replayed."""
    heard, done = [], threading.Event()
    context = zmq.Context()
    live = context.socket(zmq.SUB)
    live.subscribe(b"")
    live.rcvtimeo = 100
    live.connect(f"ipc://{machine.runtime}/live")

    def listen():
        while not done.is_set():
            with contextlib.suppress(zmq.Again):
                heard.extend(live.recv_multipart())
    thread = threading.Thread(target=listen)
    thread.start()
    try:
        wait_for("the first heartbeat", lambda: heard)
        yield heard
        asking = context.socket(zmq.DEALER)
        asking.rcvtimeo = 20000
        asking.connect(f"ipc://{machine.runtime}/replay")
        asking.send_multipart([b"SINCE", b"", b""])
        while len(frames := asking.recv_multipart()) == 5:
            heard.extend(frames)
    finally:
        done.set()
        thread.join()
        context.destroy(linger=0)


def every_byte(machine):
    """All that is stored or told: files, sockets aside, git's objects unpacked, the command line."""
    for place in (machine.state, machine.runtime):
        for file in place.rglob("*"):
            if file.is_file():
                yield str(file), file.read_bytes()
    objects = subprocess.run(
        ["git", "-c", "safe.directory=*", "-C", machine.snapshots, "cat-file",
         "--batch-all-objects", "--batch", "--unordered"], capture_output=True, check=True)
    yield "the objects of git", objects.stdout
    yield "the log", machine.log.read_bytes()
    for words in (["log", "--all"], ["diff"], ["status"], ["--json", "log", "--all"],
                  ["--json", "diff"], ["explain", "/etc/shadow"], ["explain", "/etc/app/config4.yaml"]):
        done = machine.reeve(*words)
        yield f"reeve {' '.join(words)}", (done.stdout + done.stderr).encode()


def assert_nowhere(machine, planter, heard):
    places = [*every_byte(machine), ("the bus", b"\n".join(heard))]
    assert sum(len(data) for _, data in places) > 100000
    found = [(place, secret) for secret in planter.forbidden() for place, data in places
             if secret in data]
    assert found == []


def test_planted_secrets_are_in_no_byte(machine):
    planter = Planter()
    plant(machine, planter)
    machine.write("/etc/hostname", "a\n")
    machine.start(watch=("/etc", "/root"))
    with eavesdropper(machine) as heard:
        plant(machine, planter)  # all of them change
        machine.settle()
        # into a file that was plain, and out of it again
        for text in ("a = 1\n", planter.text(MARKS[4]), "a = 2\n"):
            machine.write("/etc/plain.conf", text)
            machine.settle()
        # by renaming, by a name for a moment, in an attribute
        machine.replace("/etc/app/config0.yaml", planter.text(MARKS[0]))
        machine.write("/etc/sedAbCdEf", planter.text(MARKS[5])).unlink()
        machine.path("/etc/app/config1.yaml").rename(machine.path("/etc/app/renamed"))
        with contextlib.suppress(OSError):
            os.setxattr(machine.path("/etc/hostname"), "user.note",
                        planter.text(MARKS[4], around="").strip().encode())
        machine.settle()
        # and while nobody watches
        machine.stop()
        plant(machine, planter)
        machine.start(watch=("/etc", "/root"))
    assert_nowhere(machine, planter, heard)
    told = machine.changes("/etc/nginx/tls/site.key")
    assert len(told) == 2 and all("hmac" in change["after"] for change in told)


def test_what_is_no_secret_is_found(machine):
    """The twin: the same search finds what is planted in the open, in each of the places."""
    planter = Planter()
    machine.write("/etc/hostname", "a\n")
    machine.start()
    with eavesdropper(machine) as heard:
        machine.write("/etc/open.conf", planter.text("comment = {0}\n"))
        machine.settle()
    found = {place.rsplit("/", 1)[-1] for secret in planter.forbidden()
             for place, data in [*every_byte(machine), ("the bus", b"\n".join(heard))]
             if secret in data}
    assert {"events.ndjson", "the objects of git", "the bus", "reeve --json diff",
            "reeve --json log --all"} <= found
    assert any(place.startswith("catalog.sqlite") for place in found)


def test_a_secret_in_the_open_is_told_as_one(machine):
    planter = Planter()
    machine.write("/etc/hostname", "a\n")
    machine.start()
    for number, form in enumerate(MARKS):
        machine.write(f"/etc/app/config{number}.yaml", planter.text(form))
    machine.settle()
    for number, form in enumerate(MARKS):
        change = machine.changes(f"/etc/app/config{number}.yaml")[-1]
        assert change.get("diff_omitted") == "secret", form
        assert "hmac" in change["after"] and not {"sha256", "blob", "size"} & set(change["after"])


def test_a_copy_of_a_secret_is_one(machine):
    """Also of one that nothing but its place tells, and after a restart; a copy of what is none is
    told with its content."""
    planter = Planter()
    machine.write("/etc/ssl/private/server.der", planter.text(), 0o600)
    machine.write("/etc/plain", "nothing to hide here\n")
    machine.start()
    for number in range(2):
        copy = machine.path(f"/etc/copy{number}")
        copy.write_bytes(machine.path("/etc/ssl/private/server.der").read_bytes())
        machine.path(f"/etc/other{number}").write_bytes(machine.path("/etc/plain").read_bytes())
        machine.settle()
        assert machine.changes(f"/etc/copy{number}")[-1]["diff_omitted"] == "secret"
        assert "nothing to hide" in machine.changes(f"/etc/other{number}")[-1]["diff"]
        copy.chmod(0o640)
        machine.settle()
        machine.stop()
        machine.start()
    found = [place for secret in planter.forbidden() for place, data in every_byte(machine)
             if secret in data]
    assert found == []


def test_a_secret_that_is_moved_stays_one(machine):
    """Its new name says nothing, its content neither: that it was one is known."""
    planter = Planter()
    machine.write("/etc/ssl/private/server.der", planter.text(), 0o600)
    machine.start()
    machine.path("/etc/ssl/private/server.der").rename(machine.path("/etc/plain"))
    with eavesdropper(machine) as heard:
        machine.settle()
    found = [place for secret in planter.forbidden()
             for place, data in [*every_byte(machine), ("the bus", b"\n".join(heard))]
             if secret in data]
    assert found == []
