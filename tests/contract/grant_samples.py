"""Grants for the contract tests of the state, put on record with a plan as they always are."""

from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

from dayone.model.grants import End, Ending, Extension, Grant, GrantState
from dayone.model.subjects import Resource, Subject, SubjectKind
from tests.contract.state_ports import StatePorts
from tests.contract.state_samples import NOW, assigned, in_group, plan

_changes = count(1)


def granted(name: str, *, to: Subject, what: Resource | None = None, **said: Any) -> Grant:  # noqa: ANN401
    """A membership, or of an account an assignment to a group, that is active."""
    usual = in_group("admins") if to.kind is SubjectKind.PERSON else assigned("Admin", to="admins")
    told: dict[str, Any] = {
        "begins": NOW,
        "until": NOW + timedelta(hours=1),
        "granted_by": "arn:admin",
        "granted_at": NOW,
        "noted": GrantState.ACTIVE,
    }
    return Grant(**{**told, "id": name, "subject": to, "resource": what or usual, "reason": "on call", **said})


def full(name: str, *, to: Subject) -> Grant:
    """One with something in every member."""
    return granted(
        name,
        to=to,
        ticket="OPS-7",
        includes_management=True,
        extensions=(Extension(at=NOW, until=NOW + timedelta(hours=2), by="arn:b", change="01X"),),
        end=End(at=NOW + timedelta(hours=1), how=Ending.ENDED_EARLY, by="arn:c", change="01E", because="enough"),
        noted=GrantState.ENDED,
    )


def on_record(ports: StatePorts, *grants: Grant) -> None:
    """Commit them with plans of their subjects, one after the other."""
    for grant in grants:
        before = ports.subjects.load(grant.subject).head
        made = plan(before, change=f"01GRANTS{next(_changes):018}", grants=(*before.grants, grant))
        ports.subjects.commit(replace(made, grants=(grant,)))
