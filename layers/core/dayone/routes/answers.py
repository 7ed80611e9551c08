"""What the API answers, made from what is remembered."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import UTC, date, datetime

from dayone.contracts import api
from dayone.contracts.kept_policy import files_in
from dayone.domain.accounts import Account
from dayone.domain.desired import Reason
from dayone.domain.guardrails import HeldRemoval, Verdict, released
from dayone.domain.operations import Applied, Operation
from dayone.domain.people import Person
from dayone.domain.policy import PolicyVersion
from dayone.domain.subject_states import Head, SubjectState
from dayone.domain.subjects import Resource, ResourceKind
from dayone.ports.records import AssignmentOf, Member
from dayone.usecases.read_access import GroupInAccount, GroupOfPerson


def person_answer(state: SubjectState) -> api.PersonAnswer:
    """A person as HR tells it and as Identity Center has it."""
    user = state.applied.get(Resource(ResourceKind.USER))
    return {
        "id": state.head.subject.name,
        "fact": _fact(state.head.fact),
        "head": head_answer(state.head),
        "user": confirmed_answer(user) if user else None,
    }


def account_answer(state: SubjectState) -> api.AccountAnswer:
    """An account as Organizations tells it."""
    return {"id": state.head.subject.name, "fact": _fact(state.head.fact), "head": head_answer(state.head)}


def person_access_answer(person: str, groups: Iterable[GroupOfPerson]) -> api.PersonAccessAnswer:
    """What a person can reach."""
    return {
        "person": person,
        "groups": [
            {
                "group": one.group,
                "membership": confirmed_answer(one.membership),
                "assignments": [_assignment(each) for each in one.assignments.entries],
                "cursor": one.assignments.cursor,
            }
            for one in groups
        ],
    }


def account_access_answer(account: str, groups: Iterable[GroupInAccount]) -> api.AccountAccessAnswer:
    """Who can reach an account."""
    return {
        "account": account,
        "groups": [
            {
                "group": one.group,
                "assignments": [_assignment(each) for each in one.assignments],
                "members": [member_answer(each) for each in one.members.entries],
                "cursor": one.members.cursor,
            }
            for one in groups
        ],
    }


def member_answer(one: Member) -> api.MemberAnswer:
    """A person in a group."""
    return {"person": one.person, "confirmed": confirmed_answer(one.membership)}


def policy_answer(kept: PolicyVersion) -> api.PolicyAnswer:
    """A policy as it was uploaded."""
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
    """A policy that was taken."""
    return {"version": kept.version, "change": kept.change, "href": f"/v1/changes/{kept.change}"}


def head_answer(head: Head) -> api.HeadAnswer:
    """How far a subject has been planned."""
    return {
        "generation": head.generation,
        "policy_version": head.policy_version,
        "outstanding": head.outstanding + len(released(head.held)),
        "held": [_held(one) for one in head.held if one.verdict is not Verdict.WITHDRAWN],
        "due_at": time_answer(head.due_at) if head.due_at else None,
        "told_at": time_answer(head.version.at) if head.version else None,
    }


def _held(one: HeldRemoval) -> api.HeldAnswer:
    return {
        "resource": str(one.resource),
        "held_as": one.held_as,
        "sensitive": one.sensitive,
        "change": one.change,
        "verdict": str(one.verdict),
        "expires_at": time_answer(one.expires_at) if one.expires_at else None,
    }


def confirmed_answer(one: Applied) -> api.ConfirmedAnswer:
    """A resource as AWS last confirmed it."""
    return {
        "resource": str(one.resource),
        "attributes": dict(one.attributes),
        "references": dict(one.references),
        "reasons": reasons_answer(one.reasons),
        "in_doubt": str(one.doubt) if one.doubt else None,
        "adopted": one.adopted,
        "operation": one.operation,
        "change": one.change,
        "request_id": one.request_id,
        "at": time_answer(one.at) if one.at else None,
    }


def _assignment(one: AssignmentOf) -> api.AssignmentAnswer:
    return {"account": one.account, "permission_set": one.permission_set, "confirmed": confirmed_answer(one.assignment)}


def operation_answer(one: Operation) -> api.OperationAnswer:
    """One operation."""
    return {
        "id": one.id,
        "kind": one.kind,
        "subject": str(one.subject),
        "resource": str(one.resource),
        "state": str(one.state),
        "outcome": str(one.outcome) if one.outcome else None,
        "failed_before": one.failed_before,
        "attempts": one.attempts,
        "request_id": one.request_id,
        "failure_reason": one.failure_reason,
        "waiting_for": one.waiting_for,
        "refusal": str(one.refusal),
        "refused_since": time_answer(one.refused_since) if one.refused_since else None,
        "reasons": reasons_answer(one.reasons),
        "created_at": time_answer(one.created_at),
        "not_before": time_answer(one.not_before) if one.not_before else None,
        "finished_at": time_answer(one.finished_at) if one.finished_at else None,
    }


def reasons_answer(reasons: Iterable[Reason]) -> list[api.ReasonAnswer]:
    """Rules, and what makes them apply."""
    return [{"rule": one.rule, "because": one.because} for one in reasons]


def _fact(fact: Person | Account | None) -> dict[str, object] | None:
    return {field.name: _plain(getattr(fact, field.name)) for field in fields(fact)} if fact else None


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    return list(value) if isinstance(value, tuple) else value


def time_answer(at: datetime) -> str:
    """A moment as ISO 8601 in UTC."""
    return at.astimezone(UTC).isoformat()
