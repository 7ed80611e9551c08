"""Policies with a mistake that docs/policy.md names: each is refused, and nothing of it comes into force."""

from collections.abc import Callable, Mapping
from functools import partial
from random import Random
from typing import Any

import yaml

from dayone.model.subjects import SubjectKind
from tests.simulation.features import Company, Feature
from tests.simulation.outside import Outside
from tests.simulation.policies import draw_policy

type Document = dict[str, Any]

_BETWEEN = 150.0
# Before any subject of a kind is recorded, no name of that kind can be called wrong.
_NOT_THERE = {
    "somebody protected who is not there": SubjectKind.PERSON,
    "an account protected that is not there": SubjectKind.ACCOUNT,
}


def _group(**entry: object) -> Callable[[Document], object]:
    return lambda policy: policy.setdefault("groups", {}).update(wrong={"members": [{"department": "Data"}], **entry})


def _member(**condition: object) -> Callable[[Document], object]:
    return _group(members=[condition])


def _set(**entry: object) -> Callable[[Document], object]:
    return lambda policy: policy.setdefault("permission_sets", {}).update(Wrong=entry)


def _assignment(**entry: object) -> Callable[[Document], object]:
    """Have an assignment that has all it needs, but for this."""

    def change(policy: Document) -> None:
        _group()(policy)
        _set()(policy)
        whole = {"group": "wrong", "permission_set": "Wrong", "accounts": [{"ou": "/**"}], **entry}
        policy["assignments"] = [*policy.get("assignments", ()), {k: v for k, v in whole.items() if v is not None}]

    return change


def _top(**entry: object) -> Callable[[Document], object]:
    return lambda policy: policy.update(entry)


MISTAKES: Mapping[str, Callable[[Document], object]] = {
    "another version of the language": _top(version=2),
    "no version": lambda policy: policy.pop("version"),
    "an unknown key": _top(gruops={}),
    "a group with a slash": lambda policy: policy.setdefault("groups", {}).update({"a/b": {"members": "everyone"}}),
    "a group called as a person": lambda policy: policy.setdefault("groups", {}).update(
        {"person:e-1": {"members": "everyone"}}
    ),
    "two groups that differ in letter case": lambda policy: policy.setdefault("groups", {}).update(
        {"Twice": {"members": "everyone"}, "twice": {"members": "everyone"}}
    ),
    "two groups of one name": lambda policy: policy.setdefault("groups", {}).update(
        {"a": {"members": "everyone", "name": "Same"}, "b": {"members": "everyone", "name": "same"}}
    ),
    "a group of nobody": lambda policy: policy.setdefault("groups", {}).update(wrong={"description": "nobody"}),
    "a name that is too long": _group(name="n" * 1025),
    "a description that is no text": _group(description={"a": 1}),
    "an unknown attribute": _member(departement="Data"),
    "an empty condition": _member(),
    "a condition that excludes itself": _member(department={"any": "Data", "not": "Data"}),
    "a blank at an end": _member(department="Data "),
    "an address without @": _member(email="ada.example.com"),
    "quotes of a word processor": _member(department="\u201cSales\u201d"),
    "presence that is no yes or no": _member(department={"present": "perhaps"}),
    "a date asked like a text": _member(start_date="2026-11-*"),
    "more days than there are": _member(start_date={"reached": 3651}),
    "half a day": _member(start_date={"reached": 0.5}),
    "an exception that repeats": _group(**{"members": [{"department": "Data"}], "except": [{"department": "Data"}]}),
    "a set with a blank": lambda policy: policy.setdefault("permission_sets", {}).update({"Two Words": {}}),
    "a set of 33 letters": lambda policy: policy.setdefault("permission_sets", {}).update({"S" * 33: {}}),
    "a session of 13 hours": _set(session_duration="PT13H"),
    "a session of half an hour": _set(session_duration="PT30M"),
    "a session in words": _set(session_duration="an hour"),
    "a description that is too long": _set(description="d" * 701),
    "a relay state that is too long": _set(relay_state=f"https://example.com/{'a' * 240}"),
    "a managed policy with a typo": _set(managed_policies=["ReadOnlyAcess "]),
    "a managed policy twice": _set(managed_policies=["ReadOnlyAccess", "ReadOnlyAccess"]),
    "26 policies": _set(customer_managed_policies=[{"name": f"p{number}"} for number in range(26)]),
    "an own policy without a name": _set(customer_managed_policies=[{"path": "/a/"}]),
    "a path without a slash": _set(customer_managed_policies=[{"name": "a", "path": "teams"}]),
    "a document that is none": _set(inline_policy="{"),
    "a document without statements": _set(inline_policy={"Version": "2012-10-17"}),
    "two boundaries": _set(
        permissions_boundary={"managed_policy": "ReadOnlyAccess", "customer_managed_policy": {"name": "a"}}
    ),
    "51 tags": _set(tags={f"t{number}": "x" for number in range(51)}),
    "a group that there is not": _assignment(group="nobody"),
    "a set that there is not": _assignment(permission_set="Nothing"),
    "a group and a person": _assignment(person="e-1"),
    "neither": _assignment(group=None),
    "no accounts": _assignment(accounts=[]),
    "an account of eleven digits": _assignment(accounts=[{"id": "00000000001"}]),
    "an account that is a number": _assignment(accounts=[{"id": 111122223333}]),
    "a unit without a slash": _assignment(accounts=[{"ou": "Workloads"}]),
    "an empty place": _assignment(accounts=[{}]),
    "an unknown place": _assignment(accounts=[{"region": "eu-west-1"}]),
    "the management account without its id": _assignment(accounts=[{"ou": "/**", "include_management_account": True}]),
    "more than everything": _top(guardrails={"removals": {"percent": 101}}),
    "less than nothing": _top(guardrails={"removals": {"at_least": -1}}),
    "grants for ever": _top(guardrails={"grants": {"longest": "P366D"}}),
    "somebody protected who is not there": _top(guardrails={"protect": {"people": ["e-999"]}}),
    "an account protected that is not there": _top(guardrails={"protect": {"accounts": ["999999999999"]}}),
    "a way to leave that there is not": _top(people={"leavers": "forget"}),
    "an hour that there is not": _top(people={"access_until": "25:00"}),
    "a person who is themselves": _top(people={"same_person": {"e-1": "e-1"}}),
    "an unknown identity source": _top(identity_source="ldap"),
}
_NOT_YAML = ("groups: [", "version: 1\nversion: 1\n", "- version: 1\n", "version: 1\ngroups: {a: &x {members: *x}}\n")


def begin(seed: int, outside: Outside, *, company: Company) -> None:
    """Have somebody send wrong policies now and then, and ask what they would do."""
    if not company.has(Feature.MISTAKES):
        return
    random = Random(f"wrong policies {seed}")  # noqa: S311 - chance that can be had again is what is wanted
    for _ in range(random.randint(4, 10)):
        name = random.choice(sorted(MISTAKES))
        outside.day_one.time.at(random.random() * _BETWEEN, partial(_sends, name, company, random, outside))
    text = random.choice(_NOT_YAML)
    outside.day_one.time.at(random.random() * _BETWEEN, lambda: outside.uploads_wrong(text, because="it is no policy"))


def wrong(text: str, mistake: str) -> str:
    """Return a policy with this mistake."""
    policy = yaml.safe_load(text)
    MISTAKES[mistake](policy)
    return yaml.safe_dump(policy, sort_keys=False)


def _sends(mistake: str, company: Company, random: Random, outside: Outside) -> None:
    text = wrong(draw_policy(random, company), mistake)
    recorded = {subject.kind for subject in outside.day_one.state.heads}
    if _NOT_THERE.get(mistake, SubjectKind.POLICY) not in {*recorded, SubjectKind.POLICY}:
        return
    outside.uploads_wrong(text, because=mistake)
    if random.random() < 0.3:
        outside.asks_what_if(text)
