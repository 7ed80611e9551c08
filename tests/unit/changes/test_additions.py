"""Additions by an edit, a moved account, a tag or a grant to existing subjects are held above their own limit."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dayone.changes.decisions import decide_change
from dayone.errors import Forbidden
from dayone.hr.manual import put_people, put_person
from dayone.model.changes import CauseKind, Change, ChangeState, ulid_of
from dayone.model.commands import RefreshOrganizationalUnit
from dayone.model.operations import OperationState
from dayone.model.preconditions import NO_PRECONDITION
from dayone.model.subjects import Subject, SubjectKind
from dayone.policy.language.parser import read_policy
from tests.builders import a_cause, a_person, an_account, attributes_in, membership, the_person
from tests.unit.granting import a_grant, is_said
from tests.unit.hr_world import later
from tests.unit.previews import api_of, if_policy, put_in_force
from tests.unit.world import World

_AUTHOR, _APPROVER = "arn:admin", "arn:approver"
_PEOPLE = tuple(f"e-{number}" for number in range(1, 8))
_SETS = """\
permission_sets:
  ViewOnly: {managed_policies: [job-function/ViewOnlyAccess]}
assignments:
  - {group: staff, permission_set: ViewOnly, accounts: [{ou: "/Workloads/**"}, {tags: {team: shop}}]}
"""
_STAFF = "version: 1\ngroups:\n  staff: {members: everyone}\n"
_LIMIT = "guardrails: {additions: {percent: 0, at_least: %d}}\n"
_MORE = "  more: {members: everyone}\n"


def _text(*, more: str = "", at_least: int = 3, rules: str = _SETS) -> str:
    return _STAFF + more + rules + _LIMIT % at_least


def _company(*, people: tuple[str, ...] = _PEOPLE, text: str | None = None) -> World:
    """Everybody is staff, under the first policy that there is."""
    world = World()
    for name in people:
        world.hr_tells(a_person(name))
    world.account_is(an_account())
    world.settle()
    put_in_force(text or _text(), world=world, actor=_AUTHOR)
    later(world, days=2)
    return world


def _holding(world: World) -> list[Change]:
    return [change for change in world.state.changes.values() if change.held]


def test_a_first_policy_and_a_first_import_are_never_held_for_their_number() -> None:
    world = _company()
    assert len(world.groups()["staff"]) == len(_PEOPLE)
    assert _holding(world) == []
    assert sum(world.state.additions.values()) == 0


def test_interns_on_a_monday_and_movers_are_never_held_for_their_number() -> None:
    world = _company(text=_text(more="  sales: {members: [{department: Sales}]}\n", at_least=0))
    for number in range(200):
        world.hr_tells(a_person(f"i-{number}"), at=world.now)
    for name in _PEOPLE:
        world.hr_tells(a_person(name, department="Sales"), at=world.now)
    world.settle()
    assert (len(world.groups()["staff"]), len(world.groups()["sales"])) == (207, 7)
    assert _holding(world) == []


def test_additions_count_on_the_day_they_are_planned_whenever_the_edit_was_made() -> None:
    world = _company()
    put_in_force(_text(more=_MORE), world=world, actor=_AUTHOR)
    text = _text(more=f"{_MORE}  other: {{members: everyone}}\n")
    world.policy_is(read_policy({"policy.yaml": text}, version=0), actor=_AUTHOR)
    later(world, days=1)
    world.settle()
    assert (len(world.groups()["more"]), len(world.groups()["other"])) == (3, 3)


def test_an_edit_gives_up_to_the_limit_and_holds_the_rest() -> None:
    world = _company()
    put_in_force(_text(more=_MORE), world=world, actor=_AUTHOR)
    (change,) = _holding(world)
    assert (change.state, change.held, change.additions) == (ChangeState.HELD, 4, 3)
    assert change.held_reason == "1 addition after 3 others, the limit is 3 (0 % of 8, at least 3)"
    assert len(world.groups()["more"]) == 3
    held = world.operations(OperationState.HELD)
    assert {operation.resource for operation in held} == {membership("more")}
    assert {removal.held_as for removal in world.head(held[0].subject).held} == {"additions"}


def test_somebody_else_approves_what_is_held_and_its_author_does_not() -> None:
    world = _company()
    put_in_force(_text(more=_MORE), world=world, actor=_AUTHOR)
    (change,) = _holding(world)
    with pytest.raises(Forbidden):
        decide_change(change.id, is_approved=True, actor=_AUTHOR, ports=api_of(world))
    decide_change(change.id, is_approved=True, actor=_APPROVER, ports=api_of(world))
    world.settle()
    assert len(world.groups()["more"]) == len(_PEOPLE)
    assert (_holding(world), sum(world.state.additions.values())) == ([], 3)


def test_what_is_rejected_is_not_given_until_a_newer_policy_asks() -> None:
    world = _company()
    put_in_force(_text(more=_MORE), world=world, actor=_AUTHOR)
    (change,) = _holding(world)
    decide_change(change.id, is_approved=False, actor=_APPROVER, ports=api_of(world))
    world.settle()
    world.hr_tells(a_person("e-7", given_name="Grace"), at=world.now)
    world.settle()
    assert (len(world.groups()["more"]), _holding(world)) == (3, [])
    later(world, days=1)
    put_in_force(_text(more=_MORE) + "# again\n", world=world, actor=_AUTHOR)
    # The next day has a budget of its own.
    assert len(world.groups()["more"]) == 6
    assert sum(change.held for change in _holding(world)) == 1


def test_many_small_edits_of_a_day_have_one_budget() -> None:
    world = _company(people=_PEOPLE[:2])
    for number in range(3):
        more = "".join(f"  more-{each}: {{members: everyone}}\n" for each in range(number + 1))
        put_in_force(_text(more=more), world=world, actor=_AUTHOR)
        later(world, minutes=1)
    assert sum(len(each) for name, each in world.groups().items() if name != "staff") == 3
    assert sum(change.held for change in _holding(world)) == 3


def test_what_is_planned_again_before_it_is_done_counts_once() -> None:
    world = _company(people=_PEOPLE[:1])
    texts = [read_policy({"p.yaml": _text(more=_MORE) + remark}, version=0) for remark in ("", "# again\n")]
    for policy in texts:
        world.policy_is(policy, actor=_AUTHOR)
        world.plan_all()
    assert world.groups()["staff"]
    assert "more" not in world.groups()
    world.settle()
    assert len(world.groups()["more"]) == 1
    assert sum(world.state.additions.values()) == 1


_TEAMS = "".join(f"  team-{number}: {{members: everyone}}\n" for number in range(4))
_RULES = _SETS + "".join(
    f'  - {{group: team-{number}, permission_set: ViewOnly, accounts: [{{ou: "/Workloads/**"}}, '
    f"{{tags: {{team: shop}}}}]}}\n"
    for number in range(4)
)
_ELSEWHERE = '  - {group: staff, permission_set: ViewOnly, accounts: [{ou: "/Attic"}]}\n'


class TestAccounts:
    def _world(self) -> World:
        """An account in the attic that has been there for days, with an assignment of its own."""
        world = World()
        world.hr_tells(a_person("e-1"))
        world.account_is(an_account(ou_path="/Attic"))
        world.settle()
        put_in_force(_text(more=_TEAMS, rules=_RULES + _ELSEWHERE, at_least=3), world=world, actor=_AUTHOR)
        later(world, days=2)
        assert len(world.assignments()) == 1
        return world

    @pytest.mark.parametrize("moved", [{"ou_path": "/Workloads/Dev"}, {"ou_path": "/Attic", "tags": {"team": "shop"}}])
    def test_one_that_is_moved_or_tagged_is_held_above_the_limit(self, moved: dict[str, object]) -> None:
        world = self._world()
        world.account_is(an_account(**moved))  # type: ignore[arg-type]
        world.settle()
        (change,) = _holding(world)
        assert change.held == 4
        assert len(world.assignments()) == 1
        decide_change(change.id, is_approved=True, actor=_APPROVER, ports=api_of(world))
        world.settle()
        assert len(world.assignments()) == 5

    def test_a_new_one_gets_everything_at_once_also_when_it_is_moved_and_tagged_on_its_first_day(self) -> None:
        world = self._world()
        for minutes, path in ((0, "/"), (5, "/Attic"), (30, "/Workloads/Dev")):
            later(world, minutes=minutes)
            world.account_is(an_account("222233334444", ou_path=path))
            world.settle()
        assert len([pair for pair in world.assignments() if pair[0] == "222233334444"]) == 5
        assert _holding(world) == []


_UNIT = "ou-a1b2-00000009"
_IN_SHOPS = '  - {group: team-0, permission_set: ViewOnly, accounts: [{ou: "/Shops"}]}\n'


def _renamed_unit() -> tuple[World, Change]:
    """A unit of five accounts that get one assignment more by its new name; the limit is three."""
    world = World()
    world.hr_tells(a_person("e-1"))
    for number in range(1, 6):
        world.account_is(replace(an_account(f"{number:012d}", name=f"a-{number}", ou_path="/Attic"), ou_ids=(_UNIT,)))
    world.settle()
    rules = _SETS.replace('"/Workloads/**"', '"/**"') + _IN_SHOPS
    put_in_force(_text(more=_TEAMS, rules=rules), world=world, actor=_AUTHOR)
    later(world, days=2)
    world.organization.rename_unit(_UNIT, "Shops")
    cause = a_cause(CauseKind.ACCOUNT_EVENT, change=ulid_of(world.now, name="renamed"), at=world.now)
    world.inbox.put([RefreshOrganizationalUnit(subject=Subject(SubjectKind.ORGANIZATIONAL_UNIT, _UNIT), cause=cause)])
    world.settle()
    return world, world.state.changes[cause.change]


def _in_shops(world: World) -> int:
    return len([group for _, _, group in world.assignments() if group == "team-0"])


def test_a_renamed_unit_gives_up_to_the_limit_and_goes_on_when_somebody_else_approves_the_rest() -> None:
    world, change = _renamed_unit()
    assert (change.state, change.held, change.additions, _in_shops(world)) == (ChangeState.HELD, 2, 3, 3)
    assert change.held_reason.startswith("1 addition after 3 others, the limit is 3 ")
    decide_change(change.id, is_approved=True, actor=_APPROVER, ports=api_of(world))
    world.settle()
    assert (_in_shops(world), _holding(world)) == (5, [])
    assert world.state.changes[change.id].state is ChangeState.SUCCEEDED


@pytest.mark.parametrize(("more", "at_least", "held"), [("", 3, 0), (_MORE, 3, 4), (_MORE, 7, 0), (_MORE, 0, 7)])
def test_the_preview_says_the_same_as_the_plan(more: str, at_least: int, held: int) -> None:
    world = _company(text=_text(at_least=at_least))
    text = _text(more=more, at_least=at_least)
    preview = if_policy(text, world=world).preview.guardrail
    put_in_force(text, world=world, actor=_AUTHOR)
    assert preview.held == sum(change.held for change in _holding(world)) == held
    assert bool(preview.reasons) is bool(held)
    assert not [
        operation
        for operation in world.operations(OperationState.HELD)
        if operation.subject.kind is not SubjectKind.PERSON
    ]


_SHOP = "  shop: {members: [{title: Shop}]}\n"


@pytest.mark.parametrize("ahead", [timedelta(0), timedelta(minutes=5)])
def test_what_grants_add_counts_whenever_they_begin(ahead: timedelta) -> None:
    world = _company(text=_text(more=_SHOP))
    for number, name in enumerate(_PEOPLE):
        begins, until = world.now + ahead, world.now + timedelta(days=2)
        grant = a_grant(
            f"g-{number}", subject=the_person(name), resource=membership("shop"), begins=begins, until=until
        )
        is_said(world, grant)
    world.settle()
    world.now += ahead
    world.sweep()
    world.settle()
    assert len(world.groups()["shop"]) == 3
    assert len(world.operations(OperationState.HELD)) == len(_PEOPLE) - 3


def test_an_edit_that_meets_what_hr_sends_of_everybody_counts_as_the_edit_it_is() -> None:
    world = _company(text=_text(more=_SHOP))
    edit = _text(more="  shop: {members: everyone}\n")
    world.policy_is(read_policy({"policy.yaml": edit}, version=0), actor=_AUTHOR)
    world.plan(world.inbox.commands.pop(0))
    roll_out = list(world.inbox.commands)
    world.inbox.commands.clear()
    for name in _PEOPLE:
        world.hr_tells(a_person(name, given_name="Eve"))
    world.hr_tells(a_person("e-new"))
    world.plan_all()
    world.inbox.put(roll_out)
    world.settle()
    assert len(world.operations(OperationState.HELD)) == len(_PEOPLE) - 3
    assert "e-new@example.com" in world.groups()["shop"]


def test_whom_hr_moves_meanwhile_is_not_counted() -> None:
    world = _company(text=_text(more=_SHOP, at_least=0))
    put_in_force(_text(more=_SHOP, at_least=0) + "# another comment\n", world=world, actor=_AUTHOR)
    for name in _PEOPLE:
        world.hr_tells(a_person(name, title="Shop"))
    world.settle()
    assert (len(world.groups()["shop"]), _holding(world)) == (len(_PEOPLE), [])


_SALES = {"title": "Seller"}
_SELLERS = "  sellers: {members: [{title: Seller}]}\n"


def _tell(world: World, name: str, told: dict[str, str]) -> str:
    change = put_person(name, told, actor=_AUTHOR, precondition=NO_PRECONDITION, ports=api_of(world)).change
    world.settle()
    return change


def test_what_somebody_enters_beside_hr_about_those_who_are_there_counts_one_by_one() -> None:
    world = _company(text=_text(more=_SELLERS))
    for name in _PEOPLE:
        _tell(world, name, _SALES)
    assert len(world.groups()["sellers"]) == 3
    assert [change.held for change in _holding(world)] == [1] * 4
    with pytest.raises(Forbidden):
        decide_change(_holding(world)[0].id, is_approved=True, actor=_AUTHOR, ports=api_of(world))
    # Whatever HR says meanwhile leaves it as it is.
    later(world, days=1)
    world.hr_tells(a_person("e-7", given_name="Grace"), at=world.now)
    world.settle()
    assert (len(world.groups()["sellers"]), len(_holding(world))) == (3, 4)
    for change in _holding(world):
        decide_change(change.id, is_approved=True, actor=_APPROVER, ports=api_of(world))
    world.settle()
    assert len(world.groups()["sellers"]) == 7


def test_all_at_once_as_well() -> None:
    world = _company(text=_text(more=_SELLERS))
    put_people(dict.fromkeys(_PEOPLE, _SALES), actor=_AUTHOR, ports=api_of(world))
    world.settle()
    assert (len(world.groups()["sellers"]), [change.held for change in _holding(world)]) == (3, [4])


def test_joiners_by_hand_and_people_of_whom_no_hr_system_tells_do_not() -> None:
    world = _company(text=_text(more=_SELLERS, at_least=0))
    names = [f"c-{number}" for number in range(9)]
    for name in names:
        _tell(world, name, attributes_in(a_person(name)))
    for name in names:
        _tell(world, name, {**attributes_in(a_person(name)), **_SALES})
    assert (_holding(world), len(world.groups()["sellers"])) == ([], 9)
