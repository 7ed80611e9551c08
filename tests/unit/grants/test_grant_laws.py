"""Updates of grants in any order and number, read at any time: the end is the same."""

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dayone.model.grants import End, Ending, Extension, Grant, GrantState, joined
from dayone.model.policy.rules import Guardrails
from dayone.model.subjects import Desired, DesiredResource, Reason
from dayone.planning.desired_grants import next_turn, reason_of, with_grants
from tests.builders import NOON, a_group, a_person, a_policy, a_set, an_account, membership
from tests.unit.crashes import Crash, Fuse
from tests.unit.granting import a_grant, ended, extended, in_account, is_said, passes
from tests.unit.world import World

_minutes = st.integers(0, 40).map(lambda minutes: NOON + timedelta(minutes=minutes))
_extensions = st.builds(Extension, at=_minutes, until=_minutes, by=st.just("arn:a"), change=st.sampled_from("ab"))
_ends = st.none() | st.builds(End, at=_minutes, how=st.sampled_from(Ending), by=st.just("arn:a"), change=st.just("c"))
_said = st.builds(
    lambda extensions, end: a_grant(until=NOON + timedelta(minutes=20), extensions=tuple(sorted(extensions)), end=end),
    st.frozensets(_extensions, max_size=4),
    _ends,
)


@given(grant=_said, two=_said, three=_said)
def test_what_is_said_in_two_places_is_joined_whichever_is_heard_first(grant: Grant, two: Grant, three: Grant) -> None:
    assert joined(grant, two) == joined(two, grant)
    assert joined(joined(grant, two), three) == joined(grant, joined(two, three))
    assert joined(joined(grant, two), two) == joined(grant, two)


def test_an_extension_that_was_said_too_late_counts_for_nothing() -> None:
    grant = a_grant(until=NOON + timedelta(minutes=20))
    until = NOON + timedelta(minutes=40)
    assert extended(grant, until=until, at=NOON + timedelta(minutes=19)).lasts_until == until
    assert extended(grant, until=until, at=NOON + timedelta(minutes=20)).lasts_until == grant.until


@given(grant=_said, more=_said, now=_minutes)
def test_an_end_that_was_said_beats_every_extension(grant: Grant, more: Grant, now: datetime) -> None:
    end = End(at=min(now, grant.lasts_until - timedelta(minutes=1)), how=Ending.ENDED_EARLY, by="b", change="c")
    over = replace(grant, end=end)
    assert over.state(now=now) is GrantState.ENDED
    assert not joined(over, replace(more, end=None)).is_open(now=now)


@given(grant=_said, now=_minutes)
def test_its_state_turns_only_where_somebody_is_told_to_look(grant: Grant, now: datetime) -> None:
    noted = replace(grant, noted=grant.state(now=now))
    turn = next_turn([noted], now=now)
    until = turn - timedelta(microseconds=1) if turn else now + timedelta(days=9)
    assert noted.state(now=until) is noted.state(now=now)
    assert turn is None or turn > now
    if turn is not None:
        assert next_turn([noted], now=turn) in (turn, noted.lasts_until)


@given(
    grants=st.lists(st.tuples(_minutes, _minutes), max_size=4),
    by_rule=st.booleans(),
    now=_minutes,
)
def test_access_has_every_reason_that_holds_and_goes_with_the_last(
    grants: list[tuple[datetime, datetime]], *, by_rule: bool, now: datetime
) -> None:
    rule = Reason("policy.yaml:1", "x")
    given_by = [a_grant(f"g-{number}", begins=begins, until=until) for number, (begins, until) in enumerate(grants)]
    base = Desired({membership(): DesiredResource({}, (rule,))} if by_rule else {})
    policy = a_policy(a_group())
    found = with_grants(base, fact=a_person(), grants=given_by, policy=policy, employed=(), now=now)
    wanted = [rule] if by_rule else []
    wanted += [reason_of(grant) for grant in given_by if grant.begins <= now < grant.until]
    have = found.resources.get(membership())
    assert list(have.reasons if have else ()) == wanted


def _started() -> World:
    world = World()
    groups = (a_group(department="Nobody"), a_group("admins", department="Nobody"))
    world.policy_is(replace(a_policy(*groups, a_set()), guardrails=Guardrails(percent=0, at_least=0)))
    world.hr_tells(a_person(), at=NOON - timedelta(days=1))
    world.account_is(an_account())
    world.settle()
    world.now = NOON
    return world


# Each with all that the API knew of the grant by then, which may be less than had been said.
_IN_GROUP = a_grant("g-1", until=NOON + timedelta(minutes=10))
_LONGER = extended(_IN_GROUP, until=NOON + timedelta(minutes=30), at=NOON + timedelta(minutes=5))
_LONGER_STILL = extended(_LONGER, until=NOON + timedelta(minutes=50), at=NOON + timedelta(minutes=20))
_TOO_LATE = extended(_IN_GROUP, until=NOON + timedelta(minutes=90), at=NOON + timedelta(minutes=60))
_NO_LONGER = ended(_LONGER, at=NOON + timedelta(minutes=25))
_OVERLAPPING = a_grant("g-2", begins=NOON + timedelta(minutes=8), until=NOON + timedelta(minutes=28))
_ALONE = in_account("g-3", to="person:e-1", until=NOON + timedelta(minutes=15))
_EVERYTHING = (_IN_GROUP, _LONGER, _LONGER_STILL, _TOO_LATE, _NO_LONGER, _OVERLAPPING, _ALONE)


def _end_of(world: World) -> object:
    noted = {
        name: (grant.noted, grant.lasts_until, grant.end, grant.extensions)
        for name, grant in world.state.grants.items()
    }
    return noted, world.groups(), world.assignments()


@pytest.mark.thorough
@given(
    said=st.lists(st.sampled_from(_EVERYTHING), min_size=1, max_size=9),
    order=st.randoms(use_true_random=False),
    pauses=st.lists(st.integers(0, 25), min_size=20, max_size=20),
)
@settings(max_examples=60, deadline=None)
def test_any_order_any_number_of_times_and_any_clock_end_in_the_same(
    said: list[Grant], order: Random, pauses: list[int]
) -> None:
    straight = _started()
    for grant in sorted(said, key=_EVERYTHING.index):
        is_said(straight, grant)
        straight.settle()
    mixed = _started()
    shuffled = [*said, *said]
    order.shuffle(shuffled)
    for grant, minutes in zip(shuffled, pauses, strict=False):
        is_said(mixed, grant)
        mixed.plan_all()
        if minutes % 3:
            mixed.execute(seconds=0.6)
        passes(mixed, until=mixed.now + timedelta(minutes=minutes))
    for world in (straight, mixed):
        passes(world, until=max(straight.now, mixed.now, NOON + timedelta(minutes=100)))
        assert all(applied.doubt is None for applied in world.state.applied.values())
        assert not any(change.held for change in world.state.changes.values())
    assert _end_of(straight) == _end_of(mixed)
    assert mixed.groups()["engineers"] == set()
    assert mixed.assignments() == set()


@pytest.mark.thorough
@pytest.mark.parametrize("call", range(1, 121, 3))
def test_a_crash_at_any_call_changes_nothing_about_the_end(call: int) -> None:
    world, calm = _started(), _started()
    fuse = Fuse(call)
    for entry in (world, calm):
        if entry is world:
            entry.around = fuse.around
        for said in (_IN_GROUP, _ALONE, _LONGER, _NO_LONGER):
            is_said(entry, said)
            _settles(entry)
        _passes_in_spite_of_it(entry, until=NOON + timedelta(minutes=60))
    assert _end_of(world) == _end_of(calm)


def _settles(world: World) -> None:
    for _ in range(3):
        try:
            world.settle()
        except Crash:
            continue
        return


def _passes_in_spite_of_it(world: World, *, until: datetime) -> None:
    while world.now < until:
        world.now = min(until, world.now + timedelta(minutes=1))
        world.sweep()
        _settles(world)
