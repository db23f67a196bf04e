# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may approve, and with what: each refusal with the message a person needs."""

import pytest
from register_clone import ALICE, BOB, CHG, DAVE, blob_id, key_time, moment
from register_story import EVIL, PIN_NEW, approve, assert_approved, assert_mismatch, refused, to

pytestmark = pytest.mark.plain


def test_edited_after_signing(register):
    approve(register)
    register.write([to(f"blob: {blob_id(EVIL)}")]).push()
    assert_mismatch(register, "the approval by alice@example.org does not count: the request was "
                    "edited after it was signed: it must be approved again", content=EVIL)


def test_edited_and_approved_again(register):
    approve(register)
    register.write([to(f"blob: {blob_id('third')}")]).push()
    register.sign(ALICE)
    register.push()
    assert_approved(register, content="third")


def test_statement_of_another_request(register):
    register.write([PIN_NEW])
    register.sign(ALICE, about="CHG-20200101-aaaa")
    register.push()
    refused(register, "the statement is about CHG-20200101-aaaa, not about this request")


def test_unknown_key(register):
    register.write([PIN_NEW])
    register.sign(ALICE, key="mallory@example.org")
    register.push()
    refused(register, "is not trusted here")
    assert "SHA256:" in register.requests()[-1]["approval"]["problem"]


def test_key_that_becomes_trusted_counts_from_then_on(register):
    register.write([PIN_NEW])
    register.sign("erin@example.org")
    register.push()
    refused(register, "is not trusted here")
    register.trust_people(ALICE, "erin@example.org")
    register.restart()
    assert register.requests()[-1]["approval"]["counts"] is True
    assert [event["kind"] for event in register.machine.events()].count("resolved") == 1
    assert register.machine.settle().returncode == 0


def test_signed_for_another_namespace(register):
    register.write([PIN_NEW])
    register.sign(ALICE, namespace="file")
    register.push()
    refused(register, "signed for the namespace file, not for reeve-approval")


def test_key_trusted_for_another_namespace(register):
    register.trust.write_text(register.line(ALICE, 'namespaces="git"'))
    register.restart()
    register.write([PIN_NEW])
    register.sign(ALICE)
    register.push()
    refused(register, "the key of alice@example.org is not trusted to approve (namespaces)")


def test_in_the_name_of_somebody_else(register):
    register.write([PIN_NEW])
    register.sign(ALICE, key=DAVE)
    register.push()
    refused(register, "belongs to dave@example.org, not to alice@example.org")


def test_under_the_name_of_somebody_else(register):
    register.write([PIN_NEW])
    register.sign(DAVE, name=ALICE)
    register.push()
    refused(register, "the statement is by dave@example.org, but lies in the name of "
            "alice@example.org")


@pytest.mark.parametrize("requester", [ALICE, "alice", "Alice@Example.org"])
def test_requester_approves(register, requester):
    approve(register, requester=requester)
    refused(register, "alice@example.org requested it and cannot approve it as well")


@pytest.mark.parametrize("implementer", [ALICE, "alice"])
def test_implementer_approves(register, implementer):
    approve(register, implementers=f"[carol, {implementer}]")
    refused(register, "alice@example.org implements it and cannot approve it as well")


def test_author_approves(register):
    approve(register, author=ALICE)
    refused(register, "alice@example.org wrote the content and cannot approve it as well")


def test_requester_approves_by_swapping_requests(register):
    """Alice signs her own request while another one lies in its place, then puts hers there."""
    register.write([PIN_NEW], requester=ALICE)
    own = register.file().read_bytes()
    register.sign(ALICE)
    register.write([PIN_NEW], requester=BOB).push()
    register.file().write_bytes(own)
    register.push()
    assert_mismatch(register, "alice@example.org requested it and cannot approve it as well")


def test_expired_and_backdated(register):
    register.trust.write_text(register.line(ALICE, f'valid-before="{key_time(-3600)}"'))
    register.restart()
    register.write([PIN_NEW])
    register.sign(ALICE, date=moment(-86400))
    register.push()
    refused(register, "the key of alice@example.org expired at ")
    assert "whatever date it carries" in register.requests()[-1]["approval"]["problem"]


def test_key_not_yet_valid(register):
    register.trust.write_text(register.line(ALICE, f'valid-after="{key_time(3600)}"'))
    register.restart()
    register.write([PIN_NEW])
    register.sign(ALICE)
    register.push()
    refused(register, "the key of alice@example.org is valid from ")


def test_dated_in_the_future(register):
    register.write([PIN_NEW])
    register.sign(ALICE, date=moment(86400))
    register.push()
    refused(register, "which is still to come")


def test_a_veto_after_the_approval(register):
    approve(register)
    register.sign(DAVE, decision="reject")
    register.push()
    assert register.requests()[-1]["summary"] == f"rejection of {CHG} by {DAVE}"
    assert_mismatch(register, "approvals: rejected by dave@example.org")


def test_a_veto_before_the_approval(register):
    register.write([PIN_NEW])
    register.sign(DAVE, decision="reject")
    register.push()
    register.sign(ALICE)
    register.push()
    assert_mismatch(register, "approvals: rejected by dave@example.org")


def test_a_veto_cannot_be_deleted_or_copied_away(register):
    register.write([PIN_NEW])
    register.sign(DAVE, decision="reject")
    register.push()
    approvals = register.folder() / "approvals"
    for suffix in ("", ".sig"):
        (approvals / (DAVE + suffix)).rename(approvals / ("zed@example.org" + suffix))
    register.sign(ALICE)
    register.push()
    register.restart()
    assert_mismatch(register, "approvals: rejected by dave@example.org")


def test_a_veto_by_nobody_is_none(register):
    register.write([PIN_NEW])
    register.sign("mallory@example.org", decision="reject")
    register.sign(ALICE)
    register.push()
    assert_approved(register)


def test_a_veto_cannot_hide_among_many(register):
    approve(register)
    for i in range(200):
        (register.folder() / "approvals" / f"{i:04}").write_text("junk")
    register.sign(DAVE, decision="reject")
    register.push()
    assert_mismatch(register, "approvals has more than 128 entries")
