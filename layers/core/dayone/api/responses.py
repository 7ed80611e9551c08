"""Answers of the API made from what is recorded, and the 202 for what takes a while."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from aws_lambda_powertools.event_handler import Response, content_types

from dayone.access.queries import GroupInAccount, GroupOfPerson
from dayone.api.schemas import base as api
from dayone.lookups import names_of
from dayone.model.accounts import Account
from dayone.model.guardrails import HeldPart, Verdict, released
from dayone.model.operations import Applied, Operation
from dayone.model.people import Person
from dayone.model.policy.context import PolicyVersion
from dayone.model.policy.origins import files_in
from dayone.model.subject_state import Head, SubjectState
from dayone.model.subjects import Reason, Resource, ResourceKind, Subject
from dayone.ports.records import AssignmentOf, Member, SubjectIndex

if TYPE_CHECKING:
    from dayone.api.schemas.people import AcceptedAnswer


def person_answer(state: SubjectState) -> api.PersonAnswer:
    """Return a person with the facts from HR and the state in Identity Center."""
    user = state.applied.get(Resource(ResourceKind.USER))
    return {
        "id": state.head.subject.name,
        "fact": _fact(state.head.fact),
        "head": head_answer(state.head),
        "user": confirmed_answer(user) if user else None,
    }


def account_answer(state: SubjectState) -> api.AccountAnswer:
    """Return an account with the facts from Organizations."""
    return {"id": state.head.subject.name, "fact": _fact(state.head.fact), "head": head_answer(state.head)}


def person_access_answer(person: str, groups: Iterable[GroupOfPerson]) -> api.PersonAccessAnswer:
    """Return the access of a person."""
    return {
        "person": person,
        "groups": [
            {
                "group": group_of_person.group,
                "membership": confirmed_answer(group_of_person.membership),
                "assignments": [_assignment(each) for each in group_of_person.assignments.entries],
                "cursor": group_of_person.assignments.cursor,
            }
            for group_of_person in groups
        ],
    }


def account_access_answer(account: str, groups: Iterable[GroupInAccount]) -> api.AccountAccessAnswer:
    """Return the principals with access to an account."""
    return {
        "account": account,
        "groups": [
            {
                "group": group_in_account.group,
                "assignments": [_assignment(each) for each in group_in_account.assignments],
                "members": [member_answer(each) for each in group_in_account.members.entries],
                "cursor": group_in_account.members.cursor,
            }
            for group_in_account in groups
        ],
    }


def member_answer(member: Member) -> api.MemberAnswer:
    """Return a person in a group."""
    return {"person": member.person, "confirmed": confirmed_answer(member.membership)}


def policy_answer(kept: PolicyVersion) -> api.PolicyAnswer:
    """Return a policy as it was uploaded."""
    return {
        "version": kept.version,
        "file": kept.file,
        "text": kept.text,
        "files": dict(files_in(kept)),
        "actor": kept.actor,
        "authors": list(kept.authors),
        "at": time_answer(kept.at),
        "change": kept.change,
    }


def submitted_answer(kept: PolicyVersion) -> api.SubmittedAnswer:
    """Return an accepted policy."""
    return {"version": kept.version, "change": kept.change, "href": f"/v1/changes/{kept.change}"}


def head_answer(head: Head) -> api.HeadAnswer:
    """Return the planning state of a subject."""
    return {
        "generation": head.generation,
        "policy_version": head.policy_version,
        "outstanding": head.outstanding + len(released(head.held)),
        "held": [_held(removal) for removal in head.held if removal.verdict is not Verdict.WITHDRAWN],
        "due_at": time_or_none(head.due_at),
        "recorded_at": time_answer(head.version.at) if head.version else None,
    }


def _held(removal: HeldPart) -> api.HeldAnswer:
    return {
        "resource": str(removal.resource),
        "held_as": removal.held_as,
        "sensitive": removal.sensitive,
        "change": removal.change,
        "approval_status": str(removal.verdict),
        "expires_at": time_or_none(removal.expires_at),
    }


def confirmed_answer(applied: Applied) -> api.ConfirmedAnswer:
    """Return a resource as AWS last confirmed it."""
    return {
        "resource": str(applied.resource),
        "attributes": dict(applied.attributes),
        "references": dict(applied.references),
        "reasons": reasons_answer(applied.reasons),
        "unconfirmed": str(applied.doubt) if applied.doubt else None,
        "adopted": applied.adopted,
        "operation": applied.operation,
        "change": applied.change,
        "request_id": applied.request_id,
        "at": time_or_none(applied.at),
    }


def _assignment(assignment: AssignmentOf) -> api.AssignmentAnswer:
    return {
        "account": assignment.account,
        "permission_set": assignment.permission_set,
        "confirmed": confirmed_answer(assignment.assignment),
    }


def operation_answer(operation: Operation) -> api.OperationAnswer:
    """One operation."""
    return {
        "id": operation.id,
        "kind": operation.kind,
        "subject": str(operation.subject),
        "resource": str(operation.resource),
        "state": str(operation.state),
        "outcome": str(operation.outcome) if operation.outcome else None,
        "failed_before": operation.failed_before,
        "attempts": operation.attempts,
        "request_id": operation.request_id,
        "failure_reason": operation.failure_reason,
        "waiting_for": operation.waiting_for,
        "held_by": operation.held_by,
        "refusal": str(operation.refusal),
        "refused_since": time_or_none(operation.refused_since),
        "reasons": reasons_answer(operation.reasons),
        "created_at": time_answer(operation.created_at),
        "not_before": time_or_none(operation.not_before),
        "finished_at": time_or_none(operation.finished_at),
    }


def reasons_answer(reasons: Iterable[Reason]) -> list[api.ReasonAnswer]:
    """Rules, and what makes them apply."""
    return [{"rule": reason.rule, "reason": reason.because} for reason in reasons]


def _fact(fact: Person | Account | None) -> dict[str, object] | None:
    return {field.name: _plain(getattr(fact, field.name)) for field in fields(fact)} if fact else None


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    return list(value) if isinstance(value, tuple) else value


def names_answer(subjects: Iterable[Subject], *, index: SubjectIndex) -> dict[str, str]:
    """Return the names of people and accounts, by subjects such as `person:e-1001`."""
    return {str(subject): name for subject, name in names_of(subjects, index=index).items()}


def time_answer(at: datetime) -> str:
    """Return a time as ISO 8601 in UTC."""
    return at.astimezone(UTC).isoformat()


def time_or_none(at: datetime | None) -> str | None:
    """Return a time in the same form, None for none."""
    return time_answer(at) if at else None


def accepted_response(change: str, *, headers: Mapping[str, str] | None = None) -> Response[str]:
    """202, with the change in the body and in `Location`."""
    answer: AcceptedAnswer = {"change": change, "href": f"/v1/changes/{change}"}
    values = {"Location": answer["href"], **(headers or {})}
    return Response(202, content_types.APPLICATION_JSON, json.dumps(answer), headers=values)
