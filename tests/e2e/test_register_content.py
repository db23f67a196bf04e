# SPDX-License-Identifier: GPL-3.0-or-later
"""What lies in the register is hostile: whatever is not a request or an approval is neither, and is
named."""

import pytest
from register_clone import ALICE, CHG
from register_story import MOTD, PIN_NEW, assert_approved, assert_mismatch, change, refused

BROKEN = {
    "a glob that climbs": ("{path: /etc/../root/*, content: any}",
                           "this path or pattern is not canonical"),
    "a path that climbs": ("{path: ../etc/motd, content: any}",
                           "this path or pattern is not canonical"),
    "an unknown key": (f"{{path: {MOTD}, contents: any}}", "unknown key `contents`"),
    "a duplicate key": (f"{{path: {MOTD}, content: any, path: /etc/x}}", "key `path` again"),
    "an alias": (f"&a {{path: {MOTD}, content: any}}", "anchors"),
    "no content": (f"{{path: {MOTD}}}", "it does not say what the content shall be"),
    "depth": ("[" * 2000, "deep"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_request_that_cannot_be_read(register, what):
    text, message = BROKEN[what]
    register.write([text]).push()
    problem, = register.problems()
    assert message in problem
    assert f"requests/{CHG}/request.yaml:" in problem
    status = register.machine.reeve("status")
    assert message in status.stdout
    assert change(register.machine)["verdict"] == "unapproved"
    register.write([PIN_NEW]).push()
    assert register.problems() == []


def place(register, what):
    folder = register.folder()
    if what == "id that differs":
        register.write([PIN_NEW], request="CHG-2")
        (register.folder("CHG-2")).rename(folder)
        return
    register.write([PIN_NEW])
    if what == "linked request":
        register.file().rename(register.clone / "elsewhere")
        register.file().symlink_to("../../elsewhere")
    elif what == "linked folder":
        folder.rename(register.clone / "elsewhere")
        folder.symlink_to("../elsewhere")
    elif what == "huge":
        register.file().write_text("#" * (300 * 1024))
    elif what == "empty":
        register.file().write_text("")
    elif what == "missing":
        register.file().rename(folder / "other")
    elif what == "a file for a folder":
        register.file().rename(register.clone / "x")
        folder.rmdir()
        (register.clone / "x").rename(folder)


@pytest.mark.parametrize("what, message", [
    ("id that differs", f"the id differs from its folder {CHG}"),
    ("linked request", f"requests/{CHG}/request.yaml is a link; links are not followed"),
    ("linked folder", f"requests/{CHG} is a link; links are not followed"),
    ("huge", "request.yaml is larger than 262144 bytes"),
    ("empty", "request.yaml"),
    ("missing", f"requests/{CHG}/request.yaml is missing"),
    ("a file for a folder", f"requests/{CHG} is not a folder"),
])
def test_request_that_is_not_what_it_should_be(register, what, message):
    place(register, what)
    register.push()
    problem, = register.problems()
    assert message in problem
    assert change(register.machine)["verdict"] == "unapproved"


def test_folder_that_is_a_submodule(register):
    register.write([PIN_NEW], request="CHG-2").push()
    head = register.in_clone("rev-parse", "HEAD")
    register.in_clone("update-index", "--add", "--cacheinfo",
                      f"160000,{head},requests/{CHG}")
    register.in_clone("commit", "-q", "-m", "submodule")
    register.in_clone("push", "-q", "origin", "HEAD:main")
    register.machine.settle()
    problem, = register.problems()
    assert f"requests/{CHG} is a submodule" in problem


@pytest.mark.parametrize("part", ["", ".sig"])
def test_approval_that_is_a_link(register, part):
    register.write([PIN_NEW])
    file = register.sign(ALICE)
    linked = file.with_name(file.name + part)
    linked.rename(register.clone / "elsewhere")
    linked.symlink_to("../../../elsewhere")
    register.push()
    refused(register, f"{ALICE}{part} is a link; links are not followed")
    register.machine.settle()
    told = len(register.requests())
    register.restart()
    assert len(register.requests()) == told

STATEMENTS = {
    "an extra line": (lambda text: text + "note hello\n",
                      "nothing may follow the date but one line feed"),
    "CRLF": (lambda text: text.replace("\n", "\r\n"), "expected `reeve-approval 1`"),
    "no last LF": (lambda text: text[:-1], "nothing may follow the date but one line feed"),
    "another order": (lambda text: "".join([*text.splitlines(True)[:5],
                                            text.splitlines(True)[6],
                                            text.splitlines(True)[5],
                                            text.splitlines(True)[7]]), "expected `role <a word>`"),
    "empty": (lambda text: "", "expected `reeve-approval 1`"),
    "NUL": (lambda text: text + "\0", "NUL"),
    "huge": (lambda text: text + "x" * 100000, "larger than"),
}


@pytest.mark.parametrize("what", STATEMENTS)
def test_statement_of_another_form(register, what):
    spoil, message = STATEMENTS[what]
    register.write([PIN_NEW])
    register.sign(ALICE, text=spoil(register.statement(ALICE)))
    register.push()
    refused(register, message)


@pytest.mark.parametrize("junk, message", [
    (b"trailing", "it does not end with"),
    (None, "it does not begin with"),
    (b"", None),
])
def test_signature_with_junk(register, junk, message):
    register.write([PIN_NEW])
    file = register.sign(ALICE)
    signature = file.with_name(file.name + ".sig")
    signature.write_bytes(b"" if junk is None else signature.read_bytes() + junk)
    register.push()
    if message is None:
        assert_approved(register)
    else:
        refused(register, message)


def test_signature_of_another_statement(register):
    register.write([PIN_NEW])
    file = register.sign(ALICE)
    file.write_text(register.statement(ALICE, date="2020-01-01T00:00:00Z"))
    register.push()
    refused(register, "the signature does not fit the statement")


def test_half_a_push_is_never_judged(register):
    register.write([PIN_NEW])
    file = register.sign(ALICE)
    signature = file.with_name(file.name + ".sig")
    kept = signature.read_bytes()
    signature.unlink()
    register.push()
    assert register.requests() == []
    assert_mismatch(register, "nobody has approved it yet")
    signature.write_bytes(kept)
    register.push()
    assert register.requests()[-1]["approval"]["counts"] is True
    assert register.machine.settle().returncode == 0


def test_other_branches_do_not_count(register):
    register.write([PIN_NEW]).push()
    register.sign(ALICE)
    register.in_clone("add", "-A")
    register.in_clone("commit", "-q", "-m", "aside")
    register.in_clone("push", "-q", "origin", "HEAD:refs/heads/aside")
    assert_mismatch(register, "nobody has approved it yet")


def test_names_that_need_escapes_are_no_approvers(register):
    register.write([PIN_NEW])
    register.sign(ALICE, name="evil\x1b[31m\nname")
    register.push()
    assert register.requests() == []
    assert_mismatch(register, "nobody has approved it yet")
