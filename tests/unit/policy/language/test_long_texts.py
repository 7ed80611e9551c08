"""No text that an author of policies sends takes long to refuse, at any place, in whatever form it is long."""

import json
import time
from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from typing import Any

import pytest

from dayone.errors import Invalid
from dayone.policy.language.parser import read_policy
from dayone.policy.unmatchable_rules import unmatchable_rules

_LONG = 40_000
_SECONDS = 2
# What takes the square of its length, or more, where a pattern can divide it in several ways.
_FORMS = {
    "dots behind a sign": "a@" + "." * _LONG + " ",
    "signs": "a@" * (_LONG // 2) + " ",
    "letters": "a" * _LONG + "!",
    "slashes": "/a" * (_LONG // 2) + "!",
    "stars": "*a" * (_LONG // 2) + "b",
    "stars alone": "/" + "*" * _LONG + "z",
    "brackets": "[" * _LONG,
    "braces": "{" * _LONG,
    "backslashes": "\\" * _LONG + "x",
    "digits": "9" * _LONG,
    "a length of time": "P" + "1D" * (_LONG // 2),
    "blanks": " " * _LONG + "x",
    "dashes": "a-" * (_LONG // 2) + "!",
    "an ARN": "arn:aws" + "-a" * (_LONG // 2),
    "JSON": '{"a":' * (_LONG // 5),
    "nothing that can be seen": "\u200b" * _LONG,
}
_POLICY: dict[str, Any] = {
    "version": 1,
    "groups": {
        "staff": {
            "name": "Staff",
            "description": "Everybody",
            "members": [{"department": "Engineering", "title": {"not": ["Intern*"], "any": ["*"]}}],
            "people": ["e-1"],
            "except": [{"email": "*@example.com"}],
        }
    },
    "permission_sets": {
        "Admin": {
            "name": "Administrators",
            "description": "All",
            "managed_policies": ["ReadOnlyAccess"],
            "customer_managed_policies": [{"name": "own", "path": "/team/"}],
            "permissions_boundary": {"managed_policy": "ReadOnlyAccess"},
            "session_duration": "PT1H",
            "relay_state": "https://example.com",
            "tags": {"team": "platform"},
            "inline_policy": {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*"}]},
        }
    },
    "assignments": [
        {
            "group": "staff",
            "permission_set": "Admin",
            "accounts": [{"ou": "/Dev/**", "tags": {"stage": "dev"}}, {"id": "111122223333"}, {"name": "dev-*"}],
            "except": [{"ou_id": "ou-abcd-12345678"}],
        },
        {"person": "e-1", "permission_set": "Admin", "accounts": [{"id": "111122223333"}]},
    ],
    "guardrails": {
        "removals": {"percent": 10, "at_least": 5},
        "grants": {"longest": "P30D"},
        "protect": {"people": ["e-1"], "users": ["bg"], "groups": ["staff"], "accounts": ["111122223333"]},
    },
    "people": {
        "access_from": "08:00",
        "access_until": "18:00",
        "same_person": {"e-2": "e-1"},
        "welcome": {
            "since": "2026-01-01",
            "mail": {"from": "it@example.com", "subject": "Hello", "text": "Hello"},
        },
    },
}


def _leaves(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401
    for name, inner in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(inner, dict | list):
            yield from _leaves(inner, (*at, name))
        else:
            yield (*at, name)


def _with(at: tuple[Any, ...], text: object) -> dict[str, Any]:
    changed = deepcopy(_POLICY)
    inner: Any = changed
    for part in at[:-1]:
        inner = inner[part]
    inner[at[-1]] = text
    return changed


def _seconds_of(text: str) -> float:
    began = time.process_time()
    with suppress(Invalid):
        unmatchable_rules(read_policy({"policy.yaml": text}, version=0))
    return time.process_time() - began


@pytest.mark.parametrize("at", [pytest.param(at, id=".".join(map(str, at))) for at in _leaves(_POLICY)])
def test_in_the_place_of_a_value(at: tuple[Any, ...]) -> None:
    for form, text in _FORMS.items():
        assert _seconds_of(json.dumps(_with(at, text))) < _SECONDS, form


@pytest.mark.parametrize("form", _FORMS)
def test_in_the_place_of_a_key(form: str) -> None:
    for section in ("groups", "permission_sets", "people"):
        edited = {**_POLICY, section: {_FORMS[form]: {}}}
        assert _seconds_of(json.dumps(edited)) < _SECONDS, section


@pytest.mark.parametrize(
    "scalar",
    ["1:" * _LONG + "1", "1:" * _LONG + "1.5", "9" * _LONG, "0x" + "f" * _LONG, "0b" + "1" * _LONG, "1_" * _LONG + "1"],
    ids=["base 60", "a fraction in base 60", "base 10", "base 16", "base 2", "grouped"],
)
def test_of_a_number_as_yaml_writes_it(scalar: str) -> None:
    assert _seconds_of(f"version: {scalar}\ngroups: {{}}\n") < _SECONDS


def test_the_policy_is_right_but_for_those() -> None:
    assert read_policy({"policy.yaml": json.dumps(_POLICY)}, version=0).groups
