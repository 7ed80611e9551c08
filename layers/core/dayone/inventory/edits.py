"""Look at once at what others have changed in Identity Center, as CloudTrail's events name it, and keep who did it.

Source of the events' members: AWS CloudTrail User Guide and IAM Identity Center User Guide, "Logging IAM Identity
Center API calls"; the console's directory calls nest their ids differently from those of the public API.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from dayone.inventory.compare import Recorded
from dayone.inventory.look import key_of, look_at
from dayone.inventory.touched import Ids, LookPorts, recorded_of
from dayone.model.inventory import Deviation, DriftFinding, ForeignEdit
from dayone.model.subjects import ResourceKind, Subject, SubjectKind, moment_in
from dayone.ports.inventory import EditEvents, Inventory

type Json = Mapping[str, Any]

# An event says that a call was made; AWS carries out an assignment within a minute or two after it.
SETTLES = timedelta(minutes=3)
# What a run looks at, some three calls each: a minute while the executor has work.
_AT_ONCE = 20
_BATCHES = 10
_SOURCES = frozenset({"aws.sso", "aws.sso-directory", "aws.identitystore"})
_ASSIGNMENT = {
    "account": "targetId",
    "permission_set_arn": "permissionSetArn",
    "principal_type": "principalType",
    "principal_id": "principalId",
}


@dataclass(frozen=True, kw_only=True)
class EditsOfOthers:
    """The events of edits, and the ARNs of the roles of Day One's, whose calls are none."""

    events: EditEvents
    own_roles: Collection[str]


def follow_edits(*, ports: LookPorts, others: EditsOfOthers, now: datetime) -> None:
    """Look at the edits of which events have come, and note that it was all of them. Raises as `look_at_edits`."""
    is_all = note_edits(inventory=ports.inventory, others=others)
    if look_at_edits(ports=ports, now=now) < _AT_ONCE and is_all:
        ports.inventory.note_events(now)


def note_edits(*, inventory: Inventory, others: EditsOfOthers) -> bool:
    """Keep the edits of which events have come; return whether it is all, of more than a hundred the rest waits."""
    for _ in range(_BATCHES):
        taken = others.events.take()
        for text in taken.values():
            if edit := edit_in(text, own_roles=others.own_roles):
                inventory.note_edit(edit)
        others.events.delete(taken)
        if not taken:
            return True
    return False


def edit_in(text: str, *, own_roles: Collection[str]) -> ForeignEdit | None:
    """Return the edit in an EventBridge event of CloudTrail; None for any other, a failed one, and one by `own_roles`.

    What cannot be read is none either: the next inventory sees what it was about.
    """
    try:
        event = json.loads(text)
    except (ValueError, RecursionError):
        return None
    detail = event.get("detail") if isinstance(event, Mapping) else None
    if not isinstance(detail, Mapping) or event.get("source") not in _SOURCES or detail.get("errorCode"):
        return None
    identity = _mapping(detail, "userIdentity")
    issuer = _mapping(_mapping(identity, "sessionContext"), "sessionIssuer")
    ids = _ids_in(_mapping(detail, "requestParameters"), _mapping(detail, "responseElements"))
    if issuer.get("arn") in own_roles or not ids:
        return None
    at = moment_in(detail.get("eventTime")) or moment_in(event.get("time"))
    if at is None or at.tzinfo is None or not event.get("id"):
        return None
    # The ARN of the caller, else the user of the access portal, the AWS service, or the kind of the caller.
    user = _mapping(identity, "onBehalfOf").get("userId")
    names = (identity.get("arn"), user and f"user:{user}", identity.get("invokedBy"), identity.get("type"))
    return ForeignEdit(
        event=str(event["id"]),
        actor=next((str(name) for name in names if name), "unknown"),
        action=str(detail.get("eventName", "")),
        at=at.astimezone(UTC),
        ids=ids,
    )


def _mapping(within: Json, name: str) -> Json:
    found = within.get(name)
    return found if isinstance(found, Mapping) else {}


def _ids_in(request: Json, response: Json) -> Ids:
    """Return the ids of what a call is about as those of a difference, or a membership's; empty for other calls."""
    if all(request.get(name) for name in _ASSIGNMENT.values()):
        return {name: str(request[member]) for name, member in _ASSIGNMENT.items()}
    arn = request.get("permissionSetArn") or _mapping(response, "permissionSet").get("permissionSetArn")
    if arn:
        return {"permission_set_arn": str(arn)}
    if request.get("membershipId"):
        return {"membership_id": str(request["membershipId"])}
    group = request.get("groupId") or response.get("groupId") or _mapping(response, "group").get("groupId")
    member = _mapping(request, "member").get("memberId") or request.get("memberId")
    user = member.get("userId") if isinstance(member, Mapping) else member
    user = user or request.get("userId") or response.get("userId") or _mapping(response, "user").get("userId")
    found = {"group_id": group, "user_id": user}
    return {name: str(each) for name, each in found.items() if each}


def look_at_edits(*, ports: LookPorts, now: datetime) -> int:
    """Look directly at whatever others have touched; return the number of their edits.

    What differs there is a finding, with the last edit of it, and a finding that is not any more is closed. An edit is
    looked at until AWS has carried it out; of what AWS refuses to show nothing is concluded. Raises Unavailable when
    AWS cannot be reached: the next run looks again.
    """
    inventory = ports.inventory
    edits = sorted(inventory.edits(), key=lambda edit: edit.at)[:_AT_ONCE]
    if not edits:
        return 0
    recorded = recorded_of([edit.ids for edit in edits], ports=ports)
    last = {key_of(_resolved(edit.ids, recorded)): edit for edit in edits}
    looked = look_at(
        [dict(key) for key in last], recorded=recorded, findings=inventory.findings(), ports=ports, now=now
    )
    inventory.put(
        _finding(each, existing=looked.existing, edit=last[key_of(each.ids)], now=now) for each in looked.still
    )
    inventory.close(looked.over)
    inventory.looked_at_edits(edit for edit in edits if now - edit.at >= SETTLES)
    return len(edits)


def _finding(
    difference: Deviation, *, existing: Mapping[str, DriftFinding], edit: ForeignEdit, now: datetime
) -> DriftFinding:
    before = existing.get(difference.id)
    if before is None:
        return DriftFinding(difference=difference, first_seen_at=now, seen_at=now, edit=edit)
    # One of the baseline that somebody has made once more is theirs now.
    return replace(before, difference=difference, seen_at=now, edit=edit, is_baseline=False)


def _resolved(ids: Ids, recorded: Recorded) -> Ids:
    """Return the group and the user of a membership that is named by its own id, where that is recorded."""
    name = ids.get("membership_id")
    for state in recorded.of_kind(SubjectKind.PERSON) if name else ():
        user = recorded.itself(state.head.subject)
        for resource, applied in state.applied.items():
            if resource.kind is ResourceKind.MEMBERSHIP and applied.references.get("membership_id") == name and user:
                group = recorded.itself(Subject(SubjectKind.GROUP, resource.name))
                if group:
                    return {"group_id": group.references["group_id"], "user_id": user.references["user_id"]}
    return ids
