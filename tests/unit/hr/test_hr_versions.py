"""Changes of the HR configuration that take effect before somebody else approves them."""

from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import pytest

from dayone.hr.connectors.configuration import read_configuration
from dayone.model.hr_sources import (
    FieldRule,
    HrConfiguration,
    HrRules,
    OnCollision,
    RecordApi,
    Source,
    TokenIssuer,
    UserNames,
    loosened,
)

_HR = Source(
    name="hr",
    kind="csv",
    senders=("203.0.113.0/24", "2001:db8::/32"),
    max_age=timedelta(minutes=5),
    api=RecordApi(url="https://acme.example.com"),
    may_omit=("title", "team"),
)
# A value for each field of a source that lets others speak, or gives what is sent another meaning.
_LOOSER: dict[str, Any] = {
    "name": "other",
    "kind": "json",
    "secret": "dayone/hr/mine",
    "api_secret": "dayone/hr-api/mine",
    "senders": ("203.0.113.0/24", "0.0.0.0/0"),
    "by_secret": True,
    "header": "x-mine",
    "max_age": timedelta(days=1),
    "api": RecordApi(url="https://evil.example.com"),
    "tokens": TokenIssuer(issuer="https://evil.example.com", audience="x", keys_url="https://evil.example.com/keys"),
    "mapping": {"department": FieldRule(fields=("x",), default="Platform")},
    "may_shrink": 11,
    "may_shrink_by": 6,
    "may_omit": ("title", "team", "department"),
}
_STRICTER: dict[str, Any] = {
    "senders": ("203.0.113.64/26",),
    "max_age": timedelta(minutes=1),
    "api": RecordApi(url="https://acme.example.com", per_second=1.0, settles=timedelta(seconds=9)),
    "may_shrink": 0,
    "may_shrink_by": 4,
    "may_omit": (),
}
_OTHER_RULES: dict[str, Any] = {
    "order": ("idp", "hr"),
    "owners": {"department": "idp"},
    "user_names": UserNames(pattern="{given_name}"),
    "emails": OnCollision.REFUSE,
}


def _rules(rules: dict[str, Any]) -> HrRules:
    return HrRules(**{"order": ("hr", "idp"), **rules})


def _with(source: Source = _HR, **rules: object) -> HrConfiguration:
    idp = Source(name="idp", kind="standard")
    return HrConfiguration(sources={"hr": source, "idp": idp}, rules=_rules(rules))


@pytest.mark.parametrize("part", [part.name for part in fields(Source)])
def test_every_part_of_a_source_can_be_loosened_and_is_held(part: str) -> None:
    reasons = loosened(_with(), _with(replace(_HR, **{part: _LOOSER[part]})))
    assert [reason.startswith("source hr: ") for reason in reasons] == [True]


@pytest.mark.parametrize("part", [part.name for part in fields(HrRules)])
def test_every_rule_about_who_is_believed_and_how_people_are_called_is_held(part: str) -> None:
    assert len(loosened(_with(), _with(**{part: _OTHER_RULES[part]}))) == 1


@pytest.mark.parametrize("part", _STRICTER)
def test_what_only_becomes_stricter_counts_at_once(part: str) -> None:
    assert loosened(_with(), _with(replace(_HR, **{part: _STRICTER[part]}))) == ()


def test_a_new_source_is_held() -> None:
    before = HrConfiguration(sources={"hr": _HR}, rules=HrRules(order=("hr",)))
    assert loosened(before, _with()) == ("source idp is new",)


@pytest.mark.parametrize("name", ["hr", "idp"])
def test_a_source_that_is_taken_out_is_held_because_others_are_believed_instead(name: str) -> None:
    left = {source: each for source, each in _with().sources.items() if source != name}
    after = HrConfiguration(sources=left, rules=HrRules(order=tuple(left)))
    assert loosened(_with(), after) == (f"source {name} is taken out: others are believed about what it has said",)


def test_a_source_that_is_renamed_is_one_that_goes_and_one_that_is_new() -> None:
    idp = _with().sources["idp"]
    after = HrConfiguration(sources={"hr2": replace(_HR, name="hr2"), "idp": idp}, rules=HrRules(order=("hr2", "idp")))
    reasons = loosened(_with(), after)
    assert [reason.partition(":")[0] for reason in reasons] == ["source hr is taken out", "source hr2 is new"]


def test_a_source_can_be_silenced_at_once_by_a_network_that_nobody_sends_from() -> None:
    assert loosened(_with(replace(_HR, senders=())), _with(replace(_HR, senders=("192.0.2.0/32",)))) == ()


def test_what_is_taken_out_does_not_hide_another_order() -> None:
    third = Source(name="third", kind="standard")
    before = replace(_with(order=("third", "hr", "idp")), sources={**_with().sources, "third": third})
    assert len(loosened(before, _with(order=("idp", "hr")))) == 2
    assert len(loosened(before, _with(order=("hr", "idp")))) == 1


@pytest.mark.parametrize(
    ("was", "becomes", "reasons"),
    [
        ((), ("10.0.0.0/8",), 0),
        (("10.0.0.0/8",), (), 1),
        (("10.0.0.0/8",), ("10.1.0.0/16", "10.2.0.0/16"), 0),
        (("10.1.0.0/16",), ("10.0.0.0/8",), 1),
        (("10.0.0.0/8",), ("::/0",), 1),
        (("0.0.0.0/0",), ("::ffff:10.0.0.0/104",), 1),
    ],
)
def test_networks_are_compared_by_the_addresses_in_them(
    was: tuple[str, ...], becomes: tuple[str, ...], reasons: int
) -> None:
    before, after = (_with(replace(_HR, senders=senders)) for senders in (was, becomes))
    assert len(loosened(before, after)) == reasons


def test_a_signature_instead_of_a_secret_is_stricter() -> None:
    assert loosened(_with(replace(_HR, by_secret=True)), _with()) == ()


def test_a_delivery_that_may_be_of_any_age_is_held() -> None:
    assert loosened(_with(), _with(replace(_HR, max_age=None))) == ("source hr: older deliveries are taken",)


def test_comments_and_the_order_of_keys_are_no_change() -> None:
    plain = read_configuration("version: 1\nsources: {hr: {kind: standard}}\n", secrets="dayone/hr")
    commented = read_configuration("# ours\nsources:\n  hr:\n    kind: standard\nversion: 1\n", secrets="dayone/hr")
    assert loosened(plain, commented) == ()
