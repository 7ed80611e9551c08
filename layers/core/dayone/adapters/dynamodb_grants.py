"""Grants in DynamoDB: a record each, and its id beside every person and account that it is about."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from boto3.dynamodb.conditions import Key

from dayone.adapters import dynamodb_keys as keys
from dayone.adapters import dynamodb_lists as lists
from dayone.adapters.dynamodb_conditions import EXISTS
from dayone.adapters.dynamodb_cursors import Listing
from dayone.adapters.dynamodb_table import DynamoTable
from dayone.adapters.dynamodb_writes import Put, Update, Write
from dayone.contracts.codec import Record, decode, encode
from dayone.domain.grants import Grant, GrantState
from dayone.domain.subject_states import Plan
from dayone.domain.subjects import ResourceKind, ResourceOf, Subject, SubjectKind
from dayone.ports.grants import GrantFilter
from dayone.ports.records import Page

_OPEN = frozenset({GrantState.SCHEDULED, GrantState.ACTIVE})
# Behind the last open one come those that are over.
_OVER = "over."


def grants_in(plan: Plan) -> dict[str, Write]:
    """The writes that put a plan's grants on record; the head that they are written with says what is newer."""
    writes: dict[str, Write] = {}
    for one in plan.grants:
        writes[f"grant {one.id}"] = Put(_record(one))
        for subject in _concerned(one):
            place = {"pk": keys.grants_of(subject), "sk": one.id}
            writes[f"grant {one.id} of {subject}"] = Put(place)
    return writes


def reasons_in(plan: Plan) -> dict[str, Write]:
    """The writes that give resources the reasons they have by now."""
    return {
        f"reasons of {resource}": Update(
            keys.applied_key(ResourceOf(plan.after.subject, resource)),
            put={"reasons": encode(reasons)},
            condition=EXISTS,
        )
        for resource, reasons in plan.reasons.items()
    }


class DynamoGrants:
    """The port Grants; what is listed for nobody in particular may miss what was written a moment ago."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query"})

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def known(self, grant: str) -> Grant | None:
        """One by its id, as it was noted last, or None."""
        record = self._table.get(keys.grant_key(grant))
        return _grant_in(record) if record else None

    def accounts_of(self, person: str) -> Sequence[Subject]:
        """The accounts in which a person alone has a grant that was open when it was noted last."""
        places = self._table.query(Key("pk").eq(keys.grants_of(Subject(SubjectKind.PERSON, person))))
        grants = self._read(str(one["sk"]) for one in places)
        found = {one.subject for one in grants if one.noted in _OPEN and one.resource.kind is ResourceKind.ASSIGNMENT}
        return sorted(found)

    def listed(self, asked: GrantFilter, *, cursor: str, limit: int) -> Page[Grant]:
        """The newest first, without a person or an account those that are open before the others."""
        if not (asked.person or asked.account):
            return self._of_all(asked, cursor=cursor, limit=limit)
        kind = SubjectKind.PERSON if asked.person else SubjectKind.ACCOUNT
        partition = keys.grants_of(Subject(kind, asked.person or asked.account))
        listing = Listing(partition=("pk", partition), sort_key="sk", newest_first=True)
        page = listing.page(self._table, cursor=cursor, limit=limit, read=lambda one: str(one["sk"]))
        return Page([one for one in self._read(page.entries) if _fits(one, asked)], page.cursor)

    def _of_all(self, asked: GrantFilter, *, cursor: str, limit: int) -> Page[Grant]:
        if asked.is_open is not None:
            return _list_of(is_open=asked.is_open).page(self._table, cursor=cursor, limit=limit, read=_grant_in)
        if cursor.startswith(_OVER):
            over, place = [], cursor.removeprefix(_OVER)
        else:
            first = _list_of(is_open=True).page(self._table, cursor=cursor, limit=limit, read=_grant_in)
            if first.cursor or len(first.entries) == limit:
                return Page(first.entries, first.cursor or _OVER)
            over, place, limit = list(first.entries), "", limit - len(first.entries)
        rest = _list_of(is_open=False).page(self._table, cursor=place, limit=limit, read=_grant_in)
        return Page([*over, *rest.entries], f"{_OVER}{rest.cursor}" if rest.cursor else "")

    def _read(self, ids: Iterable[str]) -> list[Grant]:
        records = self._table.get_all(keys.grant_key(one) for one in ids)
        return sorted(map(_grant_in, records), key=lambda one: one.id, reverse=True)


def _list_of(*, is_open: bool) -> Listing:
    name = lists.grants_in_state(is_open=is_open)
    return Listing(partition=("listed_in", name), sort_key="listed_as", index="listing", newest_first=True)


def _fits(grant: Grant, asked: GrantFilter) -> bool:
    is_there = not (asked.person and asked.account) or grant.subject.name == asked.account
    return is_there and asked.is_open in (None, grant.noted in _OPEN)


def _concerned(grant: Grant) -> Iterable[Subject]:
    person = [Subject(SubjectKind.PERSON, grant.person)] if grant.person else []
    return dict.fromkeys([grant.subject, *person])


def _record(grant: Grant) -> Record:
    listed = {"listed_in": lists.grants_in_state(is_open=grant.noted in _OPEN), "listed_as": grant.id}
    return {**keys.grant_key(grant.id)._asdict(), **encode(grant), **listed}


def _grant_in(record: Mapping[str, Any]) -> Grant:
    return decode(Grant, record)
