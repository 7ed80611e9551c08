"""Retry times for failed AWS operations, and the meaning of the reason of a FAILED request.

AWS gives no code there, only words. They are compared from the beginning and in AWS's own spelling: later parts repeat
names, ARNs and whole policy documents of the customer, whose words mean nothing.
"""

import re
from datetime import datetime, timedelta
from enum import StrEnum


class FailureKind(StrEnum):
    """Meaning of a failure for the caller."""

    # What was to be removed is not there.
    GONE = "gone"
    # The group or user is not found, which AWS also reports for a moment after it was created.
    UNKNOWN_ASSIGNEE = "unknown-assignee"
    # Our role lacks a right, or has it since a moment only: an outage of ours.
    DENIED = "denied"
    # Waiting is likely to help.
    PASSING = "transient"
    FINAL = "final"


# The code of an immediate error, and the status of another service's error that is reported later.
_CODE = re.compile(r"(?:[A-Za-z.]+(?:Exception|Error): )?")
_STATUS = re.compile(r"Received an? (?P<status>\d{3}) status error: ")
_TOO_MANY_REQUESTS, _SERVER_ERRORS = 429, range(500, 600)
_ACCOUNT = r"(?:(?:the |an )?(?:AWS )?account(?: '?\d{12}'?)?)"
_IDENTITY_CENTER = r"(?:AWS SSO|(?:AWS )?IAM Identity Center)"
# Seen on AWS: tests/captures, sso-admin-01 to -13 and -16 to -18; the others are phrases of AWS's for the same.
_PHRASES = {
    FailureKind.GONE: (r"EntitlementItem doesn't exist\b",),
    FailureKind.UNKNOWN_ASSIGNEE: (r"the (?:GROUP|USER) assignee \S+ was not found\b",),
    FailureKind.DENIED: (
        r"access denied by IAM\b",
        r"user: \S+ is not authorized to perform: ",
        r"(?:AccessDenied|ExpiredToken|UnrecognizedClient|InvalidClientTokenId|SubscriptionRequired)",
        r"the AWS access key id needs a subscription\b",
    ),
    FailureKind.PASSING: (
        rf"{_IDENTITY_CENTER} is unable to complete your request at this time\b",
        rf"obtaining permissions to manage your {_ACCOUNT} (?:takes|is taking) longer than usual\b",
        r"provisioning is taking longer than usual\b",
        rf"{_ACCOUNT} is (?:not (?:yet )?(?:ready|activated)|pending activation|being (?:created|activated|set up))\b",
        r"assignment not found\.",
        rf"permission set provision not found in {_ACCOUNT}",
        r"there is a conflicting operation in process\b",
        r"a (?:concurrent|conflicting) operation\b.* is in progress\b",
        r"there are too many requests processing\b",
        r"(?:throttling|too many requests|rate exceeded)\b",
        r"(?:an )?(?:unexpected )?internal (?:service |server )?(?:error|exception|failure)\b",
        r"(?:the )?service (?:is )?(?:currently )?unavailable\b",
        r"(?:the )?request (?:has )?timed out\b",
    ),
}
_MEANINGS = tuple((re.compile("|".join(phrases), re.IGNORECASE), kind) for kind, phrases in _PHRASES.items())


def kind_of_failure(reason: str) -> FailureKind:
    """Return the meaning of an AWS reason such as `Received a 404 status error: Assignment not found.`

    It also accepts an immediate error, written as `CodeOfTheError: its text`.
    """
    found = _CODE.match(reason)
    text = reason[(found.end() if found else 0) :]
    status = _STATUS.match(text)
    if status is not None:
        text, number = text[status.end() :], int(status["status"])
        if number == _TOO_MANY_REQUESTS or number in _SERVER_ERRORS:
            return FailureKind.PASSING
    return next((kind for pattern, kind in _MEANINGS if pattern.match(text)), FailureKind.FINAL)


_LONGEST_BACKOFF = timedelta(minutes=1)
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=5), timedelta(days=1)
# Somebody has access that they should not have.
_LONGEST_PAUSE_OF_A_REMOVAL = timedelta(hours=1)


class Refusal(StrEnum):
    """Kinds of failed attempts; durations are counted for the kinds that last."""

    NONE = ""
    # Our own role, credentials or key: for as long as it lasts.
    DENIED = "denied"
    # A rate or another limit of AWS: for as long as it lasts.
    THROTTLED = "throttled"
    # Somebody else has to act first: for as long as it lasts.
    AWAITED = "waiting-for-provider"
    CROWDED = "too-many-in-flight"
    CONFLICT = "conflict"
    SILENCE = "no-response"
    PASSING = "transient"
    # A permission set is provisioned one account after another, because one of its accounts is closed.
    SINGLE_CALLS = "one-by-one"
    # No call was made: a resource it depends on does not exist, or one that depends on it still exists.
    BLOCKED = "blocked"


# These can interrupt the attempts of any operation and are unrelated to it.
_INCIDENTAL = frozenset({Refusal.THROTTLED, Refusal.SILENCE})
# These end only when they pass.
ENDLESS = frozenset({Refusal.NONE, Refusal.DENIED, Refusal.THROTTLED, Refusal.AWAITED})


def refused_in_the_same_way(refusal: Refusal, *, before: Refusal) -> bool:
    """Return whether time spent with `before` counts for `refusal` as well."""
    return refusal is before or (
        refusal in _INCIDENTAL and before not in (Refusal.NONE, Refusal.DENIED, Refusal.THROTTLED)
    )


def retry_at(attempts: int, *, now: datetime, jitter: float, retry_after: float | None) -> datetime:
    """Return the time of the next attempt: doubling from one second to a minute, spread by `jitter` in [0, 1).

    `retry_after`, in seconds, comes from AWS and wins when it is longer.
    """
    ceiling = min(_LONGEST_BACKOFF, timedelta(seconds=2 ** min(attempts - 1, 10)))
    backoff = ceiling * (0.5 + jitter / 2)
    return now + max(backoff, timedelta(seconds=retry_after or 0))


def plan_again_at(retries: int, *, now: datetime, is_removal: bool) -> datetime:
    """Return the time to plan failed work again after the sweep planned it `retries` times in a row.

    The pauses double from five minutes to a day, or to an hour where somebody keeps access meanwhile.
    """
    longest = _LONGEST_PAUSE_OF_A_REMOVAL if is_removal else _LONGEST_PAUSE
    doubled = _FIRST_PAUSE * float(2 ** min(retries, 10))
    return now + min(longest, doubled)
