"""Held removals: they outlive plans, and end when decided on or no longer desired."""

from dataclasses import replace

import pytest

from dayone.model.guardrails import Ground, HeldPart, Verdict, decided, released, reviewed, spoken_for
from dayone.model.subjects import Resource
from tests.builders import membership

_ENGINEERS = membership("engineers")
_HELD = HeldPart(resource=_ENGINEERS, change="01X", operation="person:e-1@2-aa/0000")
_SAME = Ground(policy_version=3, has_left=False)


def _decided(
    *held: HeldPart,
    is_approved: bool = True,
    removals: tuple[Resource, ...] = (_ENGINEERS,),
    ground: Ground = _SAME,
) -> tuple[HeldPart, ...]:
    return decided(held, change="01X", is_approved=is_approved, removals=removals, ground=ground)


def _rejected(*, version: int) -> HeldPart:
    return replace(_HELD, verdict=Verdict.REJECTED, policy_version=version)


@pytest.mark.parametrize(
    ("case", "held", "asked", "ground", "expected"),
    [
        ("a removal that is still asked for stays held", _HELD, True, _SAME, _HELD),
        (
            "one that is asked for no more is withdrawn",
            _HELD,
            False,
            _SAME,
            replace(_HELD, verdict=Verdict.WITHDRAWN),
        ),
        (
            "an approved one that is asked for no more is withdrawn",
            replace(_HELD, verdict=Verdict.APPROVED),
            False,
            _SAME,
            replace(_HELD, verdict=Verdict.WITHDRAWN),
        ),
        (
            "a leaver's removal is another one than the policy's",
            _HELD,
            True,
            Ground(policy_version=3, has_left=True),
            replace(_HELD, verdict=Verdict.WITHDRAWN),
        ),
        (
            "a rejection by the policy does not keep the access of a leaver",
            _rejected(version=3),
            True,
            Ground(policy_version=3, has_left=True),
            None,
        ),
        ("a withdrawn one is forgotten", replace(_HELD, verdict=Verdict.WITHDRAWN), True, _SAME, None),
        ("a rejected one stays off", _rejected(version=3), True, _SAME, _rejected(version=3)),
        ("until a newer policy asks for it", _rejected(version=2), True, _SAME, None),
        ("a rejected one that nobody asks for is forgotten", _rejected(version=3), False, _SAME, None),
    ],
)
def test_a_held_removal_at_the_next_look(
    case: str, held: HeldPart, *, asked: bool, ground: Ground, expected: HeldPart | None
) -> None:
    removals = [_ENGINEERS] if asked else []
    assert reviewed([held], removals=removals, ground=ground) == ((expected,) if expected else ()), case


@pytest.mark.parametrize(("is_approved", "verdict"), [(True, Verdict.APPROVED), (False, Verdict.REJECTED)])
def test_a_decision_is_about_what_waits_in_its_change(*, is_approved: bool, verdict: Verdict) -> None:
    others = (replace(_HELD, change="01Y"), _rejected(version=1))
    after = _decided(_HELD, *others, is_approved=is_approved)
    assert after == (replace(_HELD, verdict=verdict, policy_version=3), *others)


def test_an_approval_of_what_is_asked_for_no_more_removes_nothing() -> None:
    (after,) = _decided(_HELD, removals=())
    assert after.verdict is Verdict.WITHDRAWN


@pytest.mark.parametrize(("is_approved", "verdict"), [(True, Verdict.APPROVED), (False, Verdict.WITHDRAWN)])
def test_what_the_policy_took_goes_when_approved_and_is_not_kept_when_the_person_has_left(
    *, is_approved: bool, verdict: Verdict
) -> None:
    (after,) = _decided(_HELD, ground=Ground(policy_version=3, has_left=True), is_approved=is_approved)
    assert after.verdict is verdict


def test_no_plan_makes_a_removal_anew_that_is_held_approved_or_rejected() -> None:
    for verdict in Verdict:
        held = [replace(_HELD, verdict=verdict)]
        assert (_ENGINEERS in spoken_for(held)) is (verdict is not Verdict.WITHDRAWN)


def test_only_what_was_approved_may_run() -> None:
    may_run = [verdict for verdict in Verdict if released([replace(_HELD, verdict=verdict)])]
    assert may_run == [Verdict.APPROVED]
