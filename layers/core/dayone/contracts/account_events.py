"""Read which account or organizational unit an event of the organisation is about."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from dayone.domain.changes import moment_in
from dayone.errors import Invalid, Malformed

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
    """The account that an event of this name is about, twelve digits, or empty; `resources` are the envelope's."""
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
    """The organizational unit that an event about units is about, or empty."""
    entries = [entry for place in _LIKELY for entry in _entries(detail.get(place))]
    ids = [str(one.found) for one in entries if one.key in ("organizationalunitid", "id")]
    ids += [str(one.found).rpartition("/")[2] for one in entries if one.key == "arn"]
    return next((one for one in ids if _UNIT_ID.fullmatch(one)), "")


def names_another_resource(detail: Detail) -> bool:
    """Whether it says outright that it is about a root, a unit or a policy."""
    named = (one.found for one in _entries(detail.get("requestParameters")) if one.key == "resourceid")
    return any(_OTHER_RESOURCE.fullmatch(str(one)) for one in named)


def has_failed(detail: Detail) -> bool:
    """Whether what it tells of has ended in failure."""
    entries = _entries(detail.get("serviceEventDetails"))
    return any(one.key == "state" and str(one.found).upper() == "FAILED" for one in entries)


def _under(keys: frozenset[str], entries: "list[_Entry] | Iterator[_Entry]") -> Iterator[str]:
    return (found for one in entries if one.key in keys and (found := _as_account(one.found)))


def _inside(parent: str, entries: list[_Entry]) -> Iterator[str]:
    return (found for one in entries if (one.parent, one.key) == (parent, "id") and (found := _as_account(one.found)))


def _parties(entries: list[_Entry]) -> Iterator[str]:
    """The accounts among the parties of a handshake; the other party is the organisation."""
    for one in entries:
        if one.key == "parties" and isinstance(one.found, list):
            for party in one.found:
                said = {entry.key: entry.found for entry in _entries(party)}
                if str(said.get("type", "")).upper() == "ACCOUNT" and (found := _as_account(said.get("id"))):
                    yield found


def _in_arns(entries: "list[_Entry] | Iterator[_Entry]") -> Iterator[str]:
    return (found.group(1) for one in entries if (found := _ACCOUNT_ARN.fullmatch(str(one.found))))


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
    """Which account to look at again, or below which organizational unit all of them.

    One of the two ids is set, unless `ignored` says why there is nothing to look at. `caller` is the ARN of whoever
    made the call that it tells of, as far as it says.
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
    """Read one EventBridge event. Raises Malformed when it is not one, Invalid when it names nothing to look at."""
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
    return AccountEvent(
        id=str(envelope["id"]),
        source=str(envelope["source"]),
        name=name,
        at=_first_moment(envelope.get("time"), detail.get("eventTime")),
        account_id="" if is_about_units else account_in(detail, name=name, resources=envelope.get("resources")),
        unit_id=unit_in(detail) if is_about_units else "",
        ignored=_why_ignored(detail, kind=str(envelope.get("detail-type", ""))),
        caller=_caller_in(detail),
    )


def _caller_in(detail: Detail) -> str:
    identity = detail.get("userIdentity")
    arn = identity.get("arn") if isinstance(identity, Mapping) else None
    return arn if isinstance(arn, str) and arn.startswith("arn:") else ""


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
    """The first that can be read; raises ValueError when none can."""
    for text in texts:
        for read_one in (_iso, _java):
            try:
                return read_one(str(text))
            except ValueError:
                continue
    raise ValueError("no time that can be read")


def _iso(text: str) -> datetime:
    at = moment_in(text)
    if at is None or at.tzinfo is None:
        raise ValueError("no possible time, or one without its zone")
    return at


def _java(text: str) -> datetime:
    # AWS writes these in UTC. `split` takes any kind of space, the narrow one included.
    return datetime.strptime(" ".join(text.replace(",", " ").split()), _JAVA_TIME).replace(tzinfo=UTC)
