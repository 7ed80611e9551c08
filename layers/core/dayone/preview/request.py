"""A question "what if" as it is sent to the API: another policy, or a person or an account that is otherwise."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from enum import Enum
from itertools import takewhile
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from dayone.errors import Invalid, Malformed
from dayone.hr.connectors.person_record import PersonRecord, RecordedPerson
from dayone.messages.problems import findings_of
from dayone.model.accounts import Account, AccountState
from dayone.model.people import Person
from dayone.policy.ou_paths import names_in

_FILE = "policy.yaml"
_EXAMPLE = (
    '{"policy": "version: 1 ..."}, {"person": {"id": "e-1001", "department": "Sales"}} or {"account": {"id": ...}}'
)

type Changes = Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class WhatIf:
    """Exactly one of the three: a policy's texts by file name, or changed attributes of a person or an account.

    A person or an account has an `id`, and attributes that are not named stay as recorded.
    """

    files: Mapping[str, str] | None = None
    person: Changes | None = None
    account: Changes | None = None


class AccountRecord(BaseModel):
    """One account as Organizations would describe it."""

    model_config = ConfigDict(extra="forbid")

    id: Annotated[str, Field(pattern=r"^[0-9]{12}$")]
    name: Annotated[str, Field(min_length=1, max_length=50)]
    email: Annotated[str, Field(max_length=254)] = ""
    state: AccountState = AccountState.ACTIVE
    ou_path: Annotated[str, Field(pattern=r"^(/|(/(\\/|[^/])+)+)$")]
    ou_ids: tuple[str, ...] = ()
    tags: dict[str, str] = Field(default_factory=dict)
    is_management: bool = False
    created_at: AwareDatetime | None = None


class _Question(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    policy: str | None = None
    files: Annotated[dict[str, str], Field(min_length=1)] | None = None
    person: dict[str, object] | None = None
    account: dict[str, object] | None = None


def read_what_if(text: str) -> WhatIf:
    """Read the body; raises Malformed for what is not JSON, Invalid for what is not exactly one question."""
    try:
        body = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Malformed(f"the body is not JSON: send {_EXAMPLE}") from error
    try:
        question = _Question.model_validate(body)
    except ValidationError as error:
        raise Invalid(f"the body is not a valid preview: send {_EXAMPLE}", findings=findings_of(error)) from error
    if len(question.model_dump(exclude_none=True)) != 1:
        raise Invalid(f"the body must contain exactly one preview: send {_EXAMPLE}")
    files = {_FILE: question.policy} if question.policy is not None else question.files
    return WhatIf(files=files, person=_named(question.person), account=_named(question.account))


def changed_person(existing: Person | None, changes: Changes) -> Person:
    """Return the person with the changes, validated like HR's; raise Invalid with a new person's missing values."""
    record = RecordedPerson if existing else PersonRecord
    try:
        return record.model_validate({**_attributes_of(existing), **changes}).person()
    except ValidationError as error:
        raise _mistaken("person", error, existing=existing) from error


def changed_account(existing: Account | None, changes: Changes) -> Account:
    """Return the account with the changes; raise Invalid.

    The OU ids are kept for the unchanged part of the path: the others are unknown.
    """
    recorded = _attributes_of(existing)
    if existing and "ou_path" in changes and "ou_ids" not in changes:
        recorded["ou_ids"] = existing.ou_ids[: _levels_in_both(existing.ou_path, str(changes["ou_path"]))]
    try:
        record = AccountRecord.model_validate({**recorded, **changes})
    except ValidationError as error:
        raise _mistaken("account", error, existing=existing) from error
    return Account(**record.model_dump())


def _named(changes: dict[str, object] | None) -> Changes | None:
    if changes is not None and not (isinstance(changes.get("id"), str) and changes["id"]):
        raise Invalid("`id` is missing or is not text")
    return changes


def _attributes_of(existing: Person | Account | None) -> dict[str, object]:
    if existing is None:
        return {}
    return {field.name: _plain(getattr(existing, field.name)) for field in fields(existing)}


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date) else value


def _levels_in_both(name: str, other: str) -> int:
    levels = zip(names_in(name) or (), names_in(other) or (), strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], levels))


def _mistaken(whose: str, error: ValidationError, *, existing: Person | Account | None) -> Invalid:
    unknown = "" if existing else f"; no such {whose} is known yet, so say everything that there is to say"
    findings = tuple(f"{whose}.{finding}" for finding in findings_of(error))
    return Invalid(f"the {whose} cannot be so{unknown}", findings=findings)
