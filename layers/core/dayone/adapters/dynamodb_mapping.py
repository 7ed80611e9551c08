"""The domain as records of the state table and back; what the indexes need is added here and nowhere else."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dayone.adapters import dynamodb_change_counts as counts
from dayone.adapters import dynamodb_change_keys as change_keys
from dayone.adapters import dynamodb_keys as keys
from dayone.adapters import dynamodb_lists as lists
from dayone.adapters.dynamodb_blame import blamed_in
from dayone.contracts.codec import Record, decode, encode, stamp
from dayone.domain.assignments import assignment_in
from dayone.domain.changes import Cause, Change, Share
from dayone.domain.operations import OPEN_STATES, Action, Applied, Operation, OperationState, lane_of, order_of
from dayone.domain.policy import PolicyVersion
from dayone.domain.subject_states import Delivery, Plan
from dayone.domain.subjects import ResourceKind, ResourceOf


def applied_record(applied: Applied, *, of: ResourceOf) -> Record:
    """A resource as AWS confirmed it; what is looked for without its subject is also listed."""
    return {**keys.applied_key(of)._asdict(), **encode(applied), **_listing(applied, of=of)}


def applied_in(record: Mapping[str, Any]) -> Applied:
    """The resource in its record."""
    return decode(Applied, record)


def operation_record(operation: Operation) -> Record:
    """An operation of a change; while it is open it lies among the runnable ones, while it is held nowhere."""
    record = {**change_keys.operation_key(operation)._asdict(), **encode(operation)}
    if operation.state is OperationState.HELD:
        return record
    if operation.state not in OPEN_STATES:
        return {**record, "final": True}
    begun = operation.state is OperationState.SUBMITTED
    return {**record, **runnable(operation, begun=begun)}


def runnable(operation: Operation, *, begun: bool) -> Record:
    """What an open operation is listed by."""
    return {
        "runnable": lists.BEGUN if begun else lists.waiting_in(lane_of(operation)),
        "runnable_order": order_of(operation),
    }


def refusal_parts(operation: Operation) -> Record:
    """What an open operation's record says of the way in which it is refused, and since when."""
    since = {"refused_since": stamp(operation.refused_since)} if operation.refused_since else {}
    return {"refusal": encode(operation.refusal), **since}


def operation_in(record: Mapping[str, Any]) -> Operation:
    """The operation in its record."""
    return decode(Operation, record)


def change_parts(cause: Cause) -> Record:
    """What a change's record says from its first writing on."""
    return {"cause": encode(cause), "listed_in": lists.CHANGES, "listed_as": cause.place}


def change_in(record: Mapping[str, Any], *, notes: tuple[str, ...] = ()) -> Change:
    """The change in its record, with notes from elsewhere."""
    return decode(Change, record, left=counts.left_in(record), notes=notes, blamed=blamed_in(record))


def planned_record(plan: Plan) -> Record:
    """The proof that a change planned a subject, and which generation came of it.

    It lists the change under the subject.
    """
    key = change_keys.planned_key(plan.after.subject, change=plan.cause.change)
    share = counts.share_of(plan.operations)
    listed = {"listed_in": lists.changes_of(plan.after.subject), "listed_as": plan.cause.place}
    made = {"generation": plan.after.generation, "at": stamp(plan.cause.at)}
    return {**key._asdict(), **share, **made, **listed}


def notes_record(plan: Plan) -> Record:
    """What a plan had to say."""
    key = change_keys.notes_key(plan.after.subject, change=plan.cause.change)
    return {**key._asdict(), "notes": list(plan.notes)}


def share_in(record: Mapping[str, Any]) -> Share:
    """What a change has to do about a subject, in the proof that it planned it."""
    return decode(Share, record, subject=change_keys.planned_of(record))


def delivery_record(delivery: Delivery, *, change: str) -> Record:
    """The note that a delivery was taken; DynamoDB deletes it some time after `expires_at`, in seconds."""
    key = keys.delivery_key(delivery.name)
    return {**key._asdict(), "change": change, "expires_at": int(delivery.forget_at.timestamp())}


def policy_record(version: PolicyVersion) -> Record:
    """A version of the policy without its text, which is read by itself."""
    return {**keys.policy_key(version.version)._asdict(), **encode(replace(version, text=""))}


def policy_in(record: Mapping[str, Any], *, text: str = "") -> PolicyVersion:
    """The version in its record, with its text from elsewhere."""
    return decode(PolicyVersion, record, text=text)


def _listing(applied: Applied, *, of: ResourceOf) -> Record:
    # What was begun and never confirmed is nobody's yet; what is being deleted is there until AWS confirms its end.
    if applied.doubt is Action.CREATE:
        return {}
    name, subject = of.resource.name, of.subject.name
    if of.resource.kind is ResourceKind.MEMBERSHIP:
        return {"listed_in": lists.members_of(name), "listed_as": subject}
    if of.resource.kind is ResourceKind.ASSIGNMENT:
        permission_set, principal = assignment_in(of.resource)
        return {"listed_in": lists.assignments_of(str(principal)), "listed_as": f"{subject}#{permission_set}"}
    if of.resource.kind is ResourceKind.ENDED_SESSIONS:
        return {"listed_in": lists.REVOKED_SESSIONS, "listed_as": subject}
    return {}
