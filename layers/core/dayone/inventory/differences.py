"""Differences of one resource: what AWS has of it, against what is recorded."""

import json
from collections.abc import Iterator, Mapping

from dayone.model.dependencies import PARTS_OF_A_SET
from dayone.model.inventory import AttributeChange, Deviation, DriftKind, has_no_doubt
from dayone.model.operations import Applied
from dayone.model.subject_state import SubjectState
from dayone.model.subjects import ITSELF, Resource, ResourceKind, ResourceOf, Subject, SubjectKind
from dayone.planning.desired_people import EXTERNAL

type Attributes = Mapping[str, str]

MARK = Resource(ResourceKind.PROVISIONING)
# What AWS has where nothing was recorded. Source: IAM Identity Center API Reference, CreatePermissionSet.
_DEFAULTS = {"session_duration": "PT1H"}
_ADDED_BY_OTHERS = ("description", "relay_state", "session_duration")


def missing(subject: Subject, resource: Resource, ids: Attributes) -> Deviation:
    """Return that something recorded is not there."""
    return _about(DriftKind.MISSING, subject, resource, ids)


def changed(subject: Subject, resource: Resource, ids: Attributes, changes: tuple[AttributeChange, ...]) -> Deviation:
    """Return that something has other attributes than recorded."""
    return _about(DriftKind.CHANGED, subject, resource, ids, changes=changes)


def unmanaged(subject: Subject, resource: Resource, ids: Attributes) -> Deviation:
    """Return that something is there which is not recorded, or by other ids."""
    return _about(DriftKind.UNMANAGED, subject, resource, ids)


def _about(
    kind: DriftKind,
    subject: Subject,
    resource: Resource,
    ids: Attributes,
    *,
    changes: tuple[AttributeChange, ...] = (),
    accounts: tuple[str, ...] = (),
) -> Deviation:
    return Deviation(
        kind=kind,
        subject=str(subject),
        resource=str(resource),
        ids=ids,
        target=ResourceOf(subject, resource),
        changes=changes,
        accounts=accounts,
    )


def of_parts(state: SubjectState, actual: Mapping[Resource, Attributes], *, ids: Attributes) -> Iterator[Deviation]:
    """Yield what differs in an existing permission set: itself, its policies, and where it is provisioned."""
    subject, whole = state.head.subject, ITSELF[SubjectKind.PERMISSION_SET]
    for resource, applied in state.applied.items():
        if not has_no_doubt(applied) or not (resource == whole or resource.kind in PARTS_OF_A_SET):
            continue
        if resource not in actual:
            yield missing(subject, resource, ids)
        elif changes := changes_between(applied, actual[resource]):
            yield changed(subject, resource, ids, changes)
    for resource in actual:
        if resource not in state.applied and resource != MARK:
            yield unmanaged(subject, resource, ids)
    if outdated := outdated_in(actual):
        yield _about(DriftKind.UNPROVISIONED, subject, MARK, ids, accounts=outdated)


def outdated_in(actual: Mapping[Resource, Attributes]) -> tuple[str, ...]:
    """Return the accounts that have a permission set in an earlier form."""
    return tuple(json.loads(actual[MARK]["outdated"])) if MARK in actual else ()


def changes_between(applied: Applied, actual: Attributes) -> tuple[AttributeChange, ...]:
    """Return the attributes that are not as recorded.

    Tags and attributes of users that were never recorded are others' own and do not count.
    """
    recorded = {name: text for name, text in applied.attributes.items() if name != EXTERNAL}
    is_set = applied.resource.kind is ResourceKind.PERMISSION_SET
    names = [*recorded, *(name for name in _ADDED_BY_OTHERS if is_set and name not in recorded)]
    found = (
        AttributeChange(attribute=name, recorded=recorded.get(name, ""), actual=actual.get(name, ""))
        for name in names
        if not _is_same(recorded.get(name) or (_DEFAULTS.get(name, "") if is_set else ""), actual.get(name, ""))
    )
    return tuple(found)


def _is_same(recorded: str, actual: str) -> bool:
    if recorded.strip() == actual.strip():
        return True
    try:
        # AWS keeps a policy as it was written, with blanks of its own.
        return recorded.startswith("{") and json.loads(recorded) == json.loads(actual)
    except ValueError:
        return False
