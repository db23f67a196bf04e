# SPDX-License-Identifier: GPL-3.0-or-later
"""reeve-bridge and people: mail to those who answer for it, in turn, by a real SMTP server."""

import email
import email.policy
import json
import os
import ssl
import subprocess

import pytest

from conftest import PATIENCE, wait_for
from lone_bridge import HOST, bridge  # noqa: F401 (a fixture)
from lone_relay import relay  # noqa: F401 (a fixture)

aiosmtpd = pytest.importorskip("aiosmtpd.controller", reason="apt-get install python3-aiosmtpd")
from aiosmtpd.smtp import AuthResult  # noqa: E402

PORT = 5594
HOSTILE = "/etc/x\r\nBcc: evil@example.org\r\n\r\n.\r\nMAIL FROM:<evil@example.org>"
PEOPLE = {
    "alice": {"contacts": ["mailto:alice@example.org"], "logins": ["alice"],
              "answers": [{"paths": ["/etc/ssh/**"], "hosts": ["web-*"], "within": "1h",
                           "next": ["bob", "carol"]}]},
    "bob": {"contacts": ["mailto:bob@example.org", "mailto:bob@home.example"]},
    "carol": {"contacts": ["mailto:carol@example.org"]},
    "dave": {"contacts": ["mailto:dave@example.org"], "valid-before": "2020-01-01T00:00:00Z",
             "answers": [{"paths": ["/srv/**"], "next": ["erin"]}]},
    "erin": {"contacts": ["mailto:erin@example.org"]},
}


def file(path, **more):
    return {"path": path, "op": "updated", "type": "file", "before": {}, "after": {"sha256": "b" * 64},
            "verdict": "unapproved", "severity": "high", "request": None, "diff": "+SECRETCONTENT\n",
            "reasons": ["SECRETCONTENT is not approved"], "rules": [],
            "actor": {"exe": "/usr/bin/SECRETCONTENT", "confidence": "exact"}, **more}


class Post:
    """A mail server: keeps what it gets."""

    def __init__(self):
        self.mails, self.refused, self.later, self.spam, self.logins = [], set(), set(), None, []

    def start(self, **options):
        self.controller = aiosmtpd.Controller(self, hostname=HOST, port=PORT, ready_timeout=PATIENCE,
                                              **options)
        self.controller.start()
        return self

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.refused:
            return "550 no such user"
        if address in self.later:
            return "452 mailbox full"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.spam and self.spam in envelope.content:
            return "554 this is spam"
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.mails.append((sorted(envelope.rcpt_tos), mail))
        return "250 taken"

    def to(self, address):
        return [mail for recipients, mail in self.mails if address in recipients]

    def paths(self, address):
        """Which of the paths below were named to somebody, in order."""
        return [word for mail in self.to(address) for word in mail.get_content().split()
                if word.startswith(("/etc/", "/srv/", "/opt/"))]

    def authenticate(self, server, session, envelope, mechanism, data):
        self.logins.append((session.ssl is not None, data.login, data.password))
        return AuthResult(success=data.password == b"pass word")


@pytest.fixture
def post():
    made = Post()
    made.controller = None
    yield made
    if made.controller is not None:
        made.controller.stop()


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    folder = tmp_path_factory.mktemp("certificates")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                    "-nodes", "-keyout", folder / "key", "-out", folder / "certificate", "-days", "2",
                    "-subj", "/CN=mail.test", "-addext", "subjectAltName=DNS:mail.test"],
                   check=True, capture_output=True)
    return folder


def people(bridge, tmp_path, **more):
    folder = tmp_path / "people"
    folder.mkdir(exist_ok=True)
    (folder / "new").write_text(json.dumps({**PEOPLE, **more}))
    os.rename(folder / "new", folder / "people.yaml")
    bridge.settings["people"] = str(folder / "people.yaml")


def mail_output(bridge, **more):
    bridge.output("mail", more.pop("to", f"smtp://{HOST}:{PORT}"), **{
        "from": "reeve@example.org", "recipients": ["admins@example.org"], **more})


def test_what_a_mail_says(bridge, post, certificates):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates / "certificate", certificates / "key")
    post.start(tls_context=context, require_starttls=True, authenticator=post.authenticate,
               auth_required=True)
    mail_output(bridge, to=f"smtp://mail.test:{PORT}", at=HOST, starttls=True, user="reeve",
                password=bridge.secret("password", "pass word\n"), confidential=["/srv/hidden/**"],
                ca=str(certificates / "certificate"))
    bridge.relay.tell(files=[file("/etc/motd", severity="critical"), file("/etc/hosts", verdict="approved",
                                                                      severity="low")])
    bridge.start().wait_for("mail")
    (recipients, mail), = post.mails
    assert post.logins == [(True, b"reeve", b"pass word")]
    assert recipients == ["admins@example.org"] and mail["From"] == "Reeve <reeve@example.org>"
    assert mail["Subject"] == "[reeve] CRITICAL on web-1: /etc/motd was changed"
    text = mail.get_content()
    head = bridge.relay.journal.ids[0]
    for word in ("CRITICAL: /etc/motd was changed on web-1.", "Nobody has approved that.",
                 "2026-11-22 03:04:05 UTC", head, f"reeve ack {head[:12]}"):
        assert word in text
    assert "/etc/hosts" not in text
    # never content; a confidential path is not named; and no name of a file makes a header or a mail
    bridge.relay.tell(files=[file(HOSTILE), file("/srv/hidden/plan"),
                             file("/etc/ssl/key", diff_omitted="secret")])
    bridge.wait_for("mail")
    assert len(post.mails) == 2
    recipients, mail = post.mails[1]
    assert recipients == ["admins@example.org"] and mail["Bcc"] is None
    assert "3 alerts, worst high" in mail["Subject"]
    assert mail.get_content().count("a confidential file") == 2
    whole = post.mails[0][1].as_string() + mail.as_string()
    for word in ("SECRETCONTENT", "hidden", "ssl/key", "b" * 64):
        assert word not in whole
    assert bridge.stop() == 0
    assert "pass word" not in bridge.log


def test_mail_server_without_the_certificate_gets_nothing(bridge, post, certificates, tmp_path):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates / "certificate", certificates / "key")
    post.start(tls_context=context)
    mail_output(bridge, to=f"smtp://other.test:{PORT}", at=HOST, starttls=True,
                ca=str(certificates / "certificate"))
    bridge.relay.tell(files=[file("/etc/motd")])
    bridge.start()
    wait_for("it to complain", lambda: "trying again" in bridge.log)
    assert "certificate" in bridge.log or "SSL" in bridge.log
    assert post.mails == [] and bridge.cursor("mail") is None


def test_who_answers_is_told_in_turn(bridge, post, tmp_path):
    post.start()
    people(bridge, tmp_path)
    mail_output(bridge)
    tell = bridge.relay.tell
    told = tmp_path / "cursors" / "mail.told"

    def pass_time():
        """The bridge stops, an hour passes, it starts again."""
        assert bridge.stop() == 0
        entries = json.loads(told.read_text())
        for entry in entries.values():
            entry["at"] -= 3700 * 1_000_000
        told.write_text(json.dumps(entries))
        bridge.start()

    tell(files=[file("/etc/ssh/a"), file("/srv/b"), file("/opt/c")])
    bridge.start().wait_for("mail")
    # the first in line; the next where the first has left; the recipients where nobody answers
    assert post.paths("alice@example.org") == ["/etc/ssh/a"]
    assert post.paths("erin@example.org") == ["/srv/b"]
    assert post.paths("admins@example.org") == ["/opt/c"]
    assert not post.to("dave@example.org") and not post.to("bob@example.org")
    assert "bob is asked" in post.to("alice@example.org")[0].get_content()

    # nobody acknowledges it in time: the next in line, also after a restart, and nobody twice
    pass_time()
    wait_for("the next to be told", lambda: post.to("bob@example.org"))
    assert post.paths("bob@home.example") == ["/etc/ssh/a"]
    wait_for("that to be remembered", lambda: "bob" in told.read_text())
    assert not post.to("carol@example.org")

    # acknowledged: nobody else is asked; a new one (the twin) still is
    tell(kind="ack", verdict=None, severity="informational", files=None, who="bob",
         refers=[bridge.relay.journal.ids[0]])
    tell(files=[file("/etc/ssh/d")])
    bridge.wait_for("mail")
    assert post.paths("alice@example.org") == ["/etc/ssh/a", "/etc/ssh/d"]
    pass_time()
    wait_for("the next to be told of the new one", lambda: "/etc/ssh/d" in post.paths("bob@example.org"))
    assert not post.to("carol@example.org")

    # Alice and Bob leave while it runs: from now on they get nothing, and Carol is asked at once
    left = {"valid-before": "2026-01-01T00:00:00Z"}
    people(bridge, tmp_path, alice={**PEOPLE["alice"], **left}, bob={**PEOPLE["bob"], **left})
    wait_for("Carol to be asked", lambda: post.to("carol@example.org"))
    tell(files=[file("/etc/ssh/e")])
    bridge.wait_for("mail")
    assert post.paths("carol@example.org") == ["/etc/ssh/d", "/etc/ssh/e"]
    assert "/etc/ssh/e" not in post.paths("alice@example.org") + post.paths("bob@example.org")
    assert not post.to("dave@example.org")
    assert bridge.stop() == 0


def test_an_address_that_is_no_more(bridge, post, tmp_path):
    post.refused = {"gone@example.org", "alice@example.org"}
    post.start()
    people(bridge, tmp_path)
    mail_output(bridge, recipients=["gone@example.org", "admins@example.org"])
    bridge.relay.tell(files=[file("/opt/c"), file("/etc/ssh/a")])
    bridge.start().wait_for("mail")
    assert post.paths("admins@example.org") == ["/opt/c"]
    dead, = [json.loads(line) for line in (tmp_path / "cursors/mail.dead").read_text().splitlines()]
    assert "/etc/ssh/a" in dead["record"] and "550" in dead["why"]


def test_what_one_cannot_have_keeps_nobody_waiting(bridge, post, tmp_path):
    """A full mailbox, and a name of a file that the server takes for spam: all others are told."""
    post.later, post.spam = {"alice@example.org"}, b"x-spam-x"
    post.start()
    people(bridge, tmp_path)
    mail_output(bridge)
    bridge.relay.tell(files=[file("/etc/ssh/a"), file("/opt/1"), file("/opt/x-spam-x"), file("/opt/3"),
                             file("/srv/b")])
    bridge.start()
    wait_for("the others to be told", lambda: post.paths("erin@example.org") == ["/srv/b"])
    assert sorted(post.paths("admins@example.org")) == ["/opt/1", "/opt/3"]
    assert not post.to("alice@example.org")
    # not even what happens later; he gets it when he can, and nobody gets it twice
    bridge.wait_for("mail")
    assert "452" in bridge.log and bridge.stop() == 0
    post.later = set()
    bridge.start()
    wait_for("him to be told", lambda: post.to("alice@example.org"))
    bridge.relay.tell(files=[file("/srv/c")])
    bridge.wait_for("mail")
    assert post.paths("alice@example.org") == ["/etc/ssh/a"]
    assert sorted(post.paths("admins@example.org")) == ["/opt/1", "/opt/3"]
    assert post.paths("erin@example.org") == ["/srv/b", "/srv/c"]
    dead = [json.loads(line) for line in (tmp_path / "cursors/mail.dead").read_text().splitlines()]
    assert dead and all("x-spam-x" in one["record"] and "554" in one["why"] for one in dead)
