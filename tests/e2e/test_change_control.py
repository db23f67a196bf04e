# SPDX-License-Identifier: GPL-3.0-or-later
"""Change control by policy: who may approve what, types of requests, people who leave. All refusals
meet one machine: each asks for a file of its own, all are pushed together, and then all is done."""

import os
from dataclasses import dataclass, field

import pytest
from conftest import wait_for
from register_clone import ALICE, BOB, DAVE, Register, blob_id, moment
from register_story import NEW, OLD, reasons

CAROL, ERIN, FRANK, GINA, ZOE = (f"{name}@example.org" for name in
                                 ("carol", "erin", "frank", "gina", "zoe"))
ALLY = "ally@example.org"  # another key of Alice's
PEOPLE = f"""\
alice: {{principals: [{ALICE}, {ALLY}], logins: [alice, aadm]}}
frank: {{principals: [{FRANK}], logins: [frank], valid-before: {moment(-3600)}}}
"""
APPROVERS = f"""\
roles:
  change-authority: [{ALICE}, {DAVE}, {CAROL}]
  security: [{ERIN}]
deputies:
  - {{of: {CAROL}, is: {ZOE}, until: {moment(86400)}}}
  - {{of: {CAROL}, is: {GINA}, until: {moment(-86400)}}}
rules:
  - {{paths: [/etc/one/**, "register:policy/**"], need: 1 of role change-authority}}
  - {{paths: [/etc/two/**], need: 2 of role change-authority}}
  - {{paths: [/etc/both/**], need: [1 of role change-authority, 1 of role security]}}
  - {{paths: [/etc/touch/**], need: 1 of role change-authority, require: touch}}
  - {{risk: high, need: 2 of role change-authority}}
  - {{hosts: ["db-*"], need: 3 of role change-authority}}
  - {{types: standard, need: 1 of role security}}
requester_implements: named
emergency: {{need: 1 of role change-authority, review: 1 of role security, within: 24h, lives: 4h}}
"""
ALL = (ALICE, DAVE, CAROL, ERIN, FRANK, GINA, ZOE, ALLY)


@dataclass
class Act:
    """A request for a file, who signs it, and what is said when the file changes."""
    name: str
    said: str  # in the reasons
    signed: tuple = (ALICE,)  # principals, or (principal, how)
    verdict: str = "mismatch"
    place: str = "one"
    members: dict = field(default_factory=lambda: {"risk": "low"})
    pins: str = f'to: {{blob: "{blob_id(NEW)}"}}'
    content: str = NEW
    requester: str = BOB

    @property
    def path(self):
        return f"/etc/{self.place}/{self.name}"

    @property
    def id(self):
        return f"CHG-{self.name}"


def low(**more):
    return {"risk": "low", **more}


def standard(**more):
    return low(window=f"{{end: {moment(86400)}}}", **more)


def act(name, said, *signed, **more):
    return Act(name, said, signed, **more)


SECURITY = (ERIN, {"role": "security"})
ACTS = [
    # who is enough
    act("nobody", "1 of role change-authority is needed, 0 have decided"),
    act("one", "covers it", ALICE, verdict="approved"),
    act("stranger", "erin@example.org is not in role change-authority", ERIN),
    act("as-security", "alice@example.org decided as security", (ALICE, {"role": "security"})),
    act("one-of-two", "2 of role change-authority are needed, 1 has decided", ALICE, place="two"),
    act("two-of-two", "approved by alice@example.org, dave@example.org", ALICE, DAVE, place="two",
        verdict="approved"),
    act("two-names", "counted already", ALICE, ALLY, place="two"),
    act("no-security", "1 of role security is needed", ALICE, place="both"),
    act("only-security", "1 of role change-authority is needed", SECURITY, place="both"),
    act("both", "covers it", ALICE, SECURITY, place="both", verdict="approved"),
    act("deputy", "covers it", ZOE, verdict="approved"),
    act("deputy-over", "gina@example.org is not in role change-authority", GINA),
    act("deputy-and-seat", "2 of role change-authority are needed", CAROL, ZOE, place="two"),
    act("high", "2 of role change-authority are needed", ALICE, members={"risk": "high"}),
    act("unsaid", "2 of role change-authority are needed", ALICE, members={}),
    act("unruled", "no rule of policy/approvers.yaml says who may approve /etc/else/unruled", ALICE,
        DAVE, place="else"),
    act("no-token", "signed without touching a hardware key", ALICE, place="touch"),
    # who is who
    act("requested", "alice@example.org requested it and cannot approve it", ALICE, requester=ALICE),
    act("requested-ally", "ally@example.org requested it and cannot approve it", ALLY,
        requester="aadm"),
    act("implements", "alice@example.org implements it and cannot approve it", ALICE,
        members=low(implementers="[aadm]")),
    act("wrote", "alice@example.org wrote the content and cannot approve it", ALICE,
        members=low(author="aadm")),
    act("vetoed", "rejected by dave@example.org", ALICE, (DAVE, {"decision": "reject"})),
    act("vetoed-by-leaver", "rejected by frank@example.org", ALICE, (FRANK, {"decision": "reject"})),
    act("left", "frozen: frank@example.org, who requested it, left at", ALICE, requester=FRANK),
    act("left-by-login", "frozen: frank, who requested it, left at", ALICE, requester="frank"),
    # signatures
    act("untrusted", "is not trusted here", "mallory@example.org"),
    act("other-key", "belongs to dave@example.org, not to alice@example.org",
        (ALICE, {"key": DAVE})),
    act("other-namespace", "signed for the namespace file", (ALICE, {"namespace": "file"})),
    act("other-request", "the statement is about CHG-x1", (ALICE, {"about": "CHG-x1"})),
    act("tomorrow", "which is still to come", (ALICE, {"date": moment(86400)})),
    act("no-role", "expected `role <a word>`", (ALICE, {"role": "two words"})),
    act("only-reviewed", "1 of role change-authority is needed", (ALICE, {"decision": "review"})),
    # what is done
    act("content", "content (git blob): requested", ALICE, content="evil\n"),
    act("mode", "mode: requested 0600, found 0644", ALICE,
        pins=f'to: {{blob: "{blob_id(NEW)}", mode: "0600"}}'),
    act("early", "window: opens at", ALICE, members=low(window=f"{{start: {moment(86400)}}}")),
    act("over", "window: closed at", ALICE, members=low(window=f"{{end: {moment(-60)}}}")),
    act("elsewhere", "host: requested for db-1, this is web-1", ALICE, members=low(hosts="[db-1]")),
    act("from", "before: content (git blob): requested", ALICE,
        pins=f'from: {{blob: "{blob_id("older")}"}}, to: {{blob: "{blob_id(NEW)}"}}'),
    act("absent", "content: requested nothing there, found", ALICE,
        pins="to: {absent: true}"),
    act("draft", "no request names this path", ALICE, verdict="unapproved", pins=None),
    # standing
    act("standing", "covers it", ALICE, SECURITY, verdict="standard", pins="content: any",
        members=standard(conditions='{lines: ["old", "new"]}')),
    act("standing-unsigned", "1 of role security is needed", ALICE, verdict="unapproved",
        pins="content: any", members=standard()),
    act("standing-lines", "lines: `new` was added, which is like none of those requested", ALICE,
        SECURITY, verdict="unapproved", pins="content: any",
        members=standard(conditions='{lines: ["old"]}')),
    act("standing-program", "program: requested /usr/bin/dpkg, found", ALICE, SECURITY,
        verdict="unapproved", pins="content: any",
        members=standard(conditions="{program: [/usr/bin/dpkg]}")),
    act("standing-package", "package: requested what a package brought, found none that owns it", ALICE, SECURITY,
        verdict="unapproved", pins="content: any",
        members=standard(conditions="{package: matches}")),
    act("standing-over", "window: closed at", ALICE, SECURITY, verdict="unapproved",
        pins="content: any", members=low(window=f"{{end: {moment(-60)}}}")),
    # emergencies
    act("glass", "an emergency, to be reviewed until", ALICE, verdict="emergency",
        requester=ALICE),
    act("glass-unsigned", "1 of role change-authority is needed", verdict="mismatch"),
    act("glass-stranger", "erin@example.org is not in role change-authority", ERIN),
]


def type_of(one):
    return ("standard" if one.name.startswith("standing") else
            "emergency" if one.name.startswith("glass") else "normal")


def ask(register, one):
    change = [] if one.pins is None else [f"{{path: {one.path}, {one.pins}}}"]
    register.write(change, request=one.id, requester=one.requester, **one.members)
    text = register.file(one.id).read_text().replace("type: normal", f"type: {type_of(one)}")
    if one.pins is None:
        text = text.replace("changes:", "changes: []")
    register.file(one.id).write_text(text)
    for who in one.signed:
        who, how = (who, {}) if isinstance(who, str) else who
        register.sign(who, request=one.id, **how)


@pytest.fixture
def governed(machine):
    """A machine whose register says who may approve what."""
    made = Register(machine).trust_people(*ALL)
    for one in ACTS:
        machine.write(one.path, OLD, mode=0o644)
    made.start()
    made.make()
    made.policy("approvers.yaml", APPROVERS, "CHG-policy").sign(ALICE, request="CHG-policy")
    made.policy("people.yaml", PEOPLE, "CHG-people").sign(ALICE, request="CHG-people")
    made.push()
    return made


def test_who_may_do_what(governed):
    machine = governed.machine
    assert [told["approval"]["note"].split()[0] for told in governed.requests()
            if told["approval"]["decision"] == "adopt"] == ["approvers.yaml", "people.yaml"]
    assert governed.problems() == []
    for one in ACTS:
        ask(governed, one)
    governed.push()
    for one in ACTS:
        machine.write(one.path, one.content)
    machine.settle()
    told = {change["path"]: change for change in machine.changes()}
    wrong = [f"{one.name}: {told[one.path]['verdict']}: {told[one.path]['reasons']}" for one in ACTS
             if told[one.path]["verdict"] != one.verdict or one.said not in reasons(told[one.path])]
    assert wrong == []
    assert len([one for one in ACTS if one.verdict in ("mismatch", "unapproved")]) >= 40

    # the emergency stays an alert until others have looked at it
    glass = next(one for one in ACTS if one.name == "glass")
    emergency = machine.changes(glass.path)[-1]
    assert emergency in machine.changes(glass.path)

    # who opened it cannot review it; another can, and that closes the alert
    governed.sign(ALICE, request=glass.id, place="reviews", decision="review", role="security")
    governed.push()
    assert machine.changes(glass.path)[-1] == emergency
    governed.sign(ERIN, request=glass.id, place="reviews", decision="review", role="security")
    governed.push()
    resolved = [event for event in machine.events() if event["kind"] == "resolved"]
    assert [event["summary"] for event in resolved] == [
        f"{glass.path}: the emergency {glass.id} was reviewed by {ERIN}"]
    # and what is done after the review is no emergency any more
    machine.write(glass.path, "newer\n")
    machine.settle()
    assert "was reviewed at" in reasons(machine.changes(glass.path)[-1])


def test_policy_changes_by_request_alone(governed):
    machine = governed.machine
    weaker = APPROVERS.replace("need: 2 of", "need: 1 of")
    # without a request: high, and no effect
    (governed.clone / "policy" / "approvers.yaml").write_text(weaker)
    governed.push()
    said = "policy/approvers.yaml of the register was changed, and no request asks"
    assert [event["severity"] for event in machine.events()
            if event["kind"] == "health" and said in event["summary"]] == ["high"]
    # one signature is enough for policy here; by the policy before, not by the one that comes
    governed.policy("approvers.yaml", weaker, "CHG-weaker", was=APPROVERS).push()
    assert "is not in force yet: CHG-weaker: " in governed.problems()[0]
    governed.sign(ALICE, request="CHG-weaker")
    governed.push()
    assert governed.problems() == []
    assert governed.requests()[-1]["approval"]["decision"] == "adopt"
    # taking it away is a change as well, also across a restart, and by force
    before = governed.in_clone("rev-parse", "HEAD")
    governed.in_clone("reset", "-q", "--hard", "HEAD~3")
    governed.push()
    governed.restart()
    assert any("the register was set back" in event["summary"] and before[:12] in event["summary"]
               for event in machine.events() if event["kind"] == "health")
    assert any("is not in force yet: CHG-policy: it replaces something else" in problem
               for problem in governed.problems())


def test_windows_and_reviews_that_end_are_told(governed):
    """Done, done in part, not done; each once, also across a restart."""
    machine = governed.machine
    machine.write("/etc/one/one", NEW)
    machine.settle()
    machine.stop()
    # nobody looked before it ended, so they count from before it did
    end = f"{{end: {moment(1)}}}"
    both = [f'{{path: /etc/one/one, to: {{blob: "{blob_id(NEW)}"}}}}',
            f'{{path: /etc/one/mode, to: {{blob: "{blob_id(NEW)}"}}}}']
    for request, changes in (("CHG-done", both[:1]), ("CHG-part", both), ("CHG-not", both[1:])):
        governed.write(changes, request=request, risk="low", window=end)
        governed.sign(ALICE, request=request)
    governed.push()
    governed.start()

    def ended():
        return {told["approval"]["request"]: told["summary"] for told in governed.requests()
                if told["approval"]["decision"] in ("done", "lapse")}

    told = wait_for("the windows to end", lambda: len(ended()) == 3 and ended())
    assert "done when its window ended" in told["CHG-done"]
    assert "done in part (1 of 2)" in told["CHG-part"]
    assert "approved, but not done when its window ended" in told["CHG-not"]
    count = len(governed.requests())
    governed.restart()
    assert len(governed.requests()) == count


def test_a_transition_happens_once(governed):
    machine = governed.machine
    path = "/etc/one/one"
    pins = (f'{{path: {path}, from: {{blob: "{blob_id(OLD)}"}}, '
            f'to: {{blob: "{blob_id(NEW)}"}}}}')
    governed.write([pins], request="CHG-once", risk="low")
    governed.sign(ALICE, request="CHG-once")
    governed.push()
    for content, verdict in ((NEW, "approved"), (OLD, "restored"), (NEW, "mismatch")):
        machine.replace(path, content)
        machine.settle()
        assert machine.changes(path)[-1]["verdict"] == verdict
    assert "used up: it was done at" in reasons(machine.changes(path)[-1])
    # a push that has nothing to do with it does not cover it late
    governed.write([pins.replace(path, "/etc/one/mode")], request="CHG-other").push()
    governed.restart()
    assert machine.settle().returncode == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="configuration of a machine is root's")
def test_one_person_says_so(machine):
    register = Register(machine).trust_people(ALICE)
    register.config.write_text(register.config.read_text().replace(
        "}", f", self_approval: true, one_person: {ALICE}}}"))
    machine.write("/etc/motd", OLD, mode=0o644)
    register.start()
    register.make()
    register.write([f'{{path: /etc/motd, to: {{blob: "{blob_id(NEW)}"}}}}'], requester=ALICE)
    register.sign(ALICE)
    register.push()
    machine.write("/etc/motd", NEW)
    machine.settle()
    told = machine.changes("/etc/motd")[-1]
    assert told["verdict"] == "approved"
    assert "self-approval: alice@example.org approved what is his own" in reasons(told)
