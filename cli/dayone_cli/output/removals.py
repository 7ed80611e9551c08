"""Show what a decision is about: whose access, what and why, before somebody confirms it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from dayone_cli.api_client import ApiClient, path
from dayone_cli.failures import Failure, Refused
from dayone_cli.output.words import because, moment, plural

type Json = Mapping[str, Any]

MOST_ROWS = 20
_MOST_OPERATIONS = 2_000  # of a change are read to find its held ones; a policy can make a hundred thousand
_MOST_ASSIGNMENTS = 100  # of each group, in one answer of the API
_HELD = "held"
_EFFECTS = {
    "approve": "Approving it carries out {number}:",
    "reject": "Rejecting it drops {number}, so that nothing of this is given or taken away:",
}
_PERSON = "person:"
_WHERE = {"person": "people", "account": "accounts"}
_MOST_NAMES = 40
_MOST_LOOKED_AT = 100  # operations of a change, to say whose access it holds
_MOST_OF_ONE = 3


@dataclass(frozen=True, kw_only=True)
class ShownHeld:
    """Held operations of a change, in lines for the person who decides, and their version, named by a decision."""

    lines: Sequence[str]
    version: int | None


def shown_held(api: ApiClient, change: str, part: Mapping[str, Sequence[str]], *, to: str) -> ShownHeld:
    """Return the held operations of a change, or of a part: the first 20 with names and reasons, and the rest's number.

    `part` has the `subjects`, and the `resources`, that it is about; without any it is about all. The decision is `to`
    approve or reject.
    """
    parts = api.pages(path("v1", "changes", change), {}, most=_MOST_OPERATIONS)
    first = next(parts)
    seen, held = first["change"], list(_held_in(first, part))
    while len(held) < min(MOST_ROWS, seen["held"]) and (following := next(parts, None)):
        held += _held_in(following, part)
    version = seen.get("held_version")
    if not seen["held"]:
        return ShownHeld(lines=[f"Change {change} is {seen['state']} and holds nothing."], version=version)
    cause, names = seen["cause"], Names(api)
    caused_by = f"{cause['kind']} {cause['reference']} of {cause['actor']}, {moment(cause['at'])}"
    number = plural(seen["held"], "held operation")
    of_part = f"of {', '.join(chain(*part.values()))}"
    chosen = (
        f"It has {number}. You decide on these {of_part}:" if held else f"It has {number}; none {of_part} was found."
    )
    lines = [
        f"Change {change} was caused by {caused_by}.",
        *first["held_explanation"],
        chosen if part else _EFFECTS[to].format(number=number),
        *(_held_operation(operation, names) for operation in held[:MOST_ROWS]),
        *_and_more((len(held) if part else seen["held"]) - len(held[:MOST_ROWS])),
    ]
    return ShownHeld(lines=lines, version=version)


def with_ids(api: ApiClient, subjects: Sequence[str]) -> list[str]:
    """Return subjects with the ids of people and accounts that are named in another way; unknown ones as they are."""
    return [_with_id(api, subject) for subject in subjects]


def _with_id(api: ApiClient, subject: str) -> str:
    kind, _, name = subject.partition(":")
    if (where := _WHERE.get(kind)) is None or not name:
        return subject
    try:
        return f"{kind}:{api.read(path('v1', where, name))['id']}"
    except Refused:
        return subject


def access_lines(api: ApiClient, person: str) -> Sequence[str]:
    """Return the groups and assignments of a person, however named, as confirmed by AWS, with their rules."""
    found = api.read(path("v1", "people", person))
    person, name = str(found["id"]), display_name(found)
    groups = api.read(path("v1", "people", person, "access"), {"limit": _MOST_ASSIGNMENTS})["groups"]
    who = f"{person} ({name})" if name else person
    rows = [row for group in groups for row in _rows_of(group, person=person)]
    if not rows:
        return [f"{who} has no access that Day One has recorded; access that is being created is revoked as well."]
    unread = any(group["cursor"] for group in groups)
    return [
        f"{who} loses:",
        *rows[:MOST_ROWS],
        *_and_more(len(rows) - MOST_ROWS),
        *([f"  … and more than one answer of the API holds: see `{report_of(person)}`"] if unread else []),
    ]


def report_of(person: str) -> str:
    """Return the command that lists all access of a person."""
    return f"dayone access report --person {person}"


class Names:
    """Names of people and accounts, each read once and at most 40; none where the caller may not read it."""

    def __init__(self, api: ApiClient) -> None:
        self._api = api
        self._names: dict[str, str] = {}

    def beside(self, subject: str) -> str:
        """Return a subject with its name, such as `person:e-1 (Ada Byron)`, or a resource with that of its person."""
        _, is_of_person, person = subject.partition(_PERSON)
        name = self._of(f"{_PERSON}{person}") if is_of_person else self._of(subject)
        return f"{subject} ({name})" if name else subject

    def _of(self, subject: str) -> str:
        kind, _, id_ = subject.partition(":")
        read = _NAMED.get(f"{kind}:")
        if read is None:
            return ""
        if subject not in self._names and len(self._names) < _MOST_NAMES:
            try:
                self._names[subject] = read(self._api, id_)
            except Failure:
                # A missing name does not stop the command.
                self._names[subject] = ""
        return self._names.get(subject, "")


def whose_access(api: ApiClient, change: str, names: Names) -> str:
    """Return whose access a change holds, such as `person:e-1 (Ada Byron) and 3 more`; empty if it cannot be read."""
    try:
        answer = api.read(path("v1", "changes", change), {"limit": _MOST_LOOKED_AT})
    except Failure:
        return ""
    found = list(dict.fromkeys(operation["subject"] for operation in _held_in(answer, {})))
    rest = len(found) - _MOST_OF_ONE
    more = f" and {rest} more" if rest > 0 else ""
    return ", ".join(map(names.beside, found[:_MOST_OF_ONE])) + more


def display_name(answer: Json) -> str:
    """Return the name in a response of GET /v1/people/{person}, empty when HR has sent none."""
    return str((answer.get("fact") or {}).get("display_name") or "")


def _held_in(answer: Json, part: Mapping[str, Sequence[str]]) -> Iterator[Json]:
    subjects, resources = part.get("subjects"), part.get("resources")
    for pair in answer["operations"]:
        is_meant = (not subjects or pair["subject"] in subjects) and (not resources or pair["resource"] in resources)
        if pair["state"] == _HELD and is_meant:
            yield pair


def _name_of_account(api: ApiClient, account: str) -> str:
    return str((api.read(path("v1", "accounts", account)).get("fact") or {}).get("name") or "")


_NAMED: Mapping[str, Callable[[ApiClient, str], str]] = {
    _PERSON: lambda api, person: display_name(api.read(path("v1", "people", person))),
    "account:": _name_of_account,
}


def _held_operation(operation: Json, names: Names) -> str:
    who, resource = names.beside(operation["subject"]), names.beside(operation["resource"])
    return _line(f"{operation['kind']} {who} {resource}", operation["reasons"])


def _rows_of(group: Json, *, person: str) -> Iterator[str]:
    is_direct = group["group"] == f"{_PERSON}{person}"
    if not is_direct:
        yield _line(f"membership in {group['group']}", group["membership"]["reasons"])
    for assignment in group["assignments"]:
        through = "assigned directly" if is_direct else f"through {group['group']}"
        what = f"{assignment['permission_set']} in {assignment['account']}, {through}"
        yield _line(what, assignment["confirmed"]["reasons"])


def _line(what: str, reasons: Sequence[Json]) -> str:
    return f"  - {what}" + (f": {because(reasons)}" if reasons else "")


def _and_more(number: int) -> list[str]:
    return [f"  … and {number} more"] if number > 0 else []
