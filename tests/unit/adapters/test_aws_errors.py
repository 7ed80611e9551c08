"""Translation of botocore's exceptions."""

from typing import Any

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    CredentialRetrievalError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
    PartialCredentialsError,
    ReadTimeoutError,
)
from botocore.parsers import ResponseParserError

from dayone.adapters.aws.errors import never_rejected, translated
from dayone.errors import (
    AccessDenied,
    AlreadyExists,
    Conflicting,
    Crowded,
    DayOneError,
    NotFound,
    Refused,
    Throttled,
    Unavailable,
    Unreachable,
)
from tests.captures.reading import captures, seen

URL = "https://sso.us-east-1.amazonaws.com"


def refusal(code: str, *, status: int = 400, **members: object) -> ClientError:
    answer: Any = {
        "Error": {"Code": code, "Message": "because"},
        "ResponseMetadata": {"HTTPStatusCode": status},
        **members,
    }
    return ClientError(answer, "SomeOperation")


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("ServiceQuotaExceededException", "because"),
        ("ThrottlingException", "There are too many requests processing. Please try again later."),
    ],
)
def test_too_many_requests_under_way_are_told_from_too_many_calls(code: str, message: str) -> None:
    answer: Any = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": 400}}
    with pytest.raises(Crowded), translated():
        raise ClientError(answer, "CreateAccountAssignment")


def test_a_throttle_of_an_assignment_is_one() -> None:
    answer: Any = {"Error": {"Code": "ThrottlingException", "Message": "Rate exceeded"}, "ResponseMetadata": {}}
    with pytest.raises(Throttled) as told, translated():
        raise ClientError(answer, "CreateAccountAssignment")
    assert not isinstance(told.value, Crowded)


@pytest.mark.parametrize(
    ("raised", "meaning"),
    [
        (refusal("ThrottlingException"), Throttled),
        (refusal("Throttling"), Throttled),
        (refusal("TooManyRequestsException"), Throttled),
        (refusal("RequestThrottled", status=403), Throttled),
        (refusal("ProvisionedThroughputExceededException"), Throttled),
        (refusal("ThrottlingException", status=503), Throttled),
        (refusal("ConflictException", Reason="UNIQUENESS_CONSTRAINT_VIOLATION"), AlreadyExists),
        (refusal("ConflictException", Reason="CONCURRENT_MODIFICATION"), Conflicting),
        (refusal("ConflictException"), Conflicting),
        (refusal("TransactionConflictException"), Conflicting),
        (refusal("ConcurrentModificationException"), Conflicting),
        (refusal("ResourceNotFoundException", ResourceType="USER"), NotFound),
        (refusal("ResourceNotFoundException"), NotFound),
        (refusal("AccountNotFoundException"), NotFound),
        (refusal("AWS.SimpleQueueService.NonExistentQueue"), NotFound),
        (refusal("QueueDoesNotExist"), NotFound),
        (refusal("ResourceNotFoundException", ResourceType="IDENTITY_STORE"), AccessDenied),
        (refusal("ResourceNotFoundException", Reason="KMS_KEY_NOT_FOUND"), AccessDenied),
        (refusal("ResourceNotFoundException", Reason="KMS_NotFoundException"), AccessDenied),
        (refusal("ValidationException", Reason="KMS_DisabledException"), AccessDenied),
        (refusal("AccessDeniedException", Reason="KMS_AccessDeniedException"), AccessDenied),
        (refusal("ThrottlingException", Reason="KMS_ThrottlingException"), Throttled),
        (refusal("KmsAccessDenied"), AccessDenied),
        (refusal("KmsThrottled"), Throttled),
        (refusal("KMS.AccessDeniedException"), AccessDenied),
        (refusal("KMSInvalidStateException"), AccessDenied),
        (refusal("DecryptionFailure"), AccessDenied),
        (refusal("InternalServerException", status=500), Unreachable),
        (refusal("ServiceException"), Unreachable),
        (refusal("ServiceUnavailable", status=503), Unreachable),
        (refusal("502", status=502), Unreachable),
        (refusal("ValidationException"), Refused),
        (refusal("AccessDeniedException"), AccessDenied),
        (refusal("AccessDenied", status=403), AccessDenied),
        (refusal("ExpiredTokenException"), AccessDenied),
        (refusal("ExpiredToken", status=403), AccessDenied),
        (refusal("UnrecognizedClientException"), AccessDenied),
        (refusal("InvalidClientTokenId", status=403), AccessDenied),
        (refusal("InvalidSignatureException", status=403), AccessDenied),
        (refusal("SubscriptionRequiredException", status=403), AccessDenied),
        (NoCredentialsError(), AccessDenied),
        (PartialCredentialsError(provider="env", cred_var="AWS_SECRET_ACCESS_KEY"), AccessDenied),
        (CredentialRetrievalError(provider="container-role", error_msg="refused"), AccessDenied),
        (refusal("ServiceQuotaExceededException", status=402), Refused),
        (ParamValidationError(report="Missing required parameter"), Refused),
        (EndpointConnectionError(endpoint_url=URL), Unreachable),
        (ConnectTimeoutError(endpoint_url=URL), Unreachable),
        (ReadTimeoutError(endpoint_url=URL), Unreachable),
        (ConnectionClosedError(endpoint_url=URL), Unreachable),
        (ResponseParserError("not JSON"), Unreachable),
    ],
    ids=str,
)
def test_every_failure_is_told_by_what_can_be_done_about_it(raised: Exception, meaning: type[DayOneError]) -> None:
    with pytest.raises(DayOneError) as told, translated():
        raise raised
    assert type(told.value) is meaning
    assert told.value.__cause__ is raised


_SEEN = {
    "identitystore-01": NotFound,
    "identitystore-03": AlreadyExists,
    "identitystore-04": AlreadyExists,
    "identitystore-06": Throttled,
    "identitystore-08": AccessDenied,
    "identitystore-09": Refused,
    "organizations-02": Conflicting,
    "organizations-03": AccessDenied,
    "organizations-20": Throttled,
    "sso-admin-16": Conflicting,
    "sso-admin-17": Crowded,
    "sso-admin-18": Throttled,
    "sso-admin-19": Conflicting,
    "sso-admin-22": AccessDenied,
    "sso-admin-23": Refused,
    "sso-admin-26": Throttled,
}


@pytest.mark.parametrize("capture", _SEEN)
def test_what_aws_was_seen_to_answer_is_told_by_what_can_be_done_about_it(capture: str) -> None:
    answer = seen(capture)
    body = answer.get("body", answer)
    code = body.get("__type") or body.get("Code") or body.get("errorCode")
    words = body.get("message") or body.get("Message") or body.get("errorMessage")
    given: Any = {**body, "Error": {"Code": code, "Message": words}}
    given["ResponseMetadata"] = {"HTTPStatusCode": answer.get("status", 400)}
    with pytest.raises(DayOneError) as told, translated():
        raise ClientError(given, captures()[capture].operation)
    assert type(told.value) is _SEEN[capture]


@pytest.mark.parametrize(
    "reason", seen("identitystore-11")["ResourceNotFoundException.Reason/AccessDeniedException.Reason values"]
)
@pytest.mark.parametrize("code", ["ResourceNotFoundException", "AccessDeniedException", "ValidationException"])
def test_whatever_is_wrong_with_the_customer_s_key_is_an_outage_of_ours(code: str, reason: str) -> None:
    with pytest.raises(AccessDenied), translated():
        raise refusal(code, Reason=reason)


def test_a_throttle_may_have_no_words_at_all() -> None:
    answer: Any = {"Error": {"Code": "ThrottlingException", "Message": None}, "ResponseMetadata": {}}
    with pytest.raises(Throttled, match=r"^ThrottlingException: $"), translated():
        raise ClientError(answer, "ListGroupMemberships")


def test_a_refusal_says_what_aws_said() -> None:
    with pytest.raises(Refused, match=r"^ValidationException: because$"), translated():
        raise refusal("ValidationException")


@pytest.mark.parametrize(("members", "seconds"), [({"RetryAfterSeconds": 7}, 7.0), ({}, None)])
def test_a_throttle_says_how_long_to_wait_when_aws_does(members: dict[str, int], seconds: float | None) -> None:
    with pytest.raises(Throttled) as told, translated():
        raise refusal("ThrottlingException", **members)
    assert told.value.retry_after == seconds


def test_a_mistake_of_ours_is_left_as_it_is() -> None:
    with pytest.raises(KeyError), translated():
        raise KeyError("UserId")


@pytest.mark.parametrize("code", ["AccessDeniedException", "ResourceNotFoundException", "ValidationException"])
def test_what_our_own_resources_reject_can_be_tried_again(code: str) -> None:
    with pytest.raises(Unavailable, match=code), never_rejected():
        raise refusal(code)


def test_what_was_worth_another_try_stays_what_it_was() -> None:
    with pytest.raises(Throttled), never_rejected():
        raise refusal("ThrottlingException")
