"""Where an event about the organisation names the account or the organizational unit that it is about.

AWS gives no schema for these events: the place, the spelling and the type of an id differ from one to the next, so it
is looked for, in the likeliest place first. Sources: Organizations User Guide, "Logging and monitoring"; Control Tower
User Guide, "Lifecycle events"; the shapes of AcceptHandshake, AccountJoinedOrganization and AccountDepartedOrganization
are not written down anywhere, which is why every place counts.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

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
