"""Companies of an estate: Identity Center has it, and HR and Organizations say the same."""

from copy import deepcopy

from dayone.model.accounts import AccountState
from dayone.model.subjects import ResourceKind
from dayone.ports.identity_center import PrincipalType
from dayone.takeover.estate import Estate
from tests.fakes.sso.identity_center import StoredGroup, StoredSet
from tests.unit.world import World


def founded(estate: Estate) -> World:
    """A company whose Identity Center has all that is in the estate; HR and Organizations say the same."""
    world = World()
    center = world.center
    center.users |= {name: dict(user) for name, user in estate.users.items()}
    center.groups |= {name: StoredGroup(each["name"], each["description"]) for name, each in estate.groups.items()}
    for arn in estate.sets:
        managed = {part.name for part in estate.sets[arn] if part.kind is ResourceKind.MANAGED_POLICY}
        stored = StoredSet(estate.set_name(arn), {"session_duration": "PT1H"}, managed_policies=managed)
        center.permission_sets[arn] = stored
    for group, members in estate.members.items():
        known = sorted(members & estate.users.keys())
        center.memberships |= {f"{group}-{user}": (group, user) for user in known}
    for key in estate.assignments:
        if key.principal_type is PrincipalType.GROUP or key.principal_id in estate.users:
            center.assignments.add(key)
            center.provisioned[key.account_id, key.permission_set_arn] = 1
    center.closed |= {each.id for each in estate.accounts.values() if each.state is not AccountState.ACTIVE}
    for account in estate.accounts.values():
        world.account_is(account)
    for person in estate.people.values():
        world.hr_tells(person)
    world.settle()
    return world


def access(world: World) -> object:
    """Everything in Identity Center that gives somebody access."""
    center = world.center
    return deepcopy((center.groups, center.permission_sets, set(center.memberships.values()), center.assignments))
