# SPDX-License-Identifier: GPL-3.0-or-later
"""A signed request turns an alert into an approval: what people type, from request to verdict."""

import json
import os
import re
import subprocess

import pytest
import yaml
from conftest import PROGRAMS, ROOT, wait_for
from people import People

pytestmark = pytest.mark.plain

OLD = "Port 22\nPermitRootLogin yes\n"
NEW = "Port 22\nPermitRootLogin no\n"
SSHD = "/etc/ssh/sshd_config"


@pytest.fixture
def people(machine):
    machine.write(SSHD, OLD, 0o600)
    machine.write("/etc/motd", "hello\n")
    machine.write("/etc/old", "x\n")
    machine.start()
    return People(machine).found_register()


def last(machine, path=SSHD):
    return machine.changes(path)[-1]


def test_what_was_approved_is_no_alert(machine, people):
    request = people.request(SSHD, NEW)
    assert people.show(request)["state"] == "submitted"
    shown = people.approve(request)
    assert "- PermitRootLogin yes" in shown and "+ PermitRootLogin no" in shown
    assert people.show(request)["effective"]
    machine.write(SSHD, NEW)
    assert machine.settle().returncode == 0
    assert (last(machine)["verdict"], last(machine)["request"]) == ("approved", request)
    assert machine.reeve("log").stdout == ""


def test_something_else_is_a_mismatch_that_is_explained_and_put_back_is_restored(machine, people):
    request = people.request(SSHD, NEW)
    people.approve(request)
    machine.write(SSHD, "Port 23\n")
    assert machine.settle().returncode == 1
    assert last(machine)["verdict"] == "mismatch"
    explained = machine.reeve("explain", last(machine)["event"]["id"]).stdout
    text = " ".join(explained.split())
    for blob in (NEW, "Port 23\n"):
        made = subprocess.run(["git", "hash-object", "--stdin"], input=blob, text=True,
                              capture_output=True, check=True)
        assert made.stdout.strip() in text
    machine.write(SSHD, OLD)
    assert machine.settle().returncode == 0
    assert last(machine)["verdict"] == "restored"


def test_without_an_approval_it_is_a_mismatch_and_a_late_one_resolves_it(machine, people):
    request = people.request(SSHD, NEW)
    machine.write(SSHD, NEW)
    assert machine.settle().returncode == 1
    assert "nobody has approved it yet" in " ".join(last(machine)["reasons"])
    people.approve(request)
    wait_for("the late approval", lambda: machine.settle().returncode == 0)
    assert machine.events()[-1]["kind"] == "resolved"


@pytest.mark.parametrize("by, told", [
    ("bob", "not trusted on this host"), ("mallory", "not trusted on this host")])
def test_who_is_not_trusted_cannot_approve(machine, people, by, told):
    request = people.request(SSHD, NEW)
    assert told in people.approve(request, by=by, fails=True)
    assert "would not count" in people.approve(request, by=by, fails=True,
                                               options=("--as", "alice@example.org"))
    assert people.show(request)["approvals"] == []


def test_nobody_approves_what_is_his_own(machine, people):
    request = people.request(SSHD, NEW, by="alice")
    assert "your own request" in people.approve(request, by="alice", fails=True)
    people.approve(request, by="carol")
    implemented = people.request("/etc/motd", "x\n", "--implementer", "alice@example.org")
    assert "implements it" in people.approve(implemented, by="alice", fails=True)


def test_a_rejection_stays(machine, people):
    request = people.request(SSHD, NEW)
    people.approve(request, by="carol", verb="reject")
    assert people.show(request)["state"] == "rejected"
    assert "rejected by carol" in people.approve(request, fails=True)
    assert machine.reeve("request", "list").stdout.startswith("no request is open")
    assert request in machine.reeve("request", "list", "--all").stdout
    machine.write(SSHD, NEW)
    machine.settle()
    assert last(machine)["verdict"] == "mismatch"


def test_mode_deletion_new_folders_and_any_content(machine, people):
    for request in (people.ask("--delete", "/etc/old"),
                    people.ask("--mode", "0640", SSHD),
                    people.ask("--content-any", "/etc/motd"),
                    people.request("/etc/new.d/file", "new\n")):
        people.approve(request)
    machine.path("/etc/old").unlink()
    machine.path(SSHD).chmod(0o640)
    machine.write("/etc/motd", "anything\n")
    machine.path("/etc/new.d").mkdir(mode=0o755)
    machine.path("/etc/new.d").chmod(0o755)
    machine.write("/etc/new.d/file", "new\n", 0o644)
    done = machine.settle()
    verdicts = {change["path"]: change["verdict"] for change in machine.changes()}
    assert set(verdicts.values()) == {"approved"}, verdicts
    assert done.returncode == 0


def test_a_diff_is_applied_to_what_is_there_now(machine, people):
    patch = machine.folder / "patch"
    patch.write_text("--- a/etc/ssh/sshd_config\n+++ b/etc/ssh/sshd_config\n@@ -1,2 +1,2 @@\n"
                     " Port 22\n-PermitRootLogin yes\n+PermitRootLogin no\n")
    people.approve(people.ask("--diff", str(patch)))
    machine.write(SSHD, NEW)
    assert machine.settle().returncode == 0
    assert "does not fit" in people.ask("--diff", str(patch), fails=True)


def test_a_commit_is_asked_for_with_its_blobs(machine, people):
    repository = machine.folder / "repo"

    def git(*words):
        subprocess.run(["git", "-C", repository, "-c", "user.name=b", "-c",
                        "user.email=dan@example.org", *words], check=True, capture_output=True)
    (repository / "etc").mkdir(parents=True)
    git("init", "-q")
    for text in ("hello\n", "changed\n"):
        (repository / "etc/motd").write_text(text)
        git("add", "-A")
        git("commit", "-qm", "motd")
    request = people.ask("--commit", "HEAD", "--repo", str(repository))
    assert people.show(request)["author"] == "dan@example.org"
    people.approve(request)
    machine.write("/etc/motd", "changed\n")
    assert machine.settle().returncode == 0


def test_what_has_happened_is_asked_for_afterwards(machine, people):
    machine.write(SSHD, "Port 23\n")
    machine.settle()
    machine.write(SSHD, NEW)
    machine.path("/etc/old").unlink()
    machine.write("/etc/new/private.key", "-----BEGIN PRIVATE KEY-----\n")
    assert machine.settle().returncode == 1
    ids = [event["id"] for event in machine.events() if event["kind"] == "change"]
    asked = [word for event_id in ids for word in ("--from-event", event_id[:16])]
    request = people.ask(*asked)
    assert "it is so already" in people.approve(request)
    wait_for("the late approval", lambda: machine.settle().returncode == 0)
    # from before the first event to after the last: what was in between is not asked for
    dry = machine.reeve("request", "new", "--requester", "bob", *asked, "--dry-run").stdout
    assert "PRIVATE" not in dry
    change, = [change for change in yaml.safe_load(dry)["changes"] if change["path"] == SSHD]
    blobs = [subprocess.run(["git", "hash-object", "--stdin"], input=text, text=True, check=True,
                            capture_output=True).stdout.strip() for text in (OLD, NEW)]
    assert [change["from"]["blob"], change["to"]["blob"]] == blobs
    people.ask("--from-event", "beef" * 4, fails=True)
    baseline = machine.events()[0]
    assert "no change" in people.ask("--from-event", baseline["id"], fails=True)
    # and nothing else
    machine.write("/etc/motd", "another\n")
    assert machine.settle().returncode == 1


def test_secrets_are_not_written_into_the_register(machine, people):
    assert "secret" in people.request("/etc/shadow", "root:x:::::::\n", fails=True)
    assert "secret" in people.request("/etc/ssh/ssh_host_ed25519_key", "x\n", fails=True)


def test_names_that_cannot_be_named_are_refused(machine, people):
    for name, told in (("/etc/a*b", "pattern"), (b"/etc/\xff", "UTF-8")):
        assert told in people.ask("--content", "/dev/null", name, fails=True)
    hostile = '/etc/a "b": {c}\\n#'
    request = people.request(hostile, "x\n")
    assert people.show(request)["paths"][0].replace("\\\\", "\\") == hostile


def test_a_machine_that_moved_on_is_told_to_the_approver(machine, people):
    request = people.request(SSHD, NEW)
    machine.write(SSHD, "Port 2222\n")
    machine.settle()
    assert "moved on" in " ".join(people.approve(request).split())


def test_an_agent_signs(machine, people):
    agent = subprocess.run(["ssh-agent", "-s"], capture_output=True, text=True, check=True).stdout
    found = dict(re.findall(r"(SSH_\w+)=([^;]+);", agent))
    env = {**os.environ, **found, "HOME": str(machine.folder)}
    try:
        subprocess.run(["ssh-add", "-q", people.key("alice")], env=env, check=True,
                       capture_output=True)
        os.unlink(people.key("alice"))
        request = people.request(SSHD, NEW)
        done = machine.reeve("approve", request, "--yes", env=env)
        assert done.returncode == 0, done.stderr
        assert people.show(request)["approvals"][0]["counts"]
    finally:
        subprocess.run(["ssh-agent", "-k"], env=env, capture_output=True)


def test_ssh_keygen_agrees(machine, people):
    request = people.request(SSHD, NEW)
    people.approve(request)
    folder = f"main:requests/{request}/approvals/alice@example.org"

    def read(name):
        return subprocess.run(["git", "-c", "safe.directory=*", "-C",
                               machine.state / "register.git", "cat-file", "blob", name],
                              capture_output=True, check=True).stdout
    signature = machine.folder / "sig"
    signature.write_bytes(read(folder + ".sig"))
    subprocess.run(["ssh-keygen", "-Y", "verify", "-n", "reeve-approval", "-I",
                    "alice@example.org", "-f", machine.state / "allowed_signers", "-s", signature],
                   input=read(folder), check=True, capture_output=True)


def test_revoked_keys_count_no_more_but_what_they_approved_stays(machine, people):
    before = people.request(SSHD, NEW)
    people.approve(before)
    assert machine.reeve("keys", "revoke", "alice@example.org").returncode == 0
    assert "alice" not in machine.reeve("keys", "list").stdout
    after = people.request("/etc/motd", "x\n")
    assert "not trusted" in people.approve(after, fails=True)
    assert people.show(before)["effective"]


def test_a_line_with_several_people_loses_only_the_one(machine, people):
    trust = machine.state / "allowed_signers"
    trust.write_text("# those who answer\n" + trust.read_text().replace(
        "alice@example.org ", "alice@example.org,ann@example.org "))
    done = machine.reeve("keys", "revoke", "alice@example.org")
    assert done.returncode == 0, done.stderr
    assert "# those who answer" in trust.read_text()
    listed = machine.reeve("keys", "list").stdout
    assert "alice" not in listed and "ann@example.org" in listed
    request = people.request(SSHD, NEW)
    people.approve(request, options=("--as", "ann@example.org"))
    assert people.show(request)["effective"]
    assert machine.reeve("keys", "revoke", "ann@example.org").returncode == 0
    assert "ann" not in machine.reeve("keys", "list").stdout


def test_a_written_request_is_submitted_as_it_stands(machine, people):
    proposed = machine.folder / "proposed"
    proposed.write_text(NEW)
    draft = machine.folder / "request.yaml"
    draft.write_text(machine.reeve("request", "new", "--dry-run", "--title", "draft",
                                   "--requester", "bob@example.org", "--content", str(proposed),
                                   SSHD).stdout + "# reviewed by hand\n")
    done = machine.reeve("--json", "request", "submit", str(draft), "--content", str(proposed))
    assert done.returncode == 0, done.stderr
    request = json.loads(done.stdout)["id"]
    assert "is in the register already" in machine.reeve("request", "submit", str(draft)).stderr
    assert "+ PermitRootLogin no" in people.approve(request)
    machine.write(SSHD, NEW)
    assert machine.settle().returncode == 0
    draft.write_text(draft.read_text().replace("title: draft", "title: another"))
    done = machine.reeve("request", "submit", str(draft))
    assert done.returncode == 0 and "do not count any more" in done.stderr
    assert people.show(request)["state"] == "submitted"


@pytest.mark.parametrize("text, told", [
    ("id: CHG-1\n", "is missing"), ("id: ../x\n", "no id"), ("", "expected a mapping"),
    ("id: CHG-1\ntitle: t\nrequester: bob\nchanges:\n  - path: /etc/motd\n", "it does not say")])
def test_what_is_malformed_is_not_submitted(machine, people, text, told):
    draft = machine.folder / "request.yaml"
    draft.write_text(text)
    done = machine.reeve("request", "submit", str(draft))
    assert done.returncode == 2 and told in done.stderr, done.stderr
    assert machine.reeve("--json", "request", "list").stdout == ""


def test_content_that_is_not_pinned_is_not_submitted(machine, people):
    draft = machine.folder / "request.yaml"
    draft.write_text("id: CHG-1\ntitle: t\nrequester: bob\n"
                     "window: {end: \"2099-01-01T00:00:00Z\"}\nchanges:\n"
                     "  - path: /etc/motd\n    content: any\n")
    done = machine.reeve("request", "submit", str(draft), "--content", "/etc/hostname")
    assert done.returncode == 2 and "not what the request pins" in done.stderr


def test_a_closed_request_covers_what_was_done_and_nothing_more(machine, people):
    request = people.request("/etc/motd", "new\n")
    open_ended = people.ask("--content-any", SSHD)
    people.approve(request)
    people.approve(open_ended)
    machine.write("/etc/motd", "new\n")
    machine.write(SSHD, NEW)
    assert machine.settle().returncode == 0
    done = machine.reeve("request", "close", open_ended, "--as", "bob@example.org", "--note", "ok")
    assert done.returncode == 0, done.stderr
    assert machine.settle().returncode == 0
    told = machine.events()[-1]
    assert (told["kind"], told["approval"]["decision"]) == ("request", "close")
    assert "bob@example.org: ok" in told["summary"]
    shown = people.show(open_ended)
    assert shown["state"] == "closed" and "closed by bob@example.org" in shown["because"]
    assert open_ended not in machine.reeve("request", "list").stdout
    machine.write(SSHD, "Port 1\n")
    assert machine.settle().returncode == 1
    assert last(machine)["verdict"] == "mismatch"
    assert "closed by bob@example.org" in " ".join(last(machine)["reasons"])
    for words in (["request", "close", open_ended], ["approve", open_ended, "--key",
                                                     people.key("carol"), "--yes"]):
        done = machine.reeve(*words)
        assert done.returncode == 2 and "closed by bob@example.org" in done.stderr


def test_a_request_that_is_not_wanted_is_cancelled_and_stays_so(machine, people):
    request = people.request(SSHD, NEW)
    assert machine.reeve("request", "close", request, "--as", "bob@example.org").returncode == 0
    assert people.show(request)["state"] == "cancelled"
    bare = machine.state / "register.git"
    before = subprocess.run(["git", "-c", "safe.directory=*", "-C", bare, "rev-parse", "main~1"],
                            capture_output=True, text=True, check=True).stdout.strip()
    machine.settle()
    subprocess.run(["git", "-c", "safe.directory=*", "-C", bare, "update-ref", "refs/heads/main",
                    before], check=True)
    people.machine.settle()
    machine.stop()
    machine.start()
    assert people.show(request)["state"] == "cancelled"


def test_a_link_is_asked_for_and_approved(machine, people):
    machine.path("/etc/localtime").symlink_to("/usr/share/zoneinfo/UTC")
    machine.settle()
    for request, path, target in ((people.ask("--link", "motd", "/etc/issue"), "/etc/issue",
                                   "motd"),
                                  (people.ask("--link", "../x", "/etc/localtime"),
                                   "/etc/localtime", "../x")):
        people.approve(request)
        beside = machine.path("/etc/.link.tmp-e2e")
        beside.symlink_to(target)
        beside.rename(machine.path(path))
        machine.settle()
        assert last(machine, path)["verdict"] in ("approved", "mismatch")
        assert last(machine, path)["request"] == request
        assert last(machine, path)["verdict"] == "approved", last(machine, path)["reasons"]
    other = people.ask("--link", "old", "/etc/other")
    people.approve(other)
    machine.path("/etc/other").symlink_to("/etc/passwd")
    assert machine.settle().returncode == 1
    assert "requested a link to old, found /etc/passwd" in " ".join(
        last(machine, "/etc/other")["reasons"])


def test_a_path_is_explained_by_every_request_that_names_it(machine, people):
    first = people.request(SSHD, NEW)
    second = people.ask("--mode", "0640", SSHD)
    third = people.request(SSHD, "Port 3\n", "--host", "db-*", "--window",
                           "2020-01-01T00:00:00Z/2020-01-02T00:00:00Z")
    people.approve(first)
    machine.write(SSHD, "Port 23\n")
    machine.settle()
    explained = " ".join(machine.reeve("explain", SSHD).stdout.split())
    for wanted in (first, second, third, "requested attributes_modified, found updated",
                   "requested 0640, found 0600", "host: requested for db-*, this is web-1",
                   "window: closed at 2020-01-02", "nobody has approved it yet"):
        assert wanted in explained, wanted
    as_json = json.loads(machine.reeve("--json", "explain", SSHD).stdout)
    assert as_json["drift"] and as_json["request"] == first
    assert any(third in reason and "host:" in reason for reason in as_json["reasons"])


def test_the_register_is_made_once(machine, people):
    made = machine.reeve("register", "init", "eve@example.org", people.key("mallory") + ".pub")
    assert made.returncode == 2 and "there already" in made.stderr
    assert "eve" not in machine.reeve("keys", "list").stdout


def test_a_private_key_is_not_taken_for_a_public_one(machine, people):
    done = machine.reeve("keys", "allow", "eve@example.org", people.key("mallory"))
    assert done.returncode == 2 and "private key" in done.stderr


def test_the_environment_of_git_is_not_believed(machine, people):
    env = {**os.environ, "GIT_DIR": "/nowhere", "GIT_OBJECT_DIRECTORY": "/nowhere",
           "GIT_CONFIG_GLOBAL": "/nowhere", "GIT_INDEX_FILE": "/nowhere"}
    file = machine.folder / "proposed"
    file.write_text(NEW)
    done = machine.reeve("request", "new", "--title", "t", "--requester", "bob", "--content",
                         str(file), SSHD, env=env)
    assert done.returncode == 0, done.stderr


def test_the_manual_of_change_management_works(machine, tmp_path):
    """Every command of doc/change-management.md, in its order, as anybody would type them."""
    text = (ROOT / "doc/change-management.md").read_text()
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.S | re.M)
    assert len(blocks) > 4
    home = tmp_path / "home"
    home.mkdir()
    env = {"PATH": f"{PROGRAMS}:/usr/bin:/bin:/usr/sbin:/sbin", "HOME": str(home),
           "LC_ALL": "C.UTF-8"}
    script = "set -eu\n" + "\n".join(blocks)
    done = subprocess.run(["sh", "-c", script], cwd=home, env=env, capture_output=True, text=True,
                          timeout=120, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "mismatch" in done.stdout and "approved" in done.stdout
