"""The document of a service control policy that denies everything to users whose access has ended."""

import json
from collections.abc import Collection, Iterable
from typing import Any

SID = "DayOneEndedSessions"
# The least that any organization has; since May 2026 it is said to be twice as much.
# Source: AWS Organizations User Guide, "Quotas and service limits", maximum size of a service control policy.
LARGEST = 5120
_KEY = "identitystore:userId"
_OPERATOR = "StringEquals"
# Nobody has this id, and a condition without any value is refused.
_NOBODY = "nobody"

type Statement = dict[str, Any]


def empty_document() -> str:
    """The document of a policy that ends nobody's sessions yet."""
    return _text({"Version": "2012-10-17", "Statement": [_denying(())]})


def users_denied(content: str) -> frozenset[str]:
    """The users who are denied everything; none by a statement of ours that somebody else has changed."""
    ours = [statement for statement in _statements(content) if statement.get("Sid") == SID]
    return frozenset(user for statement in ours if _is_whole(statement) for user in _users(statement))


def with_users(content: str, *, add: Collection[str] = (), remove: Collection[str] = ()) -> str:
    """The document with our statement whole, in its place or at the end; statements of others stay as they are.

    Users that are named in what is left of our statement stay, too.
    """
    statements = _statements(content)
    ours = [number for number, statement in enumerate(statements) if statement.get("Sid") == SID]
    users = [user for number in ours for user in _users(statements[number])]
    mended = _denying(user for user in dict.fromkeys([*users, *add]) if user not in remove)
    place = ours[0] if ours else len(statements)
    others = [statement for number, statement in enumerate(statements) if number not in ours]
    return _text({**json.loads(content), "Statement": [*others[:place], mended, *others[place:]]})


def _denying(users: Iterable[str]) -> Statement:
    condition = {_OPERATOR: {_KEY: list(users) or [_NOBODY]}}
    return {"Sid": SID, "Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition}


def _is_whole(statement: Statement) -> bool:
    # AWS may hand out a list of one as the one itself, and keys of conditions in another case.
    plain = {
        name: value[0] if isinstance(value, list) and len(value) == 1 else value for name, value in statement.items()
    }
    condition = plain.pop("Condition", {})
    expected = {name: value for name, value in _denying(()).items() if name != "Condition"}
    return (
        plain == expected
        and list(condition) == [_OPERATOR]
        and len(condition[_OPERATOR]) == 1
        and bool(_users(statement))
    )


def _users(statement: Statement) -> list[str]:
    condition = statement.get("Condition", {}).get(_OPERATOR, {})
    values = [value for key, value in condition.items() if key.lower() == _KEY.lower()]
    users = values[0] if values else []
    return [user for user in ([users] if isinstance(users, str) else users) if user != _NOBODY]


def _statements(content: str) -> list[Statement]:
    statements = json.loads(content).get("Statement", [])
    return [statements] if isinstance(statements, dict) else list(statements)


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, separators=(",", ":"))
