# SPDX-License-Identifier: GPL-3.0-or-later
"""Git hooks: a push makes a request, and what is malformed is refused with the reason."""

import re
import subprocess
import time
from datetime import datetime

import pytest
from conftest import wait_for
from people import People

pytestmark = pytest.mark.plain

ID = "CHG-20261122-k7qa"
REQUEST = (f"id: {ID}\ntitle: t\nrequester: bob\n"
           "window: {end: \"2099-01-01T00:00:00Z\"}\nchanges:\n"
           "  - path: /etc/motd\n    content: any\n")


@pytest.fixture
def people(machine):
    machine.write("/etc/motd", "hello\n")
    machine.start()
    return People(machine).found_register()


class Clone:
    """A work tree that pushes to `origin`."""

    def __init__(self, folder, origin):
        self.folder = folder
        self.git("clone", "-q", origin, folder, inside=False)
        self.git("symbolic-ref", "HEAD", "refs/heads/main")

    def git(self, *words, inside=True, check=True):
        place = ["-C", self.folder] if inside else []
        return subprocess.run(
            ["git", "-c", "safe.directory=*", "-c", "user.name=bob", "-c",
             "user.email=bob@example.org", *place, *words],
            check=check, capture_output=True, text=True)

    def commit(self, message, files):
        for name, content in files.items():
            file = self.folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)

    def push(self):
        done = self.git("push", "origin", "HEAD:main", check=False)
        return done.returncode == 0, done.stderr


@pytest.fixture
def register(machine, people):
    return Clone(machine.folder / "clone", machine.state / "register.git")


@pytest.fixture
def configuration(machine, people):
    bare = machine.folder / "config.git"
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", bare], check=True)
    assert machine.reeve("hooks", "install", str(bare)).returncode == 0
    clone = Clone(machine.folder / "work", bare)
    clone.bare = bare
    return clone


def test_a_good_request_may_be_pushed_by_hand(register):
    register.commit("ask", {f"requests/{ID}/request.yaml": REQUEST})
    assert register.push()[0]


def test_the_daemon_is_told_by_the_push_itself(machine, people):
    """post-receive nudges: when `git push` returns, the judge has been asked to look."""
    request = people.request("/etc/motd", "x\n")
    done = machine.reeve("approve", request, "--key", people.key("alice"), "--yes")
    pushed = time.time()
    assert done.returncode == 0, done.stderr
    # no barrier here: that would make it look as well
    told, = wait_for("the approval", lambda: [event for event in machine.events()
                                              if event["kind"] == "request"])
    seen = datetime.fromisoformat(told["approval"]["seen"].replace("Z", "+00:00")).timestamp()
    assert seen - pushed < 0.1


@pytest.mark.parametrize("name, content, told", [
    (f"requests/{ID}/request.yaml", REQUEST + "wnidow: x\n", "^~~~"),
    ("requests/CHG-20261122-aaaa/request.yaml", REQUEST, "differs from its folder"),
    ("requests/-x/request.yaml", REQUEST, "no id"),
    (f"requests/{ID}/notes.txt", "x", "no place"),
    (f"requests/{ID}/closed", "closed\n", "reeve-closing 1"),
    (f"requests/{ID}/approvals/alice@example.org", "approve\n", "reeve-approval 1"),
    (f"requests/{ID}/approvals/alice@example.org.sig", "x", "alice@example.org.sig"),
    (f"requests/{ID}/content/1234", "x", "name of its blob"),
])
def test_what_is_malformed_is_refused(register, name, content, told):
    register.commit("bad", {name: content})
    pushed, said = register.push()
    assert not pushed and told in said, said


def test_links_are_refused(register):
    folder = register.folder / f"requests/{ID}"
    folder.mkdir(parents=True)
    (folder / "request.yaml").symlink_to("/etc/passwd")
    register.commit("link", {})
    pushed, said = register.push()
    assert not pushed and "link" in said


def test_what_was_asked_cannot_be_taken_back(register):
    register.commit("ask", {f"requests/{ID}/request.yaml": REQUEST})
    assert register.push()[0]
    register.git("rm", "-q", "-r", "requests")
    register.git("commit", "-qm", "gone")
    assert not register.push()[0]
    register.git("reset", "-q", "--hard", "HEAD~1")
    register.git("commit", "-q", "--amend", "-m", "other")
    done = register.git("push", "-f", "origin", "HEAD:main", check=False)
    assert done.returncode != 0


def test_a_push_makes_a_request(machine, people, configuration):
    configuration.commit("start", {"etc/motd": "hello\n"})
    assert configuration.push()[0]
    configuration.commit("New motd\n\nChange-Request: new\nChange-Window: now+2h",
                         {"etc/motd": "changed\n"})
    pushed, said = configuration.push()
    assert pushed, said
    request = re.search(r"reeve approve (\S+)", said)[1]
    shown = people.show(request)
    assert (shown["title"], shown["requester"], shown["paths"]) == \
        ("New motd", "bob@example.org", ["/etc/motd"])
    assert shown["end"] is not None
    people.approve(request)
    machine.write("/etc/motd", "changed\n")
    assert machine.settle().returncode == 0
    assert machine.changes("/etc/motd")[-1]["verdict"] == "approved"
    configuration.commit(f"More\n\nChange-Request: {request}", {"etc/motd": "changed\n"})
    assert configuration.push()[0]
    configuration.commit("More\n\nChange-Request: CHG-20200101-aaaa", {})
    pushed, said = configuration.push()
    assert not pushed and "there is no request" in said


def test_a_prefix_maps_paths(machine, people, configuration):
    subprocess.run(["git", "-C", configuration.bare, "config", "reeve.prefix", "/etc"], check=True)
    configuration.commit("Motd\n\nChange-Request: new", {"motd": "changed\n"})
    _, said = configuration.push()
    assert people.show(re.search(r"reeve approve (\S+)", said)[1])["paths"] == ["/etc/motd"]


@pytest.mark.parametrize("message, files, told", [
    ("no trailer", {"etc/motd": "x\n"}, "no trailer"),
    ("two\n\nChange-Request: new\nChange-Request: new", {"etc/motd": "x\n"}, "2 Change-Request"),
    ("lfs\n\nChange-Request: new",
     {"etc/motd": "version https://git-lfs.github.com/spec/v1\noid sha256:1\n"}, "git-lfs"),
    ("text\n\nChange-Request: new", {"etc/motd": "x\n", ".gitattributes": "* text=auto\n"},
     "text=auto"),
    ("filter\n\nChange-Request: new", {"etc/motd": "x\n", ".gitattributes": "motd filter=z\n"},
     "filter=z"),
    ("window\n\nChange-Request: new\nChange-Window: soon", {"etc/motd": "x\n"}, "no window"),
    ("secret\n\nChange-Request: new", {"etc/shadow": "root:*:1::::::\n"}, "secret"),
])
def test_a_push_that_cannot_be_pinned_is_refused(configuration, message, files, told):
    subprocess.run(["git", "-C", configuration.bare, "config", "reeve.required", "true"],
                   check=True)
    configuration.commit(message, files)
    pushed, said = configuration.push()
    assert not pushed and told in said, said


def test_pre_push_shows_what_would_happen(machine, people, configuration):
    done = machine.reeve("hooks", "install", str(configuration.folder))
    assert done.returncode == 0, done.stderr
    configuration.commit("Motd\n\nChange-Request: new", {"etc/motd": "changed\n"})
    done = configuration.git("push", "--dry-run", "origin", "HEAD:main")
    assert "asks for 1 path" in done.stdout + done.stderr
    assert machine.reeve("--json", "request", "list").stdout == ""


def test_a_hook_that_was_there_is_called_first(machine, people):
    bare = machine.folder / "other.git"
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", bare], check=True)
    hook = bare / "hooks/pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\ncat\necho theirs says no\nexit 1\n")
    hook.chmod(0o755)
    for _ in range(2):
        assert machine.reeve("hooks", "install", str(bare)).returncode == 0
    clone = Clone(machine.folder / "w", bare)
    clone.commit("x", {"etc/motd": "x\n"})
    pushed, said = clone.push()
    assert not pushed and "theirs says no" in said


@pytest.mark.parametrize("message, told", [
    ("a\n\nChange-Request: CHG-20261122-aaaa\nChange-Request: new", "more than one Change-Request"),
    ("a\n\nChange-Request: ../x", "is neither `new` nor the id of a request"),
])
def test_a_message_that_cannot_be_meant_is_refused(machine, tmp_path, message, told):
    work = local_tree(machine, tmp_path)
    done = work("commit", "-q", "--allow-empty", "-m", message)
    assert done.returncode != 0 and told in done.stderr


def test_a_branch_of_a_request_gives_its_trailer(machine, tmp_path):
    """Once, and only there; a hook that was there before is called first."""
    work = local_tree(machine, tmp_path)
    for branch, message, trailers in (
            ("main", "a", ""),
            (f"reeve/{ID}-motd", "a", ID),
            (f"reeve/{ID}", "a\n\nChange-Request: new", "new"),
            ("reeve/else", "a", "")):
        assert work("checkout", "-q", "-B", branch).returncode == 0
        done = work("commit", "-q", "--allow-empty", "-m", message)
        assert done.returncode == 0, done.stderr
        assert "was here first" in done.stderr
        told = work("log", "-1", "--format=%(trailers:key=Change-Request,valueonly)").stdout
        assert told.strip() == trailers


def local_tree(machine, folder):
    """A work tree with the client's hooks, and git in it."""
    subprocess.run(["git", "init", "-q", "-b", "main", folder], check=True)
    hook = folder / ".git" / "hooks" / "commit-msg"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho was here first >&2\n")
    hook.chmod(0o755)
    for _ in range(2):  # again: nothing is called twice
        done = machine.reeve("hooks", "install", str(folder))
        assert done.returncode == 0, done.stderr
    return lambda *words: subprocess.run(
        ["git", "-C", folder, "-c", "user.name=bob", "-c", "user.email=bob@example.org", *words],
        capture_output=True, text=True)
