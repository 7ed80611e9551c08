"""What the answers of the API `sso-admin` have in common."""

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
    """The receipt for a call that has taken effect, with the ids it gave."""
    return Receipt(request_id=answer["ResponseMetadata"]["RequestId"], references=references)


def request_state(told: Mapping[str, Any]) -> RequestState:
    """What a status structure says: `Status` IN_PROGRESS, FAILED with a `FailureReason`, or SUCCEEDED."""
    status = told["Status"]
    reason = str(told.get("FailureReason") or _NO_REASON) if status == "FAILED" else ""
    return RequestState(is_over=status != "IN_PROGRESS", failure_reason=reason)


def is_denied_by_iam(state: RequestState) -> bool:
    """Whether AWS refused to work in the management account with the rights that we have there."""
    return _DENIED_BY_IAM in state.failure_reason


def explained(state: RequestState, *, lacks_rights: bool) -> RequestState:
    """The state, with what is to be done before AWS's words where we were not given rights in the management account.

    Given them, the words stand alone: then waiting helps, or mending the role.
    """
    if not (lacks_rights and is_denied_by_iam(state)):
        return state
    return replace(state, failure_reason=f"{_WHAT_TO_DO}: {state.failure_reason}")


def entries_of(pages: Iterable[Mapping[str, Any]], *, member: str, asked: Collection[str]) -> list[Mapping[str, Any]]:
    """The entries of a list of requests, as far as it is worth reading for those asked about.

    A page may be short or empty with more to come, so that is read on. A full one that does not have them ends it: AWS
    does not say in which order it lists, and whoever is still missing is asked about by id.
    """
    found: list[Mapping[str, Any]] = []
    for page in islice(pages, _MOST_PAGES):
        entries = page.get(member, ())
        found += [entry for entry in entries if entry["RequestId"] in asked]
        if len(found) == len(asked) or len(entries) >= FULL_PAGE:
            break
    return found


def states_of(
    listed: Iterable[Mapping[str, Any]], *, asked: Collection[str], describe: Callable[[str], RequestState]
) -> Mapping[str, RequestState]:
    """What a list of requests tells of those asked about; a failure's reason is not in it and is asked for."""
    told = {pair["RequestId"]: pair for pair in listed if pair["RequestId"] in asked}
    return {
        request_id: describe(request_id) if pair["Status"] == "FAILED" else request_state(pair)
        for request_id, pair in told.items()
    }


def seen(look: Callable[[], bool]) -> bool:
    """Whether a look shows that what was refused with ConflictException is there already; False when it shows nothing.

    AWS has one code for that and for a write that has not settled: only looking tells them apart. And a look that
    fails must not make it doubtful that nothing was written.
    """
    try:
        return look()
    except Unavailable:
        return False
