"""One value of every kind that is stored or sent, with something in each field: `python -m tests.upgrades.forms`.

The text is what a release writes; another one has to read it. Like a world, it uses only what both releases have.
"""

import json
import sys
import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any, Union, get_args, get_origin, get_type_hints

from dayone.messages.codec import encode
from dayone.messages.inbox import to_json
from dayone.model.accounts import Account
from dayone.model.audit import AuditEntry, Seals
from dayone.model.changes import Blame, Change, Share
from dayone.model.commands import COMMANDS
from dayone.model.failures import FailedWork, Stuck
from dayone.model.grants import Grant
from dayone.model.hr_sources import HrVersion
from dayone.model.inventory import DriftFinding, ForeignEdit, Pass, Repair, RepairPause
from dayone.model.operations import Applied, Operation
from dayone.model.people import Person
from dayone.model.policy.context import PolicyVersion
from dayone.model.policy.origins import Origins
from dayone.model.policy.rules import Reservations
from dayone.model.recovery import Recovery, TableIdentity
from dayone.model.subject_state import FactVersion, Portion
from dayone.model.subjects import Resource, ResourceKind, ResourceOf, Subject, SubjectKind
from dayone.ports.idempotency import GivenAnswer
from dayone.ports.organizations import UnitName
from dayone.ports.state_tables import TableOwner
from tests.builders import NOON

STORED: tuple[type, ...] = (
    Account,
    Applied,
    AuditEntry,
    Blame,
    Change,
    DriftFinding,
    FactVersion,
    FailedWork,
    ForeignEdit,
    GivenAnswer,
    Grant,
    HrVersion,
    Operation,
    Origins,
    Pass,
    Person,
    PolicyVersion,
    Portion,
    Recovery,
    Repair,
    RepairPause,
    Reservations,
    Seals,
    Share,
    Stuck,
    TableIdentity,
    TableOwner,
    UnitName,
)
_PERSON = Subject(SubjectKind.PERSON, "e-1")
_MEMBERSHIP = Resource(ResourceKind.MEMBERSHIP, "engineers")
_SAMPLES: Mapping[object, object] = {
    str: "text",
    int: 3,
    float: 3.5,
    bool: True,
    bytes: b"text",
    datetime: NOON,
    date: NOON.date(),
    timedelta: timedelta(hours=1),
    Subject: _PERSON,
    Resource: _MEMBERSHIP,
    ResourceOf: ResourceOf(_PERSON, _MEMBERSHIP),
}


def sample(hint: Any) -> Any:  # noqa: ANN401 - a type hint, and a value of it
    """Return a value of a type, with something in each of its fields."""
    if hint in _SAMPLES:
        return _SAMPLES[hint]
    origin, members = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return sample(members[0])
    if origin in (tuple, frozenset):
        return origin([sample(members[0])])
    if origin is Mapping:
        return {"name": sample(members[1])}
    if isinstance(hint, type) and issubclass(hint, Enum):
        return next(iter(hint))
    assert is_dataclass(hint), hint
    hints = get_type_hints(hint)
    return hint(**{field.name: sample(hints[field.name]) for field in fields(hint)})  # type: ignore[operator]


def written() -> dict[str, Any]:
    """Return what this release writes of each kind that is stored, and of each command, by their names."""
    return {
        "stored": {kind.__name__: encode(sample(kind)) for kind in STORED},
        "messages": {kind.__name__: json.loads(to_json(sample(kind))) for kind in COMMANDS},
    }


if __name__ == "__main__":
    json.dump(written(), sys.stdout, indent=1, sort_keys=True)
    sys.stdout.write("\n")
