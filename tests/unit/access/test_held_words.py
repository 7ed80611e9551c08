"""Texts on held operations: the reason, who may decide and who may not, and what continues; in changes and previews."""

from dataclasses import replace

import pytest

from dayone.access.explain.explanation import describe_step, explain_access
from dayone.access.held_words import about_preview, held_explanation
from dayone.changes.decisions import decide_change
from dayone.model.audit import AUTHOR
from dayone.model.changes import Blame, Change, ChangeState
from dayone.model.subjects import ResourceKind
from tests.builders import ACCOUNT_ID, a_person, an_account
from tests.unit.previews import POLICY as OF_SALES
from tests.unit.previews import api_of, if_policy, put_in_force
from tests.unit.world import World

_ADA = "arn:aws:iam::111122223333:user/ada"
_DECIDES = "Whoever has the stack's OperatePolicyArn approves or rejects it"
_OWN = "; nobody decides on what they would be given themselves"
_STAYS = "what is held to be given is not given, and what is held to be removed stays"
POLICY = OF_SALES + "guardrails: {additions: {percent: 100}}\n"
_EVERYBODY_SELLS = POLICY.replace("department: Engineering", "department: Nobody's").replace("Sales", "Engineering")


def _changed() -> tuple[World, Change]:
    """An edit that moves everybody from one group to another: giving goes on, taking is held."""
    world = World()
    for number in range(12):
        world.hr_tells(a_person(f"e-{number}"))
    put_in_force(POLICY, world=world, actor=_ADA)
    change = put_in_force(_EVERYBODY_SELLS, world=world, actor=_ADA).cause.change
    return world, world.state.changes[change]


def test_a_held_change_says_why_who_may_decide_and_what_goes_on() -> None:
    world, change = _changed()
    assert (change.state, len(world.groups()["sales"]), len(world.groups()["engineers"])) == (ChangeState.HELD, 12, 12)
    assert held_explanation(change, sole_administrator=False) == (
        f"12 operations of this change wait for a decision; what it held first, it held because {change.held_reason}.",
        f"{_DECIDES}, but not {_ADA}, who caused the change and took a part out of group engineers{_OWN}.",
        f"Meanwhile everything else goes on (12 of 12 operations done); {_STAYS}.",
    )


def test_those_who_are_named_are_those_who_are_refused() -> None:
    """The words and the decision go by the same change: nobody is named who may decide, and nobody left out."""
    world, change = _changed()
    others = (Blame(actor="arn:bob", reason="gave grant g-1"), Blame(actor=f"{AUTHOR}eve", reason="put x in force"))
    change = replace(change, blamed=others, cause=replace(change.cause, authors=(f"{AUTHOR}grace",)))
    world.state.changes[change.id] = change
    said = held_explanation(change, sole_administrator=False)[1]
    assert said == (
        f"{_DECIDES}, but not {_ADA}, who caused the change; nor grace, who wrote it; "
        f"nor arn:bob, who gave grant g-1; nor eve, who put x in force{_OWN}."
    )
    for actor in (_ADA, "arn:bob", "arn:aws:sts::111122223333:assumed-role/R/eve", "arn:x/grace"):
        with pytest.raises(Exception, match="another caller must"):
            decide_change(change.id, is_approved=True, actor=actor, ports=api_of(world))
    decide_change(change.id, is_approved=True, actor="arn:somebody-else", ports=api_of(world))


def test_an_hr_system_is_not_told_that_it_may_not_decide() -> None:
    _, change = _changed()
    caused = replace(change, cause=replace(change.cause, actor="hr:standard"), blamed=())
    assert held_explanation(caused, sole_administrator=False)[1] == f"{_DECIDES}{_OWN}."


def test_a_company_with_one_administrator_is_told_that_they_may() -> None:
    _, change = _changed()
    said = held_explanation(change, sole_administrator=True)
    assert said[1:3] == (
        f"{_DECIDES}.",
        "SoleAdministrator=yes: those who have brought it about may decide as well.",
    )


def test_what_was_decided_is_told_of_in_the_past_and_what_was_never_held_not_at_all() -> None:
    world, change = _changed()
    decide_change(change.id, is_approved=True, actor="arn:other", ports=api_of(world))
    world.settle()
    said = held_explanation(world.state.changes[change.id], sole_administrator=False)
    assert said == (f"It holds nothing any more; it did, because {change.held_reason}.",)
    first = next(change for change in world.state.changes.values() if not change.held_reason)
    assert held_explanation(first, sole_administrator=False) == ()


def test_a_preview_says_who_could_decide_and_what_would_go_on() -> None:
    world = World()
    for number in range(12):
        world.hr_tells(a_person(f"e-{number}"))
    put_in_force(POLICY, world=world, actor=_ADA)
    found = if_policy(_EVERYBODY_SELLS, world=world)
    guardrail = found.preview.guardrail
    assert guardrail.held == 12
    others = sum(found.preview.counts.values()) - guardrail.held
    said = about_preview(guardrail.held, others=others, is_edit=True, sole_administrator=False)
    assert said == (
        f"{_DECIDES}, but neither who applies this policy nor its authors{_OWN}.",
        f"Meanwhile 12 operations would be carried out at once; {_STAYS}.",
    )
    assert about_preview(0, others=others, is_edit=True, sole_administrator=False) == ()
    said = about_preview(1, others=0, is_edit=False, sole_administrator=False)
    assert said == (
        f"{_DECIDES}, but nobody who has brought it about by a rule or a grant{_OWN}.",
        f"Meanwhile nothing would be carried out; {_STAYS}.",
    )


def test_an_explanation_says_why_what_is_wanted_is_not_given_yet() -> None:
    world = World()
    world.hr_tells(a_person("e-1"))
    world.account_is(an_account())
    sensitive = POLICY.replace("[ViewOnlyAccess]", "[AdministratorAccess]")
    change = put_in_force(sensitive, world=world, actor=_ADA).cause.change
    api = api_of(world)
    found = explain_access(
        "e-1",
        ACCOUNT_ID,
        permission_set="ViewOnly",
        records=api.records,
        grants=api.grants,
        policies=api.policies,
        now=world.now,
    )
    membership = next(
        step for way in found.ways for step in way.steps if step.target.resource.kind is ResourceKind.MEMBERSHIP
    )
    said = describe_step(membership, policy_version=world.state.policy_in_force)
    assert "e-1 is not in the group engineers, though it is wanted because department is Engineering" in said
    assert "giving it is held by a guardrail, because it is sensitive (the group is given `ViewOnly`: it has " in said
    barred = f", but not by who brought it about or would gain by it ({_ADA}, e-1@example.com)"
    assert f"change {change} waits for approval or rejection{barred}; until then it is not given." in said
