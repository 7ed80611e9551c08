"""A rule or a permission set that is only written differently is what it was: no less guarded, and no less approved."""

import pytest

from tests.builders import ACCOUNT_ID, an_account
from tests.unit.changes.test_sensitive_gifts import POLICY, company, held, later
from tests.unit.previews import put_in_force
from tests.unit.world import World

NEW = "777788889999"
ALL = 'permission_set: Admin, accounts: [{ou: "/**"}]'
PAYROLL = (
    POLICY.replace("assignments:", "  Payroll: {managed_policies: [SecurityAudit]}\nassignments:")
    + '  - {group: admins, permission_set: Payroll, accounts: [{ou: "/**"}]}\n'
)
CALLED = "sensitive: {permission_sets: [Payroll]}\n"
COPY = "  Pay2: {managed_policies: [SecurityAudit]}\nassignments:"
TO_STAFF = '  - {group: staff, permission_set: Pay2, accounts: [{ou: "/**"}]}\n'


def _has_new_account(world: World) -> bool:
    world.account_is(an_account(NEW, name="new", ou_path="/Sandbox", created_at=world.now))
    world.settle()
    return (NEW, "Admin", "admins") in world.assignments()


@pytest.mark.parametrize(
    "narrower",
    [
        ALL + ', except: [{ou: "/Secret/**"}]',
        'permission_set: Admin, accounts: [{ou: ["/Workloads/**", "/Sandbox/**"]}]',
        'permission_set: Admin, accounts: [{ou: "/Workloads/**"}, {ou: "/Sandbox"}]',
        'permission_set: Admin, accounts: [{ou: "/**", name: ["n*", "my-*"]}]',
    ],
)
def test_a_new_account_gets_what_a_narrower_rule_than_the_approved_one_gives(narrower: str) -> None:
    world = company()
    later(world)
    put_in_force(POLICY.replace(ALL, narrower), world=world)
    assert _has_new_account(world)


@pytest.mark.parametrize(
    ("approved", "wider"),
    [
        (ALL.replace("/**", "/Workloads/**"), ALL),
        (ALL + ', except: [{ou: "/Sandbox/**"}]', ALL),
        (ALL.replace("/**", "/Workloads/**"), 'permission_set: Admin, accounts: [{ou: ["/Workloads/**", "/Sandbox"]}]'),
        (ALL.replace('"/**"', '"/**", tags: {team: shop}'), ALL),
    ],
)
def test_it_does_not_get_what_a_wider_one_gives(approved: str, wider: str) -> None:
    world = company(POLICY.replace(ALL, approved))
    later(world)
    put_in_force(POLICY.replace(ALL, wider), world=world)
    assert not _has_new_account(world)


@pytest.mark.parametrize(
    "edit",
    [
        (PAYROLL.replace("Payroll", "Pay2") + TO_STAFF),
        (PAYROLL.replace("assignments:", COPY) + TO_STAFF + CALLED),
        (PAYROLL.replace("assignments:", COPY.replace("[S", "[ViewOnlyAccess, S")) + TO_STAFF + CALLED),
    ],
)
def test_a_copy_of_a_set_that_is_called_sensitive_is_held(edit: str) -> None:
    world = company(PAYROLL + CALLED)
    later(world)
    put_in_force(edit, world=world)
    assert f"account:{ACCOUNT_ID} create assignment/Pay2/staff" in held(world)
    assert (ACCOUNT_ID, "Pay2", "staff") not in world.assignments()


def test_a_set_is_no_copy_when_others_have_the_same_that_are_not_called_sensitive() -> None:
    audit = "  Audit: {managed_policies: [SecurityAudit]}\nassignments:"
    world = company(PAYROLL.replace("assignments:", audit) + CALLED)
    later(world)
    put_in_force(PAYROLL.replace("assignments:", audit).replace("assignments:", COPY) + TO_STAFF + CALLED, world=world)
    assert (held(world), (ACCOUNT_ID, "Pay2", "staff") in world.assignments()) == ([], True)
