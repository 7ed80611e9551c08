"""Deliveries without effect leave only the record of their version, and an answer about their change."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dayone.model.accounts import AccountState
from dayone.model.changes import Cause, CauseKind, Change, ChangeState, ulid_of
from dayone.model.commands import DiscoverAccounts
from dayone.model.people import Person
from dayone.model.subject_state import Head
from dayone.model.subjects import THE_ORGANIZATION, Subject, SubjectKind
from tests.builders import ACCOUNT_ID, a_group, a_person, a_policy, a_set, an_account, an_assignment
from tests.unit.world import World

_HOUR = timedelta(hours=1)


@pytest.fixture
def world() -> World:
    made = World()
    made.policy_is(a_policy(a_group(), a_set(), an_assignment()))
    made.hr_tells(a_person())
    made.account_is(an_account())
    made.settle()
    made.look_at_account(ACCOUNT_ID)
    made.settle()
    made.now += _HOUR
    return made


def _person(world: World) -> Head:
    return world.state.heads[Subject(SubjectKind.PERSON, a_person().id)]


def _title(world: World) -> str:
    fact = _person(world).fact
    assert isinstance(fact, Person)
    return fact.title


def _left_by(world: World) -> tuple[int, int, Head]:
    return len(world.state.plans), len(world.state.log), _person(world)


class TestARecordOfHr:
    def test_it_leaves_no_plan_no_audit_entry_and_the_person_as_they_were(self, world: World) -> None:
        before = _left_by(world)
        world.hr_tells(a_person())
        world.settle()
        assert _left_by(world) == before

    def test_its_change_is_answered_to_whoever_was_told_its_id(self, world: World) -> None:
        command = world.hr_tells(a_person())
        world.settle()
        change = world.state.changes[command.cause.change]
        assert (change.state, change.subjects, change.planned) == (ChangeState.SUCCEEDED, 0, 0)
        assert change.operations == 0

    def test_what_was_true_before_it_and_comes_after_it_is_stale(self, world: World) -> None:
        world.hr_tells(a_person(), at=world.now + _HOUR)
        world.settle()
        late = world.hr_tells(a_person(title="Director"), at=world.now + _HOUR / 2)
        world.settle()
        assert _title(world) == a_person().title
        notes = world.state.plans[late.cause.change, late.subject].notes
        assert notes[0].startswith("stale: the record of standard is from")

    def test_an_older_echo_does_not_put_back_a_newer_one(self, world: World) -> None:
        world.hr_tells(a_person(), at=world.now + _HOUR)
        world.hr_tells(a_person(), at=world.now + _HOUR / 2)
        world.hr_tells(a_person(title="Director"), at=world.now + _HOUR * 3 / 4)
        world.settle()
        assert _title(world) == a_person().title

    def test_what_is_newer_counts(self, world: World) -> None:
        world.hr_tells(a_person(), at=world.now + _HOUR)
        world.hr_tells(a_person(title="Director"), at=world.now + 2 * _HOUR)
        world.settle()
        assert _title(world) == "Director"

    def test_the_same_record_that_comes_again_is_one_too(self, world: World) -> None:
        first = _person(world).version
        assert first is not None
        before = _left_by(world)
        again = world.hr_tells(a_person(), at=first.at)
        world.settle()
        assert _left_by(world) == before
        assert world.state.changes[again.cause.change].notes == ("the same record was received before",)

    def test_the_same_message_once_more_is_harmless(self, world: World) -> None:
        command = world.hr_tells(a_person())
        world.settle()
        before = world.state.changes[command.cause.change]
        world.plan(command)
        after = world.state.changes[command.cause.change]
        assert (after.state, after.planned, after.operations) == (before.state, 0, 0)

    def test_it_is_planned_when_the_policy_would_have_them_otherwise(self, world: World) -> None:
        world.policies = {text: replace(a_policy(), version=policy.version) for text, policy in world.policies.items()}
        command = world.hr_tells(a_person())
        world.plan(command)
        assert world.state.plans[command.cause.change, command.subject].operations


def test_an_event_about_an_account_that_is_as_it_was_is_still_found_in_the_list(world: World) -> None:
    command = world.look_at_account(ACCOUNT_ID)
    world.settle()
    change = world.state.changes[command.cause.change]
    assert (change.state, change.planned, change.operations) == (ChangeState.SUCCEEDED, 1, 0)


class TestTheDailyLook:
    def _looks(self, world: World, *, actor: str = "dayone") -> Change:
        change = ulid_of(world.now, name=f"look {next(world.numbers)}")
        cause = Cause(change=change, kind=CauseKind.DISCOVERY, actor=actor, reference="sweep", at=world.now)
        world.inbox.put([DiscoverAccounts(subject=THE_ORGANIZATION, cause=cause)])
        world.settle()
        return world.state.changes[change]

    @pytest.fixture
    def looked(self, world: World) -> World:
        # The first look of all asks for approvals, and so is counted whole.
        self._looks(world)
        world.now += timedelta(days=1)
        return world

    def test_it_is_over_when_the_organisation_is_noted_and_plans_no_account_that_is_as_it_was(
        self, looked: World
    ) -> None:
        change = self._looks(looked)
        assert (change.state, change.subjects, change.planned) == (ChangeState.SUCCEEDED, 1, 1)
        assert (change.id, Subject(SubjectKind.ACCOUNT, ACCOUNT_ID)) not in looked.state.plans

    def test_an_account_that_is_otherwise_is_one_more_subject_of_its_change(self, looked: World) -> None:
        looked.organization.accounts[ACCOUNT_ID] = an_account(state=AccountState.SUSPENDED)
        looked.organization.accounts["200000000002"] = an_account("200000000002")
        change = self._looks(looked)
        assert (change.state, change.subjects, change.planned) == (ChangeState.SUCCEEDED, 3, 3)

    def test_one_that_somebody_asked_for_counts_every_account(self, looked: World) -> None:
        change = self._looks(looked, actor="arn:admin")
        assert (change.state, change.subjects, change.planned) == (ChangeState.SUCCEEDED, 2, 2)
