"""The API's side of a world in memory, to ask it what would be."""

from collections.abc import Iterable, Mapping
from typing import Any

from dayone.api.context import AccessApi
from dayone.model.commands import Command
from dayone.policy.language.parser import read_policy
from dayone.preview.request import WhatIf
from dayone.preview.service import Previewed, preview_plan
from dayone.setup.check import GivenSettings
from tests.fakes.hr import MemoryHrDeliveries, MemoryHrVersions
from tests.fakes.notifications import MemoryNotificationTests, MemoryOutbox
from tests.fakes.overview import memory_overview
from tests.fakes.sso.existing_names import memory_existing
from tests.fakes.sso.live_access import MemoryLiveAccess
from tests.fakes.surroundings import GIVEN
from tests.fakes.table.company import MemoryCompany
from tests.fakes.table.company_plans import MemoryCompanyPlans, MemoryPlanQueue
from tests.fakes.table.grants import MemoryGrants
from tests.fakes.table.held import MemoryLedger
from tests.fakes.table.policies import MemoryChanges, MemoryPolicies, MemoryPolicyArchive
from tests.fakes.table.progress import MemoryProgress
from tests.fakes.table.records import MemoryRecords
from tests.fakes.table.request_keys import MemoryRequestKeys
from tests.fakes.table.subject_index import MemorySubjectIndex
from tests.fakes.table.subjects import MemoryDueWork
from tests.unit.world import World

type Asked = list[tuple[str, str, str]]

POLICY = """\
version: 1
groups:
  engineers: {members: [{department: Engineering}]}
  sales: {members: [{department: Sales}]}
permission_sets:
  ViewOnly: {managed_policies: [ViewOnlyAccess]}
assignments:
  - {group: engineers, permission_set: ViewOnly, accounts: [{ou: "/Workloads/**"}]}
"""


def _unused() -> dict[str, Any]:
    return {
        "keys": MemoryRequestKeys(),
        "outbox": MemoryOutbox(),
        "notification_tests": MemoryNotificationTests(),
    }


def api_of(world: World, *, given: GivenSettings = GIVEN) -> AccessApi:
    policies = MemoryPolicies(world.state, parse=lambda kept: world.policies[kept.text])
    return AccessApi(
        records=MemoryRecords(world.state),
        index=MemorySubjectIndex(world.state),
        live=MemoryLiveAccess(world.center),
        inventory=world.inventory,
        fence=world.fence(),
        progress=MemoryProgress(world.state),
        archive=MemoryPolicyArchive(world.state),
        policies=policies,
        existing=memory_existing(
            world.center, world.state, policies=policies, clock=lambda: world.now, inventory=world.kept_inventory
        ),
        company=MemoryCompany(world.state),
        ledger=MemoryLedger(world.state),
        grants=MemoryGrants(world.state),
        **_written(world),
        hr_versions=MemoryHrVersions(world.state),
        deliveries=MemoryHrDeliveries(world.state),
        inbox=world.inbox,
        redelivery=world.inbox.queue,
        **_unused(),
        overview=memory_overview(world.state, given=given),
        quotas=world.turn,
        budgets=world.budgets,
        clock=lambda: world.now,
        entropy=lambda: b"\x07" * 10,
    )


def _written(world: World) -> dict[str, Any]:
    plans = {"plans": MemoryCompanyPlans(), "plan_queue": MemoryPlanQueue()}
    return {"changes": MemoryChanges(world.state), "work": MemoryDueWork(world.state), **plans}


def if_policy(text: str, *, world: World) -> Previewed:
    return preview_plan(WhatIf(files={"policy.yaml": text}), ports=api_of(world))


def if_person(world: World, **changes: object) -> Previewed:
    return preview_plan(WhatIf(person={"id": "e-1", **changes}), ports=api_of(world))


def if_account(world: World, **changes: object) -> Previewed:
    return preview_plan(WhatIf(account={"id": "444455556666", **changes}), ports=api_of(world))


def put_in_force(text: str, *, world: World, actor: str = "arn:admin") -> Command:
    """Upload the policy and let everything that follows from it happen."""
    request = world.policy_is(read_policy({"policy.yaml": text}, version=0), actor=actor)
    world.settle()
    return request


def foreseen(found: Previewed) -> Asked:
    return sorted(
        (previewed_operation.kind, str(previewed_operation.subject), str(previewed_operation.resource))
        for previewed_operation in found.preview.operations
    )


def done(world: World, requests: Iterable[Command]) -> Asked:
    """Return the operations planned for these causes, run or held."""
    changes = {request.cause.change for request in requests}
    made = [operation for operation in world.operations() if operation.change in changes]
    return sorted((operation.kind, str(operation.subject), str(operation.resource)) for operation in made)


def counted(found: Previewed) -> Mapping[str, int]:
    return found.preview.counts
