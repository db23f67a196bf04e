# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the files of a configuration repository belong (reeve-map.yaml), what cannot be pinned,
and what a pusher says along with a push."""

import hashlib
import json
import subprocess

import pytest
import yaml
from people import People
from test_hooks import Clone

pytestmark = pytest.mark.plain

RENDERED = hashlib.sha256(b"rendered\n").hexdigest()
MAP = f"""paths:
  - {{from: "*.md", ignore: true}}
  - {{from: "etc/**", to: "/etc/**", owner: root, group: adm, mode: "0640"}}
  - {{from: "roles/*/files/**", to: "/**"}}
  - {{from: "home/**", to: "/home/bob/**", dots: true}}
  - {{from: "web/**", to: "/srv/**", hosts: ["web-*"]}}
  - {{from: templates/motd.j2, to: /etc/motd, sha256: {RENDERED}}}
  - {{from: "templates/**", template: true}}
"""


class Repository(Clone):
    def __init__(self, machine):
        self.machine, self.folder = machine, machine.folder / "repository"
        self.git("init", "-q", "-b", "main", self.folder, inside=False)
        self.commit("the map", {"reeve-map.yaml": MAP.replace(RENDERED, "0" * 64)})

    def ask(self, files, fails=False):
        self.commit("a change", files)
        done = self.machine.reeve("request", "new", "--dry-run", "--repo", str(self.folder),
                                  "--commit", "HEAD", "--requester", "bob@example.org")
        self.git("reset", "-q", "--hard", "HEAD^")
        assert (done.returncode != 0) == fails, done.stderr
        return done.stderr if fails else yaml.safe_load(done.stdout)

    def places(self, files):
        return [change["path"] for change in self.ask(files)["changes"]]


@pytest.fixture
def repository(machine):
    return Repository(machine)


def test_files_belong_where_the_map_says(repository):
    asked = repository.ask({"etc/ssh/sshd_config": "x\n", "README.md": "x\n"})
    assert [change["path"] for change in asked["changes"]] == ["/etc/ssh/sshd_config"]
    to = asked["changes"][0]["to"]
    assert (to["mode"], to["owner"], to["group"]) == ("0640", "root", "adm")
    assert repository.places({"roles/web/files/etc/nginx.conf": "x\n"}) == ["/etc/nginx.conf"]
    assert repository.places({"home/dot_config/git": "x\n"}) == ["/home/bob/.config/git"]
    assert repository.ask({"web/index.html": "x\n"})["hosts"] == ["web-*"]
    # what is left out may be whatever git makes of it
    assert repository.places({"etc/x": "x\n", "README.md": "x\n",
                              ".gitattributes": "*.md text eol=lf\n"}) == ["/etc/x"]
    # a template by what it renders to: the digest asks, with the template or without
    asked = repository.ask({"reeve-map.yaml": MAP, "templates/motd.j2": "{{ x }}\n"})
    assert [(change["path"], change["to"]["sha256"]) for change in asked["changes"]] \
        == [("/etc/motd", RENDERED)]


@pytest.mark.parametrize("files, message", [
    ({"other/x": "x\n"}, "reeve-map.yaml does not name it"),
    ({"templates/x.j2": "x\n"}, "is a template: what it becomes is not in the repository"),
    ({"templates/motd.j2": "x\n"}, "nothing is asked for"),
    ({"web/x": "x\n", "etc/x": "x\n"}, "are for different hosts"),
    ({"reeve-map.yaml": "paths: 1\n"}, "reeve-map.yaml:1:8: expected a list"),
    ({"etc/x": "x\n", ".gitattributes": "* text=auto\n"}, "git attribute text=auto"),
    ({"etc/x": "x\n", ".gitattributes": "etc/x eol=crlf\n"}, "git attribute"),
    ({"etc/x": "x\n", ".gitattributes": "etc/x filter=lfs\n"}, "git attribute filter=lfs"),
    ({"etc/x": "version https://git-lfs.github.com/spec/v1\noid x\n"}, "is a git-lfs pointer"),
])
def test_what_cannot_be_pinned_is_refused(repository, files, message):
    assert message in repository.ask(files, fails=True)


def test_a_submodule_is_refused(repository):
    repository.git("update-index", "--add", "--cacheinfo",
                   "160000," + repository.git("rev-parse", "HEAD").stdout.strip() + ",etc/sub")
    repository.git("commit", "-q", "-m", "a submodule")
    done = repository.machine.reeve("request", "new", "--dry-run", "--repo",
                                    str(repository.folder), "--commit", "HEAD")
    assert done.returncode == 2 and "etc/sub is a submodule" in done.stderr


def test_push_options_say_type_and_window(machine):
    machine.write("/etc/motd", "hello\n")
    machine.start()
    People(machine).found_register()
    bare = machine.folder / "config.git"
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", bare], check=True)
    assert machine.reeve("hooks", "install", str(bare)).returncode == 0
    work = Clone(machine.folder / "work", bare)
    work.commit("new words\n\nChange-Request: new\nChange-Risk: low", {"etc/motd": "new\n"})

    def push(*options):
        done = work.git("push", *(word for option in options for word in ("-o", option)),
                        "origin", "HEAD:main", check=False)
        return done.returncode == 0, done.stderr

    for options, message in [
            (["change.typ=normal"], "did you mean change.type"),
            (["change.type=major"], "`major` is no type of a request"),
            (["change.window=soon"], "soon"),
            (["change.risk=high"], "the tip says `Change-Risk: low`, the push option says `high`")]:
        pushed, told = push(*options)
        assert not pushed and message in told, told
    pushed, told = push("change.type=emergency", "change.window=now+2h", "ci.skip")
    assert pushed, told
    asked = yaml.safe_load(machine.reeve("--json", "request", "list").stdout)
    assert asked["type"] == "emergency" and asked["start"] < asked["end"]
    written = work.git("--git-dir", str(machine.state / "register.git"), "show",
                       f"main:requests/{asked['id']}/request.yaml").stdout
    assert yaml.safe_load(written)["risk"] == "low"

    # a push that names a draft fills it, and leaves its words alone; then it belongs to it
    draft = machine.folder / "draft.yaml"
    draft.write_text("id: CHG0030042\ntitle: planned elsewhere\nrequester: carol@example.org\n"
                     "changes: []\n")
    assert machine.reeve("request", "submit", str(draft)).returncode == 0
    for content, message in [("newer\n", "asks for 1 path, as carol@example.org, under CHG0030042"),
                             ("newest\n", "belongs to CHG0030042")]:
        work.commit("words\n\nChange-Request: CHG0030042", {"etc/motd": content})
        pushed, told = push()
        assert pushed and message in told, told
    shown = json.loads(machine.reeve("--json", "request", "show", "CHG0030042").stdout)
    assert (shown["title"], shown["requester"], shown["paths"]) == (
        "planned elsewhere", "carol@example.org", ["/etc/motd"])
