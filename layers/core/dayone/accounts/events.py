"""Read which account or organizational unit an event is about, and ask for it to be read again."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from dayone.errors import Invalid, Malformed
from dayone.model.changes import Cause, CauseKind, ulid_of
from dayone.model.commands import Command, RefreshAccount, RefreshOrganizationalUnit
from dayone.model.subjects import Subject, SubjectKind, moment_in
from dayone.ports.store import DeadLetters, Inbox

type Detail = Mapping[str, Any]
_ACCOUNT_ID = re.compile(r"[0-9]{12}")
_ACCOUNT_ARN = re.compile(r"arn:[a-z-]+:organizations::[0-9]{12}:account/o-[a-z0-9]+/([0-9]{12})")
_UNIT_ID = re.compile(r"ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}")
# Source: Organizations API Reference, parameter ResourceId of TagResource: what else it may be than an account.
_OTHER_RESOURCE = re.compile(r"(ou|r|p|rp|rt)-.+")
_LIKELY = ("serviceEventDetails", "requestParameters", "responseElements")
# These name who called and where the event was written down, which is the management account as a rule.
_ABOUT_THE_CALL = frozenset({"userIdentity", "recipientAccountId", *_LIKELY})
_KEYS = frozenset({"accountid", "resourceid"})
_UNUSUAL_KEYS = frozenset(
    {"account", "awsaccountid", "memberaccountid", "newaccountid", "linkedaccountid", "targetaccountid"}
)
# The member account makes these calls itself, and need not name itself in them.
_CALLED_BY_THE_ACCOUNT = frozenset({"AcceptHandshake", "LeaveOrganization", "PutAccountName"})


class _Entry(NamedTuple):
    """A key without case, hyphens and underscores, what it holds, and the key that it stands under."""

    key: str
    found: object
    parent: str


def account_in(detail: Detail, *, name: str, resources: object) -> str:
    """Return the account that an event of this name is about, 12 digits, or empty; `resources` are the envelope's."""
    likely = [entry for place in _LIKELY for entry in _entries(detail.get(place))]
    rest = [entry for key, found in detail.items() if key not in _ABOUT_THE_CALL for entry in _entries({key: found})]
    caller = detail.get("userIdentity") if name in _CALLED_BY_THE_ACCOUNT else None
    ways = (
        _under(_KEYS, likely),
        _under(_UNUSUAL_KEYS, likely),
        _inside("account", likely),
        _parties(likely),
        _in_arns(likely),
        _in_arns(_entries(resources)),
        _under(_KEYS | _UNUSUAL_KEYS, rest),
        _inside("account", rest),
        _in_arns(rest),
        _under(_KEYS, _entries(caller)),
    )
    return next((found for way in ways for found in way), "")


def unit_in(detail: Detail) -> str:
    """Return the organizational unit that an event about units is about, or empty."""
    entries = [entry for place in _LIKELY for entry in _entries(detail.get(place))]
    ids = [str(entry.found) for entry in entries if entry.key in ("organizationalunitid", "id")]
    ids += [str(entry.found).rpartition("/")[2] for entry in entries if entry.key == "arn"]
    return next((name for name in ids if _UNIT_ID.fullmatch(name)), "")


def names_another_resource(detail: Detail) -> bool:
    """Return whether it names a root, a unit or a policy explicitly."""
    named = (entry.found for entry in _entries(detail.get("requestParameters")) if entry.key == "resourceid")
    return any(_OTHER_RESOURCE.fullmatch(str(value)) for value in named)


def has_failed(detail: Detail) -> bool:
    """Return whether the event reports a failure."""
    entries = _entries(detail.get("serviceEventDetails"))
    return any(entry.key == "state" and str(entry.found).upper() == "FAILED" for entry in entries)


def _under(keys: frozenset[str], entries: "list[_Entry] | Iterator[_Entry]") -> Iterator[str]:
    return (found for entry in entries if entry.key in keys and (found := _as_account(entry.found)))


def _inside(parent: str, entries: list[_Entry]) -> Iterator[str]:
    return (
        found
        for entry in entries
        if (entry.parent, entry.key) == (parent, "id") and (found := _as_account(entry.found))
    )


def _parties(entries: list[_Entry]) -> Iterator[str]:
    """Yield the accounts among the parties of a handshake; the other party is the organisation."""
    for pair in entries:
        if pair.key == "parties" and isinstance(pair.found, list):
            for party in pair.found:
                values = {entry.key: entry.found for entry in _entries(party)}
                if str(values.get("type", "")).upper() == "ACCOUNT" and (found := _as_account(values.get("id"))):
                    yield found


def _in_arns(entries: "list[_Entry] | Iterator[_Entry]") -> Iterator[str]:
    return (found.group(1) for entry in entries if (found := _ACCOUNT_ARN.fullmatch(str(entry.found))))


def _as_account(found: object) -> str:
    """Twelve digits, also of a number that has lost its zeros, or of text with hyphens or blanks; empty for others."""
    if isinstance(found, bool) or not isinstance(found, int | str):
        return ""
    digits = f"{found:012d}" if isinstance(found, int) else re.sub(r"[\s-]", "", found)
    return digits if _ACCOUNT_ID.fullmatch(digits) else ""


def _entries(node: object, parent: str = "") -> Iterator[_Entry]:
    """Every key with what it holds, and every member of a list under the key of that list."""
    if isinstance(node, Mapping):
        for key, found in node.items():
            plain = re.sub(r"[_-]", "", str(key)).casefold()
            yield _Entry(plain, found, parent)
            yield from _entries(found, plain)
    elif isinstance(node, list):
        for found in node:
            if not isinstance(found, Mapping | list):
                yield _Entry(parent, found, parent)
            yield from _entries(found, parent)


_TAG_CHANGE = "Tag Change on Resource"
# The times in the details of Organizations' own events; newer Java writes a comma after the year and a narrow space.
_JAVA_TIME = "%b %d %Y %I:%M:%S %p"


@dataclass(frozen=True, kw_only=True)
class AccountEvent:
    """The account to refresh, or the organizational unit whose accounts are all to be refreshed.

    One of the two ids is set, unless `ignored` is the reason why there is nothing to refresh. `caller` is the ARN of
    the caller of the API call in the event, if it has one.
    """

    id: str
    source: str
    name: str
    at: datetime
    account_id: str = ""
    unit_id: str = ""
    ignored: str = ""
    caller: str = ""


def read(text: str) -> AccountEvent:
    """Parse one EventBridge event. Raises Malformed for anything else, Invalid without an account or a unit."""
    try:
        event = _event(json.loads(text))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Malformed("not an EventBridge event") from error
    if not event.account_id and not event.unit_id and not event.ignored:
        raise Invalid(f"{event.name} {event.id} names no account")
    return event


def _event(envelope: Mapping[str, Any]) -> AccountEvent:
    detail = envelope["detail"]
    name = str(detail.get("eventName", envelope["detail-type"]))
    # What nothing can write is no id.
    "".join((str(envelope["id"]), str(envelope["source"]))).encode()
    is_about_units = "organizationalunit" in name.casefold()
    identity = detail.get("userIdentity")
    arn = identity.get("arn") if isinstance(identity, Mapping) else None
    caller = arn if isinstance(arn, str) and arn.startswith("arn:") else ""
    return AccountEvent(
        id=str(envelope["id"]),
        source=str(envelope["source"]),
        name=name,
        at=_first_moment(envelope.get("time"), detail.get("eventTime")),
        account_id="" if is_about_units else account_in(detail, name=name, resources=envelope.get("resources")),
        unit_id=unit_in(detail) if is_about_units else "",
        ignored=_why_ignored(detail, kind=str(envelope.get("detail-type", ""))),
        caller=caller,
    )


def _why_ignored(detail: Mapping[str, Any], *, kind: str) -> str:
    if detail.get("errorCode"):
        return f"the call failed: {detail['errorCode']}"
    if has_failed(detail):
        return "the call it reports has failed"
    tagged = (detail.get("service"), detail.get("resource-type"))
    if names_another_resource(detail) or (kind == _TAG_CHANGE and tagged != ("organizations", "account")):
        return "it is not about an account"
    return ""


def _first_moment(*texts: object) -> datetime:
    """Return the first time that can be parsed; raise ValueError when none can."""
    for text in map(str, texts):
        at = moment_in(text)
        if at is not None and at.tzinfo is not None:
            return at
        with suppress(ValueError):
            # AWS writes these in UTC. `split` takes any kind of space, the narrow one included.
            return datetime.strptime(" ".join(text.replace(",", " ").split()), _JAVA_TIME).replace(tzinfo=UTC)
    raise ValueError("no time that can be read")


@dataclass(frozen=True, kw_only=True)
class RecordAccountEvent:
    """Ports for recording account events."""

    inbox: Inbox
    dead_letters: DeadLetters


@dataclass(frozen=True, kw_only=True)
class IngestedEvent:
    """Result of an event: the account to be refreshed, or the reason why none is.

    With `unit` every account below that organizational unit is refreshed. With `is_dead_letter` the event could not be
    interpreted, and is among the dead letters.
    """

    name: str
    account: str = ""
    unit: str = ""
    why_not: str = ""
    is_dead_letter: bool = False


def record_account_event(text: str, *, ports: RecordAccountEvent) -> IngestedEvent:
    """Put the subject of one EventBridge event on the inbox.

    An event that reports no change is ignored; one that cannot be interpreted goes to the dead letters at once, because
    no retry would help.
    """
    try:
        event = read(text)
    except Invalid as error:
        ports.dead_letters.put(text, reason=str(error))
        return IngestedEvent(name="", why_not=str(error), is_dead_letter=True)
    if event.ignored:
        return IngestedEvent(name=event.name, why_not=event.ignored)
    ports.inbox.put([command_of(event)])
    return IngestedEvent(name=event.name, account=event.account_id, unit=event.unit_id)


def command_of(event: AccountEvent) -> Command:
    """Return the command for an event; the same event leads to the same change."""
    change = ulid_of(event.at, name=f"{event.source}:{event.id}")
    cause = Cause(
        change=change,
        kind=CauseKind.ACCOUNT_EVENT,
        actor=event.source,
        reference=event.id,
        at=event.at,
        # Whoever has moved or tagged it, or renamed the unit, does not approve what that gives.
        authors=(event.caller,) if event.caller else (),
    )
    if event.unit_id:
        unit = Subject(SubjectKind.ORGANIZATIONAL_UNIT, event.unit_id)
        return RefreshOrganizationalUnit(subject=unit, cause=cause)
    return RefreshAccount(subject=Subject(SubjectKind.ACCOUNT, event.account_id), cause=cause)
