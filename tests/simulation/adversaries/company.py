"""The company that is tried: who is in it, what it has agreed on, and what stands in AWS as the judge reads it."""

from dataclasses import replace
from typing import TYPE_CHECKING

from dayone.model.accounts import Account
from dayone.model.people import Person
from dayone.ports.identity_center import AssignmentKey, PrincipalType
from tests.builders import a_person, an_account
from tests.fakes.sso.identity_center import StoredGroup, StoredSet
from tests.simulation.adversaries.judge import Aws, Promise

if TYPE_CHECKING:
    from tests.simulation.simulation import Simulation

GROUPS = """\
version: 1
groups:
  engineers: {members: [{department: Engineering}]}
  sellers: {members: [{department: Sales}]}
  admins: {members: [{title: "*Admin*"}]}
  owners: {members: [{title: "Owner"}]}
  oncall: {members: [{title: "*On call*"}], birthright: true}
"""
SETS = """\
permission_sets:
  ViewOnly: {managed_policies: [ViewOnlyAccess]}
  Payroll: {managed_policies: [ViewOnlyAccess], session_duration: PT2H}
  Admin: {managed_policies: [AdministratorAccess]}
  Deploy: {customer_managed_policies: [{name: Deployer}]}
"""
# What administrators do by day: all but give rights.
GUARDED = (
    "  Guarded: {managed_policies: [AdministratorAccess], inline_policy: "
    '{Version: "2012-10-17", Statement: [{Effect: Deny, Action: "iam:*", Resource: "*"}]}}\n'
)
SETS += GUARDED

ASSIGNMENTS = """\
assignments:
  - {group: engineers, permission_set: ViewOnly, accounts: [{ou: "/Workloads/**"}]}
  - {group: engineers, permission_set: Deploy, accounts: [{ou: "/Workloads/**"}]}
  - {group: sellers, permission_set: ViewOnly, accounts: [{ou: "/Sales/**"}]}
  - {group: admins, permission_set: Admin, accounts: [{ou: "/Workloads/**"}]}
  - {group: admins, permission_set: Guarded, accounts: [{ou: "/Workloads/**"}]}
  - {group: oncall, permission_set: Admin, accounts: [{ou: "/Workloads/**"}]}
  - {group: owners, permission_set: Admin, accounts: [{tags: {sandbox: "yes"}}, {name: "sandbox-*"}]}
"""
GUARDRAILS = """\
guardrails: {removals: {percent: 10, at_least: 3}}
sensitive: {permission_sets: [Payroll], harmless: [Deploy]}
"""
POLICY = GROUPS + SETS + ASSIGNMENTS + GUARDRAILS
MANAGEMENT = "000000000009"
LEGACY, LEGACY_ID = "legacy", "group-of-others"
# Theirs who tries: an engineer like others, an account, and the unit that it is in.
OWN, OWN_ACCOUNT, OWN_UNIT = "e-1", "000000000004", "ou-abcd-elsewhere"


def people() -> list[Person]:
    """Eight engineers, four sellers, two administrators and an owner of sandboxes."""
    return [
        *(a_person(f"e-{number}") for number in range(1, 9)),
        *(a_person(f"e-{number}", department="Sales") for number in range(9, 13)),
        *(a_person(f"e-{number}", department="Platform", title="Cloud Admin") for number in (13, 14)),
        a_person("e-15", department="Platform", title="Owner"),
    ]


def accounts() -> list[Account]:
    """Two for workloads, one for sales, one elsewhere that belongs to whoever tries, and the management account."""
    return [
        an_account("000000000001", name="dev", ou_path="/Workloads/Dev"),
        an_account("000000000002", name="prod", ou_path="/Workloads/Prod"),
        an_account("000000000003", name="sales", ou_path="/Sales/One"),
        replace(an_account(OWN_ACCOUNT, name="mine", ou_path="/Elsewhere"), ou_ids=(OWN_UNIT,)),
        an_account(MANAGEMENT, name="management", ou_path="/", is_management=True),
    ]


def found(world: "Simulation") -> None:
    """Everything is agreed on by two, and given, before anybody tries anything."""
    for _ in ("the policy", "what it calls harmless, and leaves to HR alone"):
        world.outside.uploads(POLICY)
        world.settle()
    for account in accounts():
        world.outside.account_is(account)
    for person in people():
        world.outside.tells(person)
    world.settle()
    _others_have_made_a_group(world)


def _others_have_made_a_group(world: "Simulation") -> None:
    """Nobody is in it, and it has an administrator's permission set in an account, from before Day One."""
    center = world.aws.center
    center.groups[LEGACY_ID] = StoredGroup(LEGACY, "")
    admin = next(arn for arn, stored in center.permission_sets.items() if stored.name == "Admin")
    group, dev = PrincipalType.GROUP, "000000000001"
    key = AssignmentKey(account_id=dev, permission_set_arn=admin, principal_id=LEGACY_ID, principal_type=group)
    center.assignments.add(key)


def agreed() -> Promise:
    return Promise(
        percent=10,
        at_least=3,
        management=MANAGEMENT,
        birthrights=frozenset({"oncall"}),
        sensitive=frozenset({"Payroll"}),
        harmless={"Deploy": frozenset({"customer:/Deployer"})},
    )


def seen(world: "Simulation") -> Aws:
    """Return the present contents of Identity Center."""
    center = world.aws.center
    return Aws(
        at=world.time.now.timestamp(),
        users={user: attributes["user_name"] for user, attributes in center.users.items()},
        emails={user: attributes.get("email", "") for user, attributes in center.users.items()},
        groups={group: stored.name for group, stored in center.groups.items()},
        members=frozenset(center.memberships.values()),
        sets={arn: _parts(stored) for arn, stored in center.permission_sets.items()},
        assignments=frozenset((key.account_id, key.permission_set_arn, key.principal_id) for key in center.assignments),
    )


def _parts(stored: StoredSet) -> tuple[str, ...]:
    policies = [f"managed:{managed_policy}" for managed_policy in sorted(stored.managed_policies)]
    policies += [f"customer:{customer_policy}" for customer_policy in sorted(stored.customer_policies)]
    return (stored.name, *policies, f"inline:{stored.inline_policy}", f"boundary:{stored.boundary}")
