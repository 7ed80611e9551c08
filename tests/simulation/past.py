"""Resources that humans had created in Identity Center before Day One came."""

from copy import deepcopy
from typing import TYPE_CHECKING

from dayone.ports.identity_center import AssignmentKey
from tests.fakes.sso.identity_center import StoredGroup, StoredSet
from tests.simulation.checks.snapshot import form_in

if TYPE_CHECKING:
    from tests.simulation.simulation import Simulation

_ARN = "arn:aws:sso:::permissionSet/ssoins-0123456789abcdef/ps-theirs"


def make_a_past(world: "Simulation", *, has_alike: bool = True) -> None:
    """A group for emergencies, and now and then what has a name that the policy wants: just as wanted, or otherwise."""
    center, random = world.aws.center, world.random
    if random.random() < 0.4:
        return
    center.users["user-theirs"] = {
        "user_name": "root@example.com",
        "display_name": "Root",
        "given_name": "R",
        "family_name": "Oot",
    }
    center.groups["group-theirs"] = StoredGroup("break-glass", "")
    center.memberships["membership-theirs"] = ("group-theirs", "user-theirs")
    center.permission_sets[_ARN] = StoredSet("Emergency", {"session_duration": "PT1H"})
    key = AssignmentKey(account_id="000000000001", permission_set_arn=_ARN, principal_id="group-theirs")
    center.assignments.add(key)
    world.foreign |= {"user-theirs", "group-theirs", "membership-theirs", _ARN}
    world.foreign_assignments.add(key)
    if has_alike:
        _make_what_is_alike(world)


def _make_what_is_alike(world: "Simulation") -> None:
    center, random = world.aws.center, world.random
    if random.random() < 0.5:
        name = random.choice(("engineers", "analysts", "sellers", "staff"))
        center.groups["group-alike"] = StoredGroup(name, random.choice(("", "as it was")))
        world.outside.facts.others_groups[name] = center.groups["group-alike"].description
        world.foreign.add("group-alike")
    if random.random() < 0.3:
        stored = StoredSet("ViewOnly", {"session_duration": "PT8H"}, managed_policies={"job-function/ViewOnlyAccess"})
        # One that gives more than any policy wants.
        if world.seed % 2:
            stored.managed_policies.add("AdministratorAccess")
            world.foreign_sets[f"{_ARN}-alike"] = deepcopy(stored)
        center.permission_sets[f"{_ARN}-alike"] = stored
        world.outside.facts.others_sets["ViewOnly"] = form_in(stored)
        world.foreign.add(f"{_ARN}-alike")
