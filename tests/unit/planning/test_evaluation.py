"""A policy evaluated for one subject after the other: how each differs from what it should have."""

from dataclasses import replace

import pytest

from dayone.model.accounts import Account, AccountState
from dayone.model.guardrails import HeldPart
from dayone.model.operations import Applied
from dayone.model.people import Person
from dayone.model.policy.rules import Policy, Protection
from dayone.model.subject_state import Head, SubjectState
from dayone.model.subjects import Subject, SubjectKind
from dayone.planning.compiled_rules import Selection, ready
from dayone.planning.desired import EachRule
from dayone.planning.evaluation import PolicyEvaluator, diff_recorded_state
from dayone.planning.judgement import removals_of, split_held
from tests.builders import (
    GROUP,
    NOON,
    USER,
    a_group,
    a_person,
    a_policy,
    a_set,
    an_account,
    an_assignment,
    assignment,
    confirmed,
    membership,
    the_account,
    the_group,
    the_person,
)

_POLICY = a_policy(a_group("engineers"), a_set("ViewOnly"), an_assignment("engineers", "ViewOnly"))


def _state(subject: Subject, *applied: Applied, fact: Person | Account | None = None) -> SubjectState:
    return SubjectState(Head(subject=subject, fact=fact), {entry.resource: entry for entry in applied})


def _user(person: Person) -> Applied:
    evaluator = PolicyEvaluator(a_policy(), NOON, Selection(a_policy()))
    wanted = evaluator.desired(SubjectState(Head(subject=the_person(person.id))), fact=person).resources[USER]
    return confirmed(USER, attributes=dict(wanted.attributes))


def _plans(*states: SubjectState, policy: Policy = _POLICY) -> dict[str, list[str]]:
    """Return the planned operations by subject."""
    evaluator = PolicyEvaluator(policy, NOON, Selection(policy))
    diffs = {str(state.head.subject): diff_recorded_state(state, evaluator=evaluator).differences for state in states}
    return {
        subject: [f"{difference.action} {difference.resource}" for difference in found]
        for subject, found in diffs.items()
        if found
    }


def test_only_those_who_would_change_have_a_plan() -> None:
    ada = a_person("e-1")
    assert _plans(
        _state(the_person("e-1"), _user(ada), confirmed(membership("engineers")), fact=ada),
        _state(the_person("e-2"), fact=a_person("e-2", department="Sales")),
        _state(the_account(), fact=an_account()),
        _state(the_group("engineers")),
        _state(the_group("gone"), confirmed(GROUP)),
    ) == {
        "person:e-2": ["create user"],
        "account:444455556666": ["create assignment/ViewOnly/engineers"],
        "group:engineers": ["create group"],
        "group:gone": ["delete group"],
    }


@pytest.mark.parametrize(
    ("case", "subject", "fact", "policy"),
    [
        ("a protected person", the_person(), a_person(), replace(_POLICY, protection=Protection(frozenset({"e-1"})))),
        ("a suspended account", the_account(), an_account(state=AccountState.SUSPENDED), _POLICY),
        ("somebody of whom nothing is known", the_person(), None, _POLICY),
        ("an account of which nothing is known", the_account(), None, _POLICY),
    ],
)
def test_who_is_left_alone_has_no_plan_whatever_they_have(
    case: str, subject: Subject, fact: Person | Account | None, policy: Policy
) -> None:
    have = confirmed(membership("old") if subject.kind is SubjectKind.PERSON else assignment("old"))
    assert _plans(_state(subject, have, fact=fact), policy=policy) == {}, case


def _is_emptied(account: Account, *applied: Applied) -> bool:
    state = _state(the_account(account.id), *applied, fact=account)
    diff = diff_recorded_state(state, evaluator=PolicyEvaluator(_POLICY, NOON, Selection(_POLICY)))
    removals = removals_of(split_held(diff, head=state.head), diff=diff, applied=state.trusted)
    return bool(removals.removes_everything)


@pytest.mark.parametrize(
    ("case", "account", "applied", "expected"),
    [
        ("one that loses its only assignment", an_account(ou_path="/"), [confirmed(assignment("old"))], True),
        ("one that keeps another", an_account(), [confirmed(assignment("old")), confirmed(assignment())], False),
        ("one that gets another", an_account(), [confirmed(assignment("old"))], False),
        (
            "one that keeps what is not ours",
            an_account(ou_path="/"),
            [confirmed(assignment("old"), adopted=True)],
            False,
        ),
        ("one that never had any", an_account(ou_path="/"), [], False),
    ],
)
def test_an_account_is_emptied_when_nothing_would_be_left(
    case: str, account: Account, applied: list[Applied], *, expected: bool
) -> None:
    assert _is_emptied(account, *applied) is expected, case


@pytest.mark.parametrize(
    ("case", "head", "expected"),
    [
        ("somebody who has what they should have", {}, False),
        ("somebody with open operations", {"outstanding": 1}, True),
        ("somebody with removals held", {"held": (HeldPart(resource=USER, change="1", operation="1"),)}, True),
        ("somebody who comes due at another moment", {"due_at": NOON}, True),
    ],
)
def test_a_policy_concerns(case: str, head: dict[str, object], *, expected: bool) -> None:
    ada = a_person()
    state = _state(the_person(), _user(ada), confirmed(membership()), fact=ada)
    changed = SubjectState(replace(state.head, **head), state.applied)  # type: ignore[arg-type]
    assert PolicyEvaluator(_POLICY, NOON, Selection(_POLICY)).concerns(changed) is expected, case


def test_a_policy_concerns_whoever_would_change() -> None:
    assert PolicyEvaluator(_POLICY, NOON, Selection(_POLICY)).concerns(_state(the_group("engineers")))


def test_a_policy_is_made_ready_once_and_never_taken_for_another_of_its_version() -> None:
    policy, other = a_policy(a_group("a")), a_policy(a_group("b"))
    assert ready(policy) is ready(policy)
    given = [list(ready(entry).memberships(a_person(), now=NOON)) for entry in (policy, other, policy)]
    assert given == [[membership("a")], [membership("b")], [membership("a")]]


def test_what_is_wanted_is_compared_by_its_reasons_though_they_are_put_into_words_late() -> None:
    ours, theirs = a_person(department="Engineering"), a_person(department="engineering")
    (wanted,) = ready(_POLICY).memberships(ours, now=NOON).values()
    (alike,) = EachRule(_POLICY).memberships(ours, now=NOON).values()
    (other,) = EachRule(_POLICY).memberships(theirs, now=NOON).values()
    assert wanted == alike
    assert alike == wanted
    assert wanted != other
