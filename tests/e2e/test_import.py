# SPDX-License-Identifier: GPL-3.0-or-later
"""Drafts from a ticket system: they allow nothing until they are pinned and signed."""

import json

import pytest
from people import People

pytestmark = pytest.mark.plain

HEAD = ("number,state,approval,type,short_description,requested_by,assigned_to,cmdb_ci,risk,"
        "start_date,end_date\r\n")
ROW = ("{id},Scheduled,Approved,Normal,\"Say \"\"hello\"\",\nin two lines\",bob@example.org,,,Low,"
       "2026-01-01 00:00:00,2099-01-01 00:00:00\r\n")
ONE = ROW.replace(",\nin two lines", "")


@pytest.fixture
def people(machine):
    machine.write("/etc/motd", "old\n")
    machine.start()
    made = People(machine).found_register()
    added = machine.reeve("keys", "allow", made.principal("bob"), made.key("bob") + ".pub")
    assert added.returncode == 0, added.stderr
    return made


def run(machine, text, *options):
    export = machine.folder / "export.csv"
    export.write_text(text, newline="")
    return machine.reeve("import", str(export), "--map", "servicenow", *options)


def results(done):
    assert done.returncode == 0, done.stderr
    return [json.loads(line)["result"] for line in done.stdout.splitlines()]


def test_a_draft_is_made_filled_signed_and_only_then_allows(machine, people):
    left_out = ONE.format(id="CHG0030043").replace("Scheduled", "New")

    # what is not understood: all of it is told, and nothing is imported
    wrong = run(machine, HEAD + ONE.format(id="CHG0030042") + ROW.format(id="CHG0030044")
                + ONE.format(id="CHG0030045").replace("Low", "Lowish"))
    assert wrong.returncode == 2
    assert "export.csv:3: `short_description`: this must be one line" in wrong.stderr
    assert "export.csv:5: `risk`: the map does not say what `Lowish` means" in wrong.stderr
    assert "2 of 3 records" in wrong.stderr and "nothing was imported" in wrong.stderr
    assert machine.reeve("--json", "request", "list", "--all").stdout == ""

    # printing is not doing
    shown = run(machine, HEAD + ONE.format(id="CHG0030042"), "--dry-run")
    assert "id: CHG0030042" in shown.stdout and "changes: []" in shown.stdout
    assert machine.reeve("--json", "request", "list", "--all").stdout == ""

    # a draft, which covers nothing and cannot be signed
    text = HEAD + ONE.format(id="CHG0030042") + left_out
    assert results(run(machine, text, "--json")) == ["made", "skipped"]
    assert results(run(machine, text, "--json")) == ["same", "skipped"]
    assert people.show("CHG0030042")["state"] == "draft"
    assert "is a draft" in people.approve("CHG0030042", fails=True)
    machine.write("/etc/motd", "sneaky\n")
    machine.settle()
    assert machine.changes("/etc/motd")[-1]["verdict"] == "unapproved"

    # what changed over there
    assert results(run(machine, text.replace("hello", "hi"), "--json")) == ["renewed", "skipped"]

    # filled by somebody, who is its author from now on, and approved by a third
    (machine.folder / "proposed").write_text("new\n")
    done = machine.reeve("request", "new", "--draft", "CHG0030042", "--content",
                         str(machine.folder / "proposed"), "/etc/motd")
    assert done.returncode == 0, done.stderr
    told = people.show("CHG0030042")
    assert told["requester"] == "bob@example.org" and told["title"] == 'Say "hi"'
    again = machine.reeve("request", "new", "--draft", "CHG0030042", "--delete", "/etc/motd")
    assert again.returncode == 2 and "names its paths already" in again.stderr
    people.approve("CHG0030042")
    machine.write("/etc/motd", "new\n")
    machine.settle()
    assert machine.changes("/etc/motd")[-1]["verdict"] == "approved"

    # the next export does not touch it
    assert results(run(machine, text, "--json")) == ["kept", "skipped"]
    assert people.show("CHG0030042")["title"] == 'Say "hi"'


def test_what_cannot_be_imported_is_refused(machine, people):
    """Each with its message; none leaves anything in the register."""
    own = people.request("/etc/motd", "new\n")
    row = HEAD + ONE.format(id="CHG0030042")
    unknown = machine.reeve("import", str(machine.folder / "export.csv"), "--map", "remedy")
    assert unknown.returncode == 2 and "remedy.yaml" in unknown.stderr
    assert machine.reeve("import", "x").returncode == 64
    for text, message in [
            (row.replace("bob@example.org", "mallory"), "nobody here has the name `mallory`"),
            (row + ONE.format(id="CHG0030042"), "the id CHG0030042 is that of"),
            (row.replace("CHG0030042", own), "has another request"),
            ("", "it is empty")]:
        done = run(machine, text)
        assert done.returncode == 2 and message in done.stderr, done.stderr
    assert len(machine.reeve("--json", "request", "list", "--all").stdout.splitlines()) == 1
