/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One approval: see approval.h. */
#include "register/approval.h"
#include "register/person.h"
#include "register/sshsig.h"

#include "base/clock.h"
#include "base/escape.h"

#include <string.h>

/* Clocks of two machines may differ by this much before a date from the future is refused. */
#define SKEW_USEC (G_GINT64_CONSTANT(10) * 60 * 1000000)

G_GNUC_PRINTF(2, 3)
static bool refuse(Approval *approval, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	approval->problem = g_strdup_vprintf(format, args);
	va_end(args);
	return false;
}

void approval_identify(GBytes *statement, GBytes *signature, char ret[DIGEST_HEX + 1])
{
	g_autoptr(GByteArray) both = g_byte_array_new();

	g_byte_array_append(both, g_bytes_get_data(statement, NULL),
			    (guint)g_bytes_get_size(statement));
	/* a good statement has no NUL, so no other pair can look like this one */
	g_byte_array_append(both, (const guint8 *)"", 1);
	g_byte_array_append(both, g_bytes_get_data(signature, NULL),
			    (guint)g_bytes_get_size(signature));
	digest_sha256_hex(both->data, both->len, ret);
}

static bool statement_fits(Approval *approval, const ApprovalSubject *subject,
			   const Statement *statement)
{
	if (!g_str_equal(statement->request, approval->request)) {
		return refuse(approval, "the statement is about %s, not about this request",
			      statement->request);
	}
	if (!g_str_equal(statement->approver, approval->approver)) {
		return refuse(approval, "the statement is by %s, but lies in the name of %s",
			      statement->approver, approval->approver);
	}
	/* Whether these are the request's present bytes is the standing's question: an approval of
	 * other bytes is a good approval of something else. Two digests that disagree are neither.
	 */
	if (memcmp(statement->request_sha256, subject->sha256, DIGEST_BYTES) == 0 &&
	    memcmp(statement->request_blob, subject->blob, BLOB_BYTES) != 0) {
		return refuse(approval, "request-sha256 and request-blob name different bytes");
	}
	return true;
}

static bool signature_is_good(Approval *approval, const SshSig *sig, GBytes *statement)
{
	g_autoptr(GError) error = NULL;

	if (!g_str_equal(sig->namespace, SSHSIG_NAMESPACE)) {
		g_autofree char *safe = escape_path(sig->namespace);

		return refuse(approval, "signed for the namespace %s, not for " SSHSIG_NAMESPACE,
			      safe);
	}
	switch (sshsig_verify(sig, g_bytes_get_data(statement, NULL), g_bytes_get_size(statement),
			      &error)) {
	case SSHSIG_GOOD:
		return !sshsig_is_by_hardware(sig) || (approval->presence & PRESENCE_TOUCH) != 0 ||
		       refuse(approval, "nobody touched the hardware key that signed it");
	case SSHSIG_UNSUPPORTED:
		return refuse(approval, "%s", error->message);
	case SSHSIG_BAD:
		return refuse(approval, "the signature does not fit the statement");
	}
	g_assert_not_reached();
}

static bool key_is_trusted(Approval *approval, const SshSig *sig, const Signers *signers)
{
	const Signer *signer = NULL;
	g_autofree char *moment = NULL;
	g_autofree char *seen = clock_format(approval->seen_usec);

	switch (signers_judge(signers, sig->key, approval->approver, SSHSIG_NAMESPACE,
			      approval->seen_usec, &signer)) {
	case SIGNER_TRUSTED:
		return true;
	case SIGNER_UNKNOWN_KEY:
		return refuse(approval, "the key %s is not trusted here", sig->fingerprint);
	case SIGNER_OTHER_PERSON:
		return refuse(approval, "the key %s belongs to %s, not to %s", sig->fingerprint,
			      signer->principals[0], approval->approver);
	case SIGNER_WRONG_NAMESPACE:
		return refuse(approval, "the key of %s is not trusted to approve (namespaces)",
			      approval->approver);
	case SIGNER_NOT_YET_VALID:
		moment = clock_format(signer->valid_after_usec);
		return refuse(approval,
			      "the key of %s is valid from %s only; this host first saw the "
			      "approval at %s",
			      approval->approver, moment, seen);
	case SIGNER_EXPIRED:
		moment = clock_format(signer->valid_before_usec);
		return refuse(approval,
			      "the key of %s expired at %s; this host first saw the approval at "
			      "%s, whatever date it carries",
			      approval->approver, moment, seen);
	}
	g_assert_not_reached();
}

bool approval_is_by(const Approval *approval, const char *person)
{
	for (guint i = 0; approval->also != NULL && approval->also[i] != NULL; i++) {
		if (person_may_be(approval->also[i], person)) {
			return true;
		}
	}
	return person_may_be(approval->approver, person);
}

static bool is_by_one_of(const Approval *approval, GStrv people)
{
	for (guint i = 0; people != NULL && people[i] != NULL; i++) {
		if (approval_is_by(approval, people[i])) {
			return true;
		}
	}
	return false;
}

GStrv approval_names(const Approval *approval, const Signers *signers, const People *people)
{
	g_autoptr(GStrvBuilder) names = g_strv_builder_new();
	g_auto(GStrv) of_key = signers_names_of(signers, approval->fingerprint);

	g_strv_builder_add(names, approval->approver);
	g_strv_builder_addv(names, (const char **)of_key);
	return people_complete(people, g_strv_builder_end(names));
}

/* What he would do to his own request. */
static const char *deed(const Approval *approval)
{
	return approval->decision == DECISION_REVIEW ? "review" : "approve";
}

static bool may_be_alone(const Approval *approval, const Request *request, const ApprovalLaw *law)
{
	if (request->type == REQUEST_EMERGENCY && approval->decision == DECISION_APPROVE) {
		return true;
	}
	return law != NULL && law->one_person != NULL && approval->decision == DECISION_APPROVE &&
	       g_str_equal(approval->approver, law->one_person);
}

char *approval_conflict(const Approval *approval, const Request *request, const ApprovalLaw *law)
{
	const char *who = approval->approver;

	if (may_be_alone(approval, request, law)) {
		return NULL;
	}
	if (approval_is_by(approval, request->requester)) {
		return g_strdup_printf("%s requested it and cannot %s it as well", who,
				       deed(approval));
	}
	if (is_by_one_of(approval, request->implementers)) {
		return g_strdup_printf("%s implements it and cannot %s it as well", who,
				       deed(approval));
	}
	if (request->author != NULL && approval_is_by(approval, request->author)) {
		return g_strdup_printf("%s wrote the content and cannot %s it as well", who,
				       deed(approval));
	}
	return NULL;
}

/* Nobody approves what is his own (design principle 8); anybody may object to it. */
static bool person_may_decide(Approval *approval, const ApprovalSubject *subject,
			      const Statement *said)
{
	g_autofree char *conflict = NULL;

	if (approval->decision == DECISION_REJECT ||
	    memcmp(said->request_sha256, subject->sha256, DIGEST_BYTES) != 0) {
		return true;
	}
	conflict = approval_conflict(approval, subject->request, &subject->law);
	return conflict == NULL || refuse(approval, "%s", conflict);
}

static bool date_is_possible(Approval *approval)
{
	g_autofree char *date = clock_format(approval->date_usec);

	return approval->date_usec <= approval->seen_usec + SKEW_USEC ||
	       refuse(approval, "it is dated %s, which is still to come", date);
}

Approval *approval_judge(const ApprovalSubject *subject, const char *approver, GBytes *statement,
			 GBytes *signature, const Signers *signers, gint64 seen_usec)
{
	Approval *approval = g_new0(Approval, 1);
	g_auto(Statement) said = {NULL};
	g_auto(SshSig) sig = {NULL};
	g_autoptr(GError) error = NULL;

	approval->request = g_strdup(subject->request->id);
	approval->approver = g_strdup(approver);
	approval->seen_usec = seen_usec;
	approval->since_usec = seen_usec;
	approval_identify(statement, signature, approval->digest);
	if (!statement_parse(approver, g_bytes_get_data(statement, NULL),
			     g_bytes_get_size(statement), &said, &error) ||
	    !sshsig_parse(g_bytes_get_data(signature, NULL), g_bytes_get_size(signature), &sig,
			  &error)) {
		refuse(approval, "%s", error->message);
		return approval;
	}
	approval->decision = said.decision;
	approval->date_usec = said.date_usec;
	approval->role = g_strdup(said.role);
	approval->presence = sshsig_presence(&sig);
	approval->fingerprint = g_strdup(sig.fingerprint);
	approval->also = approval_names(approval, signers, subject->law.people);
	hex_encode(said.request_sha256, DIGEST_BYTES, approval->pinned);
	approval->counts = statement_fits(approval, subject, &said) &&
			   signature_is_good(approval, &sig, statement) &&
			   key_is_trusted(approval, &sig, signers) &&
			   person_may_decide(approval, subject, &said) &&
			   date_is_possible(approval);
	return approval;
}
