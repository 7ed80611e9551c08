"""Judge an IAM policy document: does it let somebody widen their own access, or somebody else's?"""

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import translate
from functools import lru_cache

from dayone.policy.permissions_management import PERMISSIONS_MANAGEMENT

# By which somebody lends a service a role that can do more than they can; its access level is Write.
_LENDS_ROLES = "iam:passrole"
_MANAGE = {f"{service}:{name}" for service, names in PERMISSIONS_MANAGEMENT.items() for name in names}
_SENSITIVE = tuple(sorted({*_MANAGE, _LENDS_ROLES}))
_ELEMENTS = frozenset({"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"})
_ARN_PARTS = 6
_MOST_NAMED = 3
_SHORTEST_PREFIX = 3
# Nobody is called by it but the caller; the path before it chooses nothing.
_OWN_USER = ("iam", "user", "${aws:username}")
UNREADABLE = "its inline policy cannot be read"
NOT_ACTION = "it allows all but some actions (`NotAction`)"


class _Unreadable(Exception):
    pass


@dataclass(frozen=True)
class _Statement:
    allows: bool
    actions: tuple[str, ...]
    is_not_action: bool
    resources: tuple[str, ...]
    is_not_resource: bool
    is_conditional: bool


@lru_cache(maxsize=512)
def why_document_is_sensitive(document: str) -> str:
    """Return the reason why an IAM policy, JSON text, is sensitive, or "".

    An Allow counts for an action of the access level Permissions management or `iam:PassRole` on everything, or for
    `NotAction`; a condition on it makes it no less sensitive, as it may always hold. A Deny excludes an action again
    only when it is unconditional and about every resource. Elements outside the grammar of IAM policies are sensitive.
    Sources: IAM User Guide, "Grammar of the IAM JSON policy language", "Policy evaluation logic", and "Understand
    access level summaries within policy summaries".
    """
    try:
        statements = tuple(_statements(json.loads(document)))
    except (ValueError, RecursionError, _Unreadable):
        return UNREADABLE
    if any(statement.allows and statement.is_not_action for statement in statements):
        return NOT_ACTION
    given = _covered(
        statement
        for statement in statements
        if statement.allows and (statement.is_not_resource or any(map(_is_everything, statement.resources)))
    )
    given -= _covered(
        statement
        for statement in statements
        if not statement.allows
        and not statement.is_conditional
        and not statement.is_not_resource
        and "*" in statement.resources
    )
    return f"it allows {_listed(given)} on every resource" if given else ""


def _covered(statements: Iterable[_Statement]) -> set[str]:
    return {
        action
        for statement in statements
        for matched in (_matched(statement.actions),)
        for action in _SENSITIVE
        if (action in matched) is not statement.is_not_action
    }


def _matched(patterns: Iterable[str]) -> set[str]:
    matched = set[str]()
    for pattern in {pattern.lower() for pattern in patterns}:
        if pattern == "*":
            return set(_SENSITIVE)
        fits = _glob(pattern)
        matched |= {action for action in _SENSITIVE if fits(action)} if _has_wildcard(pattern) else {pattern}
    return matched


def _glob(pattern: str) -> Callable[[str], object]:
    # IAM's globs know `*` and `?` alone. `translate` makes each star atomic, so that no pattern takes exponential time.
    return re.compile(translate(pattern.replace("[", "[[]"))).match


def _has_wildcard(pattern: str) -> bool:
    return "*" in pattern or "?" in pattern


def _is_everything(resource: str) -> bool:
    """Return whether a resource is `*`, or an ARN of all resources of a kind in any account."""
    parts = resource.split(":", _ARN_PARTS - 1)
    if len(parts) < _ARN_PARTS:
        # A star in front spans whatever stands behind it.
        return _has_wildcard(resource)
    *_, service, _, account, name = parts
    if (service.lower(), name.split("/")[0], name.split("/")[-1].lower()) == _OWN_USER:
        return False
    # These have no kind in front of their name; the objects of a bucket stand behind it.
    is_without_kind = service.lower() in ("sns", "sqs") or (service.lower() == "s3" and not account)
    kind, separator, rest = ("", "", name) if is_without_kind else _kind_and_name(name)
    if not separator and _has_wildcard(kind):
        # The wildcard may stand for the rest of the kind, and for every name.
        return True
    # A few letters are no choice: with one statement for each of them a policy has everything.
    literal = re.split("[*?]", rest, maxsplit=1)[0]
    return _has_wildcard(rest) and len(literal.strip("/:")) < _SHORTEST_PREFIX


def _kind_and_name(resource: str) -> tuple[str, str, str]:
    match = re.search("[/:]", resource)
    return (resource[: match.start()], match[0], resource[match.end() :]) if match else (resource, "", "")


def _statements(policy: object) -> Iterator[_Statement]:
    if not isinstance(policy, Mapping):
        raise _Unreadable
    statements = policy.get("Statement")
    for statement in statements if isinstance(statements, list) else [statements]:
        if not isinstance(statement, Mapping) or not statement.keys() <= _ELEMENTS:
            raise _Unreadable
        yield _statement(statement)


def _statement(statement: Mapping[str, object]) -> _Statement:
    action, is_not_action = _either(statement, "Action", "NotAction")
    resource, is_not_resource = _either(statement, "Resource", "NotResource")
    if statement.get("Effect") not in ("Allow", "Deny"):
        raise _Unreadable
    return _Statement(
        allows=statement["Effect"] == "Allow",
        actions=action,
        is_not_action=is_not_action,
        resources=resource,
        is_not_resource=is_not_resource,
        is_conditional=bool(statement.get("Condition")),
    )


def _either(statement: Mapping[str, object], name: str, negated: str) -> tuple[tuple[str, ...], bool]:
    present = statement.keys() & {name, negated}
    if len(present) != 1:
        raise _Unreadable
    (key,) = present
    value = statement[key]
    values = value if isinstance(value, list) else [value]
    if not all(isinstance(text, str) for text in values):
        raise _Unreadable
    return tuple(map(str, values)), key == negated


def _listed(actions: Collection[str]) -> str:
    first = sorted(actions)
    more = f" and {len(first) - _MOST_NAMED} more" if len(first) > _MOST_NAMED else ""
    return ", ".join(f"`{action}`" for action in first[:_MOST_NAMED]) + more
