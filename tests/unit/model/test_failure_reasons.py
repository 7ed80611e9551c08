"""Meaning of AWS's words, by observed texts and by names that look like them."""

import pytest

from dayone.model.retry import FailureKind, kind_of_failure
from tests.captures.reading import seen

_DENIED, _PASSING, _FINAL = FailureKind.DENIED, FailureKind.PASSING, FailureKind.FINAL
_SEEN = {
    "sso-admin-02": _PASSING,
    "sso-admin-04": _DENIED,
    "sso-admin-05": _DENIED,
    "sso-admin-06": _PASSING,
    "sso-admin-09": FailureKind.GONE,
    "sso-admin-10": FailureKind.GONE,
    "sso-admin-11": _FINAL,
    "sso-admin-12": _PASSING,
    "sso-admin-13": _PASSING,
}


@pytest.mark.parametrize("capture", _SEEN)
def test_what_aws_was_seen_to_say_means(capture: str) -> None:
    assert kind_of_failure(seen(capture)["FailureReason"]) is _SEEN[capture]


def test_what_clients_printed_in_other_shapes_means() -> None:
    status = seen("sso-admin-01")["AccountAssignmentCreationStatus"]
    assert kind_of_failure(status["FailureReason"]) is _PASSING
    assert kind_of_failure(seen("sso-admin-03")["failure_reason"]) is _DENIED
    for capture, kind in {"sso-admin-07": _PASSING, "sso-admin-08": FailureKind.UNKNOWN_ASSIGNEE}.items():
        _, _, words = seen(capture)["StatusReason"].partition(" failed due to: ")
        assert kind_of_failure(words) is kind
    for capture in ("sso-admin-16", "sso-admin-17", "sso-admin-18"):
        assert kind_of_failure(seen(capture)["message"]) is _PASSING


@pytest.mark.parametrize(
    "reason",
    [
        "Account 123456789012 is not ready",
        "The account is pending activation",
        "Received a 500 status error: Internal Server Error",
        "Received a 429 status error: Rate exceeded, try again",
        "An unexpected internal service exception occurred",
        "Provisioning is taking longer than usual",
        "Throttling: Rate exceeded",
        "A concurrent operation is in progress",
        "ConflictException: A conflicting operation on this assignment is in progress.",
    ],
)
def test_what_passes_by_itself_is_waited_for(reason: str) -> None:
    assert kind_of_failure(reason) is _PASSING


@pytest.mark.parametrize("status", [429, 500, 501, 502, 503, 504, 599])
def test_a_status_that_asks_to_come_back_is_waited_for_whatever_its_words_are(status: int) -> None:
    assert kind_of_failure(f"Received a {status} status error: words that nobody has seen yet") is _PASSING


@pytest.mark.parametrize("status", [400, 403, 404, 409, 428, 430, 499, 600])
def test_any_other_status_means_what_its_words_mean(status: int) -> None:
    assert kind_of_failure(f"Received a {status} status error: words that nobody has seen yet") is _FINAL
    assert kind_of_failure(f"Received a {status} status error: Assignment not found.") is _PASSING


@pytest.mark.parametrize(
    "reason",
    [
        "ValidationException: the ARN is malformed",
        "Received a 404 status error: Not supported policy arn:aws:iam::444455556666:policy/TemporaryAdmin.",
        "ConflictException: PermissionSet with name RetryOps already exists.",
        "Received a 404 status error: Not supported policy arn:aws:iam::444455556666:policy/try again in progress.",
        'Invalid PermissionsPolicy Document {"Sid": "DenyTemporaryCredentials Access denied by IAM"}',
        "ValidationException: Invalid PermissionsPolicy Document: Throttling EntitlementItem doesn't exist",
        "Received a 404 status error: Not supported policy arn:aws:iam::444455556666:policy/Assignment not found.",
        "the policy of role concurrent-internal-error timed out is not valid",
    ],
)
def test_a_word_that_may_be_the_customer_s_own_means_nothing(reason: str) -> None:
    assert kind_of_failure(reason) is _FINAL


def test_a_denial_stays_one_whatever_the_role_is_called() -> None:
    who = "arn:aws:sts::111122223333:assumed-role/temporary-elevated-access/retry"
    reason = f"AccessDeniedException: User: {who} is not authorized to perform: sso:CreateAccountAssignment"
    assert kind_of_failure(reason) is _DENIED
