"""Grants at their bounds: the last character, the last minute, and updates that cross each other."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from dayone.errors import Invalid
from dayone.grants.request import read_end, read_extension, read_grant
from dayone.grants.service import findings_of_time
from dayone.model.grants import Ending, Grant, GrantState, is_of_grants, joined
from dayone.model.policy.rules import Guardrails
from tests.builders import NOON, a_policy
from tests.unit.granting import HOUR, a_grant, ended, extended

_SECOND, _MINUTE, _DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)
_MEMBER = {"membership": {"person": "e-1", "group": "admins"}}
_ASSIGNED = {"group": "admins", "account": "123456789012", "permission_set": "Admin"}
_WISH: Mapping[str, Any] = {**_MEMBER, "reason": "on call", "until": "2026-11-23T17:00:00Z"}


def _assignment(**members: object) -> dict[str, object]:
    return {**{name: value for name, value in _WISH.items() if name != "membership"}, "assignment": members}


def _findings(wish: Mapping[str, object]) -> tuple[str, ...]:
    with pytest.raises(Invalid) as refused:
        read_grant(json.dumps(wish))
    return refused.value.findings


# What may be sent


@pytest.mark.parametrize("second", ["17:00:01Z", "17:00:59Z", "17:00:00.5Z", "17:00:00.000001Z"])
def test_a_moment_within_a_minute_is_refused(second: str) -> None:
    moment = f"2026-11-23T{second}"
    assert _findings({**_WISH, "until": moment}) == ("`until` is not a whole minute",)
    assert _findings({**_WISH, "from": moment}) == ("`from` is not a whole minute",)
    with pytest.raises(Invalid):
        read_extension(json.dumps({"until": moment}))


@pytest.mark.parametrize("moment", ["2026-11-23T17:00:00", "2026-11-23", "17:00Z", "", None, 1795424400, ["x"]])
def test_a_moment_without_a_zone_is_refused(moment: object) -> None:
    (finding,) = _findings({**_WISH, "until": moment})
    assert finding.startswith("`until` is missing, or no moment with its time zone")


@pytest.mark.parametrize(("member", "longest"), [("reason", 200), ("ticket", 64)])
def test_the_longest_text_is_taken_and_a_longer_one_is_not(member: str, longest: int) -> None:
    assert getattr(read_grant(json.dumps({**_WISH, member: "x" * longest})), member) == "x" * longest
    assert len(_findings({**_WISH, member: "x" * (longest + 1)})) == 1
    for text in ("", "  ", "two\nlines", 7, None):
        assert len(_findings({**_WISH, member: text})) == 1


def test_blanks_around_a_text_are_none_of_it() -> None:
    wish = read_grant(json.dumps({**_WISH, "reason": " on call ", "ticket": "OPS-1 "}))
    assert (wish.reason, wish.ticket) == ("on call", "OPS-1")
    assert read_end('{"reason": " it is up "}') == "it is up"


@pytest.mark.parametrize("member", ["person", "group"])
def test_the_longest_name_is_taken_and_a_longer_one_is_not(member: str) -> None:
    def wish(name: object) -> dict[str, object]:
        return {**_WISH, "membership": {**_MEMBER["membership"], member: name}}

    taken = read_grant(json.dumps(wish("n" * 128)))
    assert "n" * 128 in (taken.subject.name, taken.resource.name)
    for name in ("n" * 129, "", "a/b", "a\tb", 7, None):
        assert len(_findings(wish(name))) == 1


@pytest.mark.parametrize(
    ("said", "includes"),
    [({}, False), ({"include_management_account": False}, False), ({"include_management_account": True}, True)],
)
def test_the_management_account_is_meant_only_when_it_is_said(said: Mapping[str, object], *, includes: bool) -> None:
    assert read_grant(json.dumps(_assignment(**_ASSIGNED, **said))).includes_management is includes


@pytest.mark.parametrize("said", [1, "true", None, []])
def test_nothing_but_true_and_false_says_it(said: object) -> None:
    assert len(_findings(_assignment(**_ASSIGNED, include_management_account=said))) == 1


def test_an_assignment_is_either_a_person_s_or_a_group_s() -> None:
    of_group, of_person = _ASSIGNED, {**_ASSIGNED, "person": "e-1"}
    assert _findings(_assignment(**of_person)) == ("`assignment` must say who gets it: either `person` or `group`",)
    neither = {name: text for name, text in of_group.items() if name != "group"}
    assert len(_findings(_assignment(**neither))) == 1
    assert len(_findings({**_assignment(**of_group), **_MEMBER})) == 1


# When it is in force


@pytest.mark.parametrize(
    ("after", "state"),
    [
        (-_SECOND, GrantState.SCHEDULED),
        (timedelta(0), GrantState.ACTIVE),
        (HOUR - _SECOND, GrantState.ACTIVE),
        (HOUR, GrantState.ENDED),
    ],
)
def test_it_is_in_force_from_its_first_moment_and_no_more_at_its_last(after: timedelta, state: GrantState) -> None:
    assert a_grant().state(now=NOON + after) is state
    assert a_grant().is_open(now=NOON + after) is (state is not GrantState.ENDED)


def test_an_extension_counts_until_the_moment_it_ends_and_not_from_then_on() -> None:
    later = NOON + 3 * HOUR
    assert extended(a_grant(), until=later, at=NOON + HOUR - _SECOND).lasts_until == later
    assert extended(a_grant(), until=later, at=NOON + HOUR).lasts_until == NOON + HOUR


def test_a_later_extension_never_shortens_it_and_may_build_on_the_one_before() -> None:
    first = extended(a_grant(), until=NOON + 5 * HOUR, at=NOON)
    assert extended(first, until=NOON + 2 * HOUR, at=NOON + _MINUTE).lasts_until == NOON + 5 * HOUR
    assert extended(first, until=NOON + 9 * HOUR, at=NOON + 4 * HOUR).lasts_until == NOON + 9 * HOUR


@pytest.mark.parametrize(("at", "how"), [(HOUR - _SECOND, Ending.ENDED_EARLY), (HOUR, Ending.EXPIRED)])
def test_an_end_by_hand_counts_before_the_end_of_its_time(at: timedelta, how: Ending) -> None:
    assert ended(a_grant(), at=NOON + at).ending(now=NOON + 2 * HOUR) is how


def test_updates_that_cross_each_other_come_to_the_same_in_any_order() -> None:
    """The earliest end counts, every extension once."""
    longer, longest = (extended(a_grant(), until=NOON + hours * HOUR, at=NOON) for hours in (2, 3))
    early, late = (ended(a_grant(), at=NOON + minutes * _MINUTE) for minutes in (10, 20))
    for first, *more in permutations([longer, longest, early, late, longer]):
        whole = first
        for grant in more:
            whole = joined(whole, grant)
        assert (len(whole.extensions), whole.lasts_until) == (2, NOON + 3 * HOUR)
        assert whole.end == early.end


def test_what_a_rule_gives_too_is_not_of_grants_alone() -> None:
    assert is_of_grants(["grant:g-1", "grant:g-2"])
    assert not is_of_grants(["grant:g-1", "policy.yaml:3"])
    assert not is_of_grants([])


# How long it may be


def _times(grant: Grant, *, now: datetime = NOON) -> list[str]:
    policy = replace(a_policy(), guardrails=Guardrails(longest_grant=_DAY + 30 * _MINUTE))
    return list(findings_of_time(grant, policy=policy, now=now))


@pytest.mark.parametrize(
    ("begins", "until", "finding"),
    [
        (-_DAY, timedelta(0), "`until` is past"),
        (-_DAY, _MINUTE, ""),
        (2 * HOUR, 2 * HOUR, "`until` is not after `from`"),
        (2 * HOUR, 2 * HOUR + _MINUTE, ""),
        (timedelta(0), _DAY + 30 * _MINUTE, ""),
        (timedelta(0), _DAY + 31 * _MINUTE, "more than 1 days 30 minutes away, the longest that the policy allows"),
        # What has been is not counted: an extension begins now.
        (-10 * _DAY, _DAY + 30 * _MINUTE, ""),
        (-10 * _DAY, _DAY + 31 * _MINUTE, "more than 1 days 30 minutes away"),
        (5 * _DAY, 6 * _DAY + 30 * _MINUTE, ""),
        (5 * _DAY, 6 * _DAY + 31 * _MINUTE, "more than 1 days 30 minutes away"),
        (366 * _DAY, 366 * _DAY + HOUR, ""),
        (366 * _DAY + _MINUTE, 366 * _DAY + HOUR, "`from` is more than 366 days away"),
    ],
)
def test_a_grant_is_as_long_as_the_policy_allows_and_not_a_minute_longer(
    begins: timedelta, until: timedelta, finding: str
) -> None:
    found = _times(replace(a_grant(), begins=NOON + begins, until=NOON + until))
    assert len(found) == bool(finding)
    assert finding in "".join(found)
