"""The ports to Identity Center as the contract tests see them: in memory, or over a local AWS."""

import time
import uuid
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from itertools import cycle
from typing import Any

from dayone.adapters.identity_center.directory import IdentityStoreDirectory
from dayone.adapters.identity_center.inventory import AwsInventoryReader
from dayone.adapters.identity_center.live_access import AwsExistingUse, AwsLiveAccess
from dayone.adapters.identity_center.permission_set_policies import SsoSetPolicies
from dayone.adapters.identity_center.permission_sets import SsoAssignments, SsoPermissionSets
from dayone.ports.identity_center import (
    AssignmentKey,
    Assignments,
    Directory,
    ExistingUse,
    LiveAccess,
    PermissionSets,
    RequestState,
    SetPolicies,
)
from dayone.ports.inventory import InventoryReader
from sandbox import Sandbox
from tests.contract.actions import recorded_actions
from tests.fakes.sso.assignments import MemoryAssignments
from tests.fakes.sso.directory import MemoryDirectory
from tests.fakes.sso.existing_use import MemoryExistingUse
from tests.fakes.sso.identity_center import MemoryIdentityCenter
from tests.fakes.sso.inventory_reader import MemoryInventoryReader
from tests.fakes.sso.live_access import MemoryLiveAccess
from tests.fakes.sso.permission_sets import MemoryPermissionSets
from tests.fakes.sso.set_policies import MemorySetPolicies

ACCOUNT = "111122223333"
# Identifiers of the right form that nothing has.
NO_ID = "00000000-0000-4000-8000-000000000000"
NO_PERMISSION_SET = "arn:aws:sso:::permissionSet/ssoins-0123456789abcdef/ps-0000000000000000"
_LONGEST_SECONDS = 120.0
_ACCOUNTS = 12


@dataclass(frozen=True, kw_only=True)
class IdentityCenter:
    """The ports, and `work`, which lets a fake do what it was asked; AWS does so by itself.

    `account` answers an account in which no other test is at work: AWS works on one assignment at a time in each.
    """

    directory: Directory
    permission_sets: PermissionSets
    set_policies: SetPolicies
    assignments: Assignments
    live: LiveAccess
    use: ExistingUse
    inventory: InventoryReader
    work: Callable[[], None]
    account: Callable[[], str]

    def outcome(self, read: Callable[[str], RequestState], request_id: str) -> RequestState:
        """Return the state of a request when it is over."""
        self.work()
        deadline = time.monotonic() + _LONGEST_SECONDS
        while not (state := read(request_id)).is_over and time.monotonic() < deadline:
            time.sleep(0.02)
        return state

    def new_group(self) -> str:
        return self.directory.create_group({"name": fresh("group")}).references["group_id"]

    def new_permission_set(self) -> str:
        return self.permission_sets.create({"name": fresh("set")}).references["permission_set_arn"]

    def new_key(self) -> AssignmentKey:
        """A new permission set and a new group, that one not assigned to this one yet."""
        return AssignmentKey(
            account_id=self.account(), permission_set_arn=self.new_permission_set(), principal_id=self.new_group()
        )

    def new_assignment(self) -> AssignmentKey:
        """A new permission set, assigned to a new group."""
        key = self.new_key()
        assert self.outcome(self.assignments.creation, self.assignments.create(key)).is_over
        return key


def fake_identity_center() -> IdentityCenter:
    center = MemoryIdentityCenter(accounts={ACCOUNT})
    return IdentityCenter(
        directory=MemoryDirectory(center),
        permission_sets=MemoryPermissionSets(center),
        set_policies=MemorySetPolicies(center),
        assignments=MemoryAssignments(center),
        live=MemoryLiveAccess(center),
        use=MemoryExistingUse(center),
        inventory=MemoryInventoryReader(center),
        work=center.work,
        account=lambda: ACCOUNT,
    )


class LocalIdentityCenter:
    """The adapters over a local AWS; what they call is recorded."""

    def __init__(self, sandbox: Sandbox) -> None:
        # A boto3 client takes a fifth of a second to make, so there is one for all tests.
        self.identitystore, self.sso_admin = sandbox.client("identitystore"), sandbox.client("sso-admin")
        (instance,) = self.sso_admin.list_instances()["Instances"]
        self.instance_arn, self.identity_store_id = instance["InstanceArn"], instance["IdentityStoreId"]
        self._called = recorded_actions(self.identitystore), recorded_actions(self.sso_admin)
        places = {"instance_arn": self.instance_arn, "identity_store_id": self.identity_store_id}
        self.ports = IdentityCenter(
            directory=IdentityStoreDirectory(self.identitystore, identity_store_id=self.identity_store_id),
            permission_sets=SsoPermissionSets(self.sso_admin, instance_arn=self.instance_arn),
            set_policies=SsoSetPolicies(self.sso_admin, instance_arn=self.instance_arn),
            assignments=SsoAssignments(self.sso_admin, instance_arn=self.instance_arn),
            live=AwsLiveAccess(self.sso_admin, self.identitystore, **places, wait=lambda _service, _api: None),
            use=AwsExistingUse(self.sso_admin, self.identitystore, **places, turn=nullcontext),
            inventory=AwsInventoryReader(self.sso_admin, self.identitystore, **places),
            work=_wait,
            account=partial(next, cycle(_new_accounts(sandbox.client("organizations")))),
        )

    def check_actions(self) -> None:
        """Assert that the adapters have called nothing but what they say they call."""
        directory, sso = self._called
        reading = AwsLiveAccess.ACTIONS | AwsExistingUse.ACTIONS | AwsInventoryReader.ACTIONS
        assert directory <= IdentityStoreDirectory.ACTIONS | reading
        assert sso <= SsoPermissionSets.ACTIONS | SsoSetPolicies.ACTIONS | SsoAssignments.ACTIONS | reading


def _new_accounts(client: Any) -> Sequence[str]:  # noqa: ANN401 - any boto3 client
    """Enough accounts that the requests of a test are over when its turn comes again."""
    names = [fresh("account") for _ in range(_ACCOUNTS)]
    asked = [client.create_account(AccountName=name, Email=f"{name}@example.com") for name in names]
    return [_created(client, pair["CreateAccountStatus"]["Id"]) for pair in asked]


def _created(client: Any, request_id: str) -> str:  # noqa: ANN401 - any boto3 client
    deadline = time.monotonic() + _LONGEST_SECONDS
    while True:
        status = client.describe_create_account_status(CreateAccountRequestId=request_id)["CreateAccountStatus"]
        if "AccountId" in status or time.monotonic() > deadline:
            return str(status["AccountId"])
        time.sleep(0.02)


def _wait() -> None:
    """Nothing to do: AWS works by itself."""


def fresh(prefix: str) -> str:
    """A name that no other test has used."""
    return f"{prefix}-{uuid.uuid4().hex[:12]}"
