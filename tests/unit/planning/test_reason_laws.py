"""Laws of reasons: every one that holds is kept, and what is given goes with the last of them."""

from dataclasses import replace
from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from dayone.model.operations import Action, Applied
from dayone.model.policy.rules import AccountSelector, AssignmentRule, Condition, GroupRule, Location, PersonSelector
from dayone.model.subjects import Desired, Resource, Subject
from dayone.planning.desired import desired_for_account
from dayone.planning.desired_people import desired_for_person
from dayone.planning.diff import differences
from tests.builders import NOON, a_person, a_policy, an_account, assignment, membership, the_account, the_person

_PATTERNS = ("*", "Eng*", "Data", "*ing")
_patterns = st.lists(st.sampled_from(_PATTERNS), min_size=1, max_size=5)
_TEXT = "Engineering"
_FITTING = ("*", "Eng*", "*ing")


def _group(patterns: list[str]) -> GroupRule:
    selectors = tuple(
        PersonSelector((Condition("department", any_of=(pattern,)),), Location("policy.yaml", line))
        for line, pattern in enumerate(patterns, start=1)
    )
    return GroupRule("g", "", selectors, Location("policy.yaml", 1))


def _rules(patterns: list[str]) -> list[AssignmentRule]:
    return [
        AssignmentRule("g", "P", (AccountSelector(Location("policy.yaml", line), names=(pattern,)),), Location("p", 1))
        for line, pattern in enumerate(patterns, start=1)
    ]


def _member(patterns: list[str]) -> Desired:
    return desired_for_person(a_person(department=_TEXT), policy=a_policy(_group(patterns)), now=NOON)


def _assigned(patterns: list[str]) -> Desired:
    policy = a_policy(*_rules(patterns))
    return desired_for_account(an_account(name=_TEXT), policy=policy, employed=frozenset())


def _lines(desired: Desired, resource: Resource) -> list[int]:
    wanted = desired.resources.get(resource)
    return [int(reason.rule.rpartition(":")[2]) for reason in wanted.reasons] if wanted else []


def _that_fit(patterns: list[str]) -> list[int]:
    return [line for line, pattern in enumerate(patterns, start=1) if pattern in _FITTING]


@given(_patterns)
def test_a_membership_has_every_reason_that_holds_and_no_other(patterns: list[str]) -> None:
    assert _lines(_member(patterns), membership("g")) == _that_fit(patterns)


@given(_patterns)
def test_an_assignment_has_every_reason_that_holds_and_no_other(patterns: list[str]) -> None:
    assert _lines(_assigned(patterns), assignment("g", "P")) == _that_fit(patterns)


@given(_patterns)
def test_a_membership_ends_with_its_last_reason_and_not_before(patterns: list[str]) -> None:
    stages = [_member(left) for left in accumulate(([pattern] for pattern in patterns), lambda a, b: a + b)][::-1]
    _check_the_end(stages, resource=membership("g"), subject=the_person())


@given(_patterns)
def test_an_assignment_ends_with_its_last_reason_and_not_before(patterns: list[str]) -> None:
    stages = [_assigned(left) for left in accumulate(([pattern] for pattern in patterns), lambda a, b: a + b)][::-1]
    _check_the_end(stages, resource=assignment("g", "P"), subject=the_account())


def _check_the_end(stages: list[Desired], *, resource: Resource, subject: Subject) -> None:
    """As one rule after another leaves the policy, the removal comes exactly where no reason is left, and says why."""
    applied: dict[Resource, Applied] = {}
    for desired in (*stages, Desired({})):
        found = differences(desired, applied=applied, subject=subject, protection=a_policy().protection)
        removals = [
            difference for difference in found if difference.action is Action.DELETE and difference.resource == resource
        ]
        assert bool(removals) == (resource in applied and resource not in desired.resources)
        for removal in removals:
            gone = [replace(reason, because=f"no longer: {reason.because}") for reason in applied[resource].reasons]
            assert list(removal.desired.reasons) == gone
        applied = {
            resource: Applied(resource=resource, attributes=wanted.attributes, reasons=wanted.reasons)
            for resource, wanted in desired.resources.items()
        }
