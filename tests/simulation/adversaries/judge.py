"""The judge: reads what stands in AWS and who did what, and says whether somebody has won alone.

It knows nothing of Day One but its promise, and imports nothing of it: what is sensitive it has from lists of its own.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

# Source: AWS Managed Policy Reference. What lets its holder give rights, to themselves or to others.
_SENSITIVE_POLICIES = frozenset({"AdministratorAccess", "IAMFullAccess", "PowerUserAccess", "SystemAdministrator"})
_SENSITIVE_ACTIONS = ("*", "iam:*", "iam:passrole", "iam:attach", "iam:put", "iam:create", "sts:*", "organizations:*")

_A_DAY = 86_400  # seconds
# What was approved until a moment is gone so many seconds later, whatever has gone wrong meanwhile.
TIME_TO_END = 600

GAIN, REMOVAL, NAME = "gain", "removal", "name"

# One thing that stands in AWS: `member` user group, `assigned` account set principal, `set` name, or `named` user, user
# name and e-mail address. Of what was shown also `means` group set: whoever is in it has that.
type Edge = tuple[str, ...]


@dataclass(frozen=True)
class Aws:
    """Contents of Identity Center at a moment: names by id, and memberships, by id.

    `sets` has for each ARN the name and everything attached, as plain texts, `emails` the addresses of the users.
    """

    at: float
    users: Mapping[str, str]
    emails: Mapping[str, str]
    groups: Mapping[str, str]
    members: frozenset[tuple[str, str]]
    sets: Mapping[str, tuple[str, ...]]
    assignments: frozenset[tuple[str, str, str]]


@dataclass(frozen=True)
class Deed:
    """That somebody, a human being or a system by its own name, did something at a moment.

    With `approves` it is to what stood behind `because_of`, as it was shown: these `edges`, until `ends`. With `takes
    away` it is these edges, whatever was approved of them before.
    """

    at: float
    who: str
    does: str
    because_of: str = ""
    edges: frozenset[Edge] = frozenset()
    ends: float = float("inf")


@dataclass(frozen=True)
class Promise:
    """Agreement of the company before any attempt.

    On a day its guardrails allow `percent` of all memberships and assignments to be removed, or `at_least` so many;
    `birthrights` are groups that HR alone may put people into, and `sensitive` the permission sets and groups that it
    declares so itself; of the sets in `harmless` it has agreed on these parts. `created` are accounts that the
    organisation has made since, `users` are the users' people, by ids. `strangers` are users that somebody has made
    beside Day One, and `renamed` names that somebody has given to a user there, by its id.
    """

    percent: int
    at_least: int
    management: str
    birthrights: frozenset[str] = frozenset()
    sensitive: frozenset[str] = frozenset()
    created: set[str] = field(default_factory=set)
    harmless: Mapping[str, frozenset[str]] = field(default_factory=dict)
    users: dict[str, set[str]] = field(default_factory=dict)
    strangers: set[str] = field(default_factory=set)
    renamed: set[tuple[str, str, str]] = field(default_factory=set)


@dataclass(frozen=True)
class Win:
    """Somebody has got alone what takes two: a gain, removals, or the name by which another's access is used."""

    at: float
    what: str
    kind: str = GAIN


def edges_of(aws: Aws) -> frozenset[Edge]:
    """Everything that gives somebody something, by the names in AWS; people by their ids, for a name can be changed."""
    members = {("member", user, aws.groups.get(group, group)) for group, user in aws.members}
    assigned = {
        ("assigned", account, _name(aws, arn), aws.groups.get(principal, principal))
        for account, arn, principal in aws.assignments
    }
    return frozenset(members | assigned)


def wins(before: Aws, seen: Sequence[Aws], *, log: Iterable[Deed], promise: Promise) -> list[Win]:
    """Every sensitive access that nobody else has approved, and every day with more removals than are allowed."""
    deeds = list(log)
    found = {
        win.what: win for aws in reversed(seen) for win in _gains(aws, before=before, deeds=deeds, promise=promise)
    }
    return [*found.values(), *_removals(before, seen, deeds=deeds, promise=promise)]


def _gains(aws: Aws, *, before: Aws, deeds: list[Deed], promise: Promise) -> Iterator[Win]:
    clean = edges_of(before) | _approved(deeds, until=aws.at, own=promise.users)
    elsewhere = {(edge[2], edge[3]) for edge in clean if edge[0] == "assigned"}
    joined = _agreed_members(deeds, before=before, until=aws.at, own=promise.users)
    over = _taken_away(deeds, until=aws.at, own=promise.users)
    for account, arn, principal in sorted(aws.assignments):
        permission_set, holder = _name(aws, arn), aws.groups.get(principal, principal)
        is_named = permission_set in promise.sensitive or holder in promise.sensitive
        parts = _disputed(aws.sets.get(arn, ()), promise=promise)
        if not (is_named or account == promise.management or _is_sensitive(parts)):
            continue
        assigned = ("assigned", account, permission_set, holder)
        if assigned not in clean and not (account in promise.created and (permission_set, holder) in elsewhere):
            yield Win(aws.at, f"{permission_set} in {account} for {holder}")
        if arn in before.sets and ("set", permission_set) not in clean and _is_wider(parts, than=before.sets[arn]):
            yield Win(aws.at, f"{permission_set} lets do more")
        for user in sorted(user for group, user in aws.members if group == principal):
            # Whoever was no user yet was approved by name: whoever made a user of that name was not.
            name = user if user in promise.strangers else aws.users.get(user, "")
            has_joined = {(who, holder, permission_set) for who in (user, name)} & joined
            is_over = ("member", user, holder) in over
            if (is_over or not has_joined) and holder not in promise.birthrights:
                yield Win(aws.at, f"{aws.users.get(user, user)} in {holder}, which has {permission_set}")
            named = ("named", user, aws.users.get(user, ""), aws.emails.get(user, ""))
            is_agreed = named in clean or named[1:] in promise.renamed or user not in before.users
            if not is_agreed and holder not in promise.birthrights and named[2:] != _names(before, user):
                yield Win(aws.at, f"{before.users[user]} in {holder} signs in as {named[2]}", NAME)


def _agreed_members(
    deeds: Iterable[Deed], *, before: Aws, until: float, own: Mapping[str, set[str]]
) -> frozenset[tuple[str, str, str]]:
    """Return who is in which group with which permission set by what was there or was shown: both at once."""
    shown = [edges_of(before), *(_approved([deed], until=until, own=own) for deed in deeds)]
    return frozenset(
        (user, group, edge[2])
        for edges in shown
        for kind, user, group in (edge for edge in edges if edge[0] == "member")
        for edge in edges
        if edge[0] in ("means", "assigned") and group == edge[{"means": 1, "assigned": 3}[edge[0]]]
    )


def _names(aws: Aws, user: str) -> tuple[str, str]:
    return aws.users.get(user, ""), aws.emails.get(user, "")


def _removals(before: Aws, seen: Sequence[Aws], *, deeds: list[Deed], promise: Promise) -> Iterator[Win]:
    existing, gone = edges_of(before), 0
    most, days = _limit(before, promise=promise), {int(before.at // _A_DAY)}
    for aws in seen:
        most, days = max(most, _limit(aws, promise=promise)), days | {int(aws.at // _A_DAY)}
        lost = existing - edges_of(aws) - _approved(deeds, until=aws.at)
        gone, is_new = gone + len(lost), gone <= most * len(days)
        if is_new and gone > most * len(days):
            yield Win(
                aws.at, f"{gone} removals where {most} are allowed a day, {' '.join(min(lost))} among them", REMOVAL
            )
        existing &= edges_of(aws)


def _limit(aws: Aws, *, promise: Promise) -> int:
    return max(promise.at_least, len(edges_of(aws)) * promise.percent // 100)


def _approved(deeds: Iterable[Deed], *, until: float, own: Mapping[str, set[str]] | None = None) -> frozenset[Edge]:
    """Return the edges approved by somebody else than their cause; nobody's approval counts for their `own`."""
    return frozenset(
        edge
        for deed in deeds
        if deed.does == "approves" and deed.who != deed.because_of and deed.at <= until <= deed.ends + TIME_TO_END
        for edge in deed.edges
        if not (own or {}).get(deed.who, set()) & set(edge)
    )


def _taken_away(deeds: Sequence[Deed], *, until: float, own: Mapping[str, set[str]]) -> frozenset[Edge]:
    """Return the edges that must be gone by now: nobody has approved them since they were taken away."""
    return frozenset(
        edge
        for deed in deeds
        if deed.does == "takes away" and deed.at + TIME_TO_END < until
        for edge in deed.edges - _approved((each for each in deeds if each.at >= deed.at), until=until, own=own)
    )


def _disputed(parts: tuple[str, ...], *, promise: Promise) -> tuple[str, ...]:
    """Return the parts of a permission set but for those that the company has called harmless in it."""
    agreed = promise.harmless.get(parts[0], frozenset()) if parts else frozenset()
    return tuple(part for part in parts if part not in agreed)


def _is_wider(parts: tuple[str, ...], *, than: tuple[str, ...]) -> bool:
    """Return whether it lets do more than it did: by something that is new, or without what limits the rest."""
    limits = {part for part in than if _limits(part)}
    return _is_sensitive(tuple(set(parts) - set(than))) or (_is_sensitive(parts) and not limits <= set(parts))


def _limits(part: str) -> bool:
    kind, _, text = part.partition(":")
    if kind == "boundary":
        return text not in ("", "None")
    return kind == "inline" and bool(text) and any(entry.get("Effect") == "Deny" for entry in _statements(text))


def _is_sensitive(parts: tuple[str, ...]) -> bool:
    """Return whether anything attached to a permission set is on the list; the first part is its name."""
    for part in parts:
        kind, _, text = part.partition(":")
        if kind == "customer" or (kind == "managed" and text.rpartition("/")[2] in _SENSITIVE_POLICIES):
            return True
        if kind == "inline" and text and any(map(_allows_too_much, _statements(text))):
            return True
    return False


def _statements(document: str) -> list[Mapping[str, object]]:
    statements = json.loads(document).get("Statement", [])
    return statements if isinstance(statements, list) else [statements]


def _allows_too_much(statement: Mapping[str, object]) -> bool:
    if statement.get("Effect") != "Allow":
        return False
    actions = statement.get("Action", [])
    texts = [actions] if isinstance(actions, str) else [str(entry) for entry in actions if entry]  # type: ignore[attr-defined]
    return "NotAction" in statement or any(text.lower().startswith(_SENSITIVE_ACTIONS) for text in texts)


def _name(aws: Aws, arn: str) -> str:
    parts = aws.sets.get(arn, ())
    return parts[0] if parts else arn
