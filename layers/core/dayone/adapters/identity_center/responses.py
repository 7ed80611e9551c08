"""Common parts of responses of the API `sso-admin`."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

from dayone.errors import Unavailable
from dayone.ports.identity_center import Receipt, RequestState

# The most AWS lists at a time, and far more than may be outstanding.
FULL_PAGE = 100
_MOST_PAGES = 20
_NO_REASON = "AWS gave no reason"
# How AWS refuses to work in the management account, where it works with the rights of whoever calls.
_DENIED_BY_IAM = "Access denied by IAM"
_WHAT_TO_DO = (
    "Day One lacks IAM rights in the management account, where an assignment of this permission set is in the way: "
    "deploy with ManagementAccountAccess=true, or have it removed there. AWS says"
)


def receipt(answer: Mapping[str, Any], **references: str) -> Receipt:
    """Return the receipt for a call that has taken effect, with the ids it gave."""
    return Receipt(request_id=answer["ResponseMetadata"]["RequestId"], references=references)


def request_state(answer: Mapping[str, Any]) -> RequestState:
    """Parse a status structure: `Status` IN_PROGRESS, FAILED with a `FailureReason`, or SUCCEEDED."""
    status = answer["Status"]
    reason = str(answer.get("FailureReason") or _NO_REASON) if status == "FAILED" else ""
    return RequestState(is_over=status != "IN_PROGRESS", failure_reason=reason)


def is_denied_by_iam(state: RequestState) -> bool:
    """Return whether AWS refused the request in the management account because of our IAM rights there."""
    return _DENIED_BY_IAM in state.failure_reason


def with_explanation(state: RequestState, *, lacks_rights: bool) -> RequestState:
    """Return the state, with the fix before AWS's words where Day One was not given rights in the management account.

    With those rights, the words stand alone: then waiting helps, or repairing the role.
    """
    if not (lacks_rights and is_denied_by_iam(state)):
        return state
    return replace(state, failure_reason=f"{_WHAT_TO_DO}: {state.failure_reason}")


def entries_of(
    pages: Iterable[Mapping[str, Any]], *, member: str, request_ids: Collection[str]
) -> list[Mapping[str, Any]]:
    """Return the entries of a list of requests, up to the page where further reading is not worthwhile.

    A page may be short or empty with more to follow, so reading continues. A full one without these requests ends it:
    AWS's order is undocumented, and the missing ones are polled by id.
    """
    found: list[Mapping[str, Any]] = []
    for page in islice(pages, _MOST_PAGES):
        entries = page.get(member, ())
        found += [entry for entry in entries if entry["RequestId"] in request_ids]
        if len(found) == len(request_ids) or len(entries) >= FULL_PAGE:
            break
    return found


def states_of(
    listed: Iterable[Mapping[str, Any]], *, request_ids: Collection[str], describe: Callable[[str], RequestState]
) -> Mapping[str, RequestState]:
    """Return the listed states of these requests; the reason of a failure is not in the list and is read separately."""
    by_id = {pair["RequestId"]: pair for pair in listed if pair["RequestId"] in request_ids}
    return {
        request_id: describe(request_id) if pair["Status"] == "FAILED" else request_state(pair)
        for request_id, pair in by_id.items()
    }


def seen(look: Callable[[], bool]) -> bool:
    """Return whether a read shows that a resource refused with ConflictException exists; False when it fails.

    AWS has one code for that and for a write that has not settled: only a read distinguishes them. And a failed read
    must not make it doubtful that nothing was written.
    """
    try:
        return look()
    except Unavailable:
        return False
