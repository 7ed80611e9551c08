"""Changes by account owners, of a tag, a name or a place: no account is less guarded, and none gets a birthright."""

from datetime import timedelta

import pytest

from dayone.changes.decisions import decide_change
from dayone.errors import Forbidden
from dayone.model.accounts import Account
from dayone.model.changes import Cause, CauseKind, ulid_of
from dayone.model.commands import RefreshAccount
from dayone.model.people import Status
from dayone.model.subjects import Subject, SubjectKind
from tests.builders import ACCOUNT_ID, a_person, an_account
from tests.unit.changes.test_sensitive_gifts import POLICY, approve, company, held, later
from tests.unit.previews import api_of, if_account, if_policy, put_in_force
from tests.unit.world import World

PROD, SANDBOX_ID = "777788889999", "666677778888"
OWNER = "arn:aws:iam::777788889999:user/owner"
GUARDED = POLICY + 'sensitive: {accounts: [{tags: {pci: "yes"}}, {name: "prod-*"}]}\n'
WAITS = [
    f"account:{PROD} create assignment/Admin/admins",
    f"account:{PROD} create assignment/ViewOnly/staff",
]


def _account(name: str = "shop", *, pci: str = "") -> Account:
    return an_account(PROD, name=name, ou_path="/Prod", tags={"pci": pci} if pci else {})


def _becomes(account: Account, *, world: World) -> str:
    """As an event of the owner's call says; returns the change."""
    world.organization.accounts[account.id] = account
    change = ulid_of(world.now, name=f"event {next(world.numbers)}")
    kind, actor = CauseKind.ACCOUNT_EVENT, "aws.organizations"
    cause = Cause(change=change, kind=kind, actor=actor, reference="e", at=world.now, authors=(OWNER,))
    world.inbox.put([RefreshAccount(subject=Subject(SubjectKind.ACCOUNT, account.id), cause=cause)])
    world.settle()
    return change


@pytest.mark.parametrize("guarded", [_account(pci="yes"), _account("prod-shop")])
def test_an_account_does_not_stop_being_sensitive_by_itself(guarded: Account) -> None:
    world = company(GUARDED)
    world.account_is(guarded)
    world.settle()
    assert held(world) == WAITS
    later(world)
    change = _becomes(_account(), world=world)
    assert held(world) == WAITS
    assert "was sensitive until it was moved, renamed or tagged" in world.state.changes[change].held_reason
    with pytest.raises(Forbidden):
        decide_change(change, is_approved=True, actor=OWNER, ports=api_of(world))
    decide_change(change, is_approved=True, actor="arn:approver", ports=api_of(world))
    world.settle()
    assert (PROD, "ViewOnly", "staff") in world.assignments()


def test_when_that_is_approved_it_is_an_account_like_any_other() -> None:
    world = company(GUARDED)
    world.account_is(_account(pci="yes"))
    world.settle()
    later(world)
    decide_change(_becomes(_account(), world=world), is_approved=True, actor="arn:approver", ports=api_of(world))
    world.settle()
    more = POLICY.replace("assignments:", "  Audit: {managed_policies: [SecurityAudit]}\nassignments:")
    put_in_force(
        more
        + GUARDED[len(POLICY) :].replace(
            "sensitive", '  - {group: staff, permission_set: Audit, accounts: [{ou: "/Prod"}]}\nsensitive'
        ),
        world=world,
    )
    assert (held(world), (PROD, "Audit", "staff") in world.assignments()) == ([], True)


def test_a_preview_says_so() -> None:
    world = company(GUARDED)
    world.account_is(_account(pci="yes"))
    world.settle()
    guardrail = if_account(world, id=PROD, tags={}).preview.guardrail
    assert guardrail.held == 2


BIRTHRIGHT = POLICY + "  - {person: e-2, permission_set: Admin, accounts: [{tags: {open: sesame}}], birthright: true}\n"
ADMIN_HERE = (ACCOUNT_ID, "Admin", "e-2@example.com")


def _with_birthright(*, tags: dict[str, str]) -> World:
    world = company()
    world.account_is(an_account(tags=tags))
    world.settle()
    world.approves = True
    for _ in range(2):
        put_in_force(BIRTHRIGHT, world=world)
    world.approves = False
    later(world)
    return world


def test_an_owner_does_not_give_what_hr_alone_gives() -> None:
    world = _with_birthright(tags={})
    request = world.account_is(an_account(tags={"open": "sesame"}))
    for _ in range(2):
        world.settle()
        assert held(world) == [f"account:{ACCOUNT_ID} create assignment/Admin/person:e-2"]
        later(world)
        world.account_is(an_account(tags={"open": "sesame"}))
    approve(request, world=world)
    assert ADMIN_HERE in world.assignments()


def test_hr_gives_and_takes_it_where_it_was_approved() -> None:
    world = _with_birthright(tags={"open": "sesame"})
    assert ADMIN_HERE in world.assignments()
    for status, is_there in ((Status.ENDED, False), (Status.ACTIVE, True)):
        world.now += timedelta(days=1)
        world.hr_tells(a_person("e-2", status=status))
        world.settle()
        assert (held(world), ADMIN_HERE in world.assignments()) == ([], is_there)


def test_a_new_account_has_it_at_once() -> None:
    world = _with_birthright(tags={})
    world.account_is(an_account(PROD, name="new", tags={"open": "sesame"}, created_at=world.now))
    world.settle()
    assert (PROD, "Admin", "e-2@example.com") in world.assignments()


_STAFF = "staff, permission_set: ViewOnly, accounts: "
SANDBOX = POLICY.replace(_STAFF + '[{ou: "/**"}]', _STAFF + '[{ou: "/Sandbox/**"}]')
ELSEWHERE = SANDBOX + 'sensitive: {accounts: [{name: "prod-*"}, {ou_id: ou-1234-prodprod}]}\n'
JOINS = ["person:e-3 create membership/staff"]


def _elsewhere() -> World:
    """A company in which no account by a guarded name or unit id is in the sandbox."""
    world = company(SANDBOX)
    world.account_is(an_account(PROD, name="prod-shop", ou_path="/Prod"))
    world.account_is(an_account(SANDBOX_ID, name="try", ou_path="/Sandbox", created_at=world.now))
    world.settle()
    world.approves = True
    put_in_force(ELSEWHERE, world=world)
    world.approves = False
    later(world)
    return world


def _joins(world: World) -> list[str]:
    world.hr_tells(a_person("e-3"))
    world.settle()
    return [text for text in held(world) if text.startswith("person:")]


def test_accounts_that_are_sensitive_elsewhere_make_nobody_wait() -> None:
    world = _elsewhere()
    assert (_joins(world), "e-3@example.com" in world.groups()["staff"]) == ([], True)
    assert not any("group `staff` is sensitive" in note for note in if_policy(ELSEWHERE, world=world).preview.notes)


@pytest.mark.parametrize("is_new", [True, False])
def test_once_one_of_the_group_is_sensitive_its_joiners_wait(*, is_new: bool) -> None:
    world = _elsewhere()
    number = "888899990000" if is_new else SANDBOX_ID
    _becomes(an_account(number, name="prod-try", ou_path="/Sandbox"), world=world)
    assert _joins(world) == JOINS
    assert any("group `staff` is sensitive" in note for note in if_policy(ELSEWHERE, world=world).preview.notes)


def test_what_an_edit_finds_there_counts_at_once() -> None:
    world = _elsewhere()
    world.approves = True
    put_in_force(ELSEWHERE.replace('[{ou: "/Sandbox/**"}]', '[{ou: "/Sandbox/**"}, {ou: "/Prod"}]'), world=world)
    world.approves = False
    assert _joins(world) == JOINS


def test_a_group_that_has_something_there_keeps_its_joiners_waiting_when_the_rule_goes() -> None:
    world = company()
    world.account_is(an_account(PROD, name="prod-shop", ou_path="/Prod"))
    world.settle()
    world.approves = True
    put_in_force(GUARDED.replace("{tags", "{name: prod-shop}, {tags"), world=world)
    world.approves = False
    later(world)
    # The limit keeps the assignment in AWS.
    put_in_force(ELSEWHERE + "guardrails: {removals: {percent: 0, at_least: 0}}\n", world=world)
    assert (PROD, "ViewOnly", "staff") in world.assignments()
    assert _joins(world) == JOINS
