"""Existing resources of an Identity Center in memory, as the API reads them."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime

from dayone.executor.existing import ExistingAccess, ExistingNames
from dayone.executor.existing_use import KeptInventory
from dayone.planning.desired_access import DesiredAccess
from dayone.ports.store import PolicyInForce
from tests.fakes.sso.directory import MemoryDirectory
from tests.fakes.sso.existing_use import MemoryExistingUse
from tests.fakes.sso.identity_center import MemoryIdentityCenter
from tests.fakes.sso.live_access import MemoryLiveAccess
from tests.fakes.sso.permission_sets import MemoryPermissionSets
from tests.fakes.sso.set_policies import MemorySetPolicies
from tests.fakes.table.inventory import MemoryInventory
from tests.fakes.table.records import MemoryRecords
from tests.fakes.table.state import State
from tests.fakes.table.subject_index import MemorySubjectIndex


def memory_existing(
    center: MemoryIdentityCenter,
    state: State,
    *,
    policies: PolicyInForce,
    clock: Callable[[], datetime],
    inventory: KeptInventory | None = None,
) -> ExistingNames:
    return ExistingNames(
        preview_turn=nullcontext,
        directory=MemoryDirectory(center),
        permission_sets=MemoryPermissionSets(center),
        access=ExistingAccess(
            contents=MemorySetPolicies(center),
            use=MemoryExistingUse(center),
            live=MemoryLiveAccess(center),
            desired=DesiredAccess(
                policies=policies, records=MemoryRecords(state), index=MemorySubjectIndex(state), clock=clock
            ),
            inventory=inventory or KeptInventory(MemoryInventory()),
        ),
    )
