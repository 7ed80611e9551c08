"""The ports of Identity Center as a process has them: call by call through its gate, over the wire, to the model."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from functools import partial
from typing import Any

from dayone.adapters.aws.rate_limiter import CallGate
from dayone.executor.attempt import IdentityCenter
from dayone.executor.existing import ExistingAccess
from dayone.executor.existing_use import KeptInventory
from dayone.model.operations import SSO_ADMIN
from dayone.planning.desired_access import DesiredAccess
from dayone.ports.identity_center import Receipt, RequestState
from tests.fakes.table.inventory import MemoryInventory
from tests.simulation.model.identity_center import SimulatedIdentityCenter
from tests.simulation.model.processes import Process

_STORE = "identitystore"

# The calls that each method of the ports makes, the last of them with the effect.
_APIS: Mapping[str, tuple[str, ...]] = {
    "directory.create_user": ("CreateUser",),
    "directory.find_user": ("GetUserId", "DescribeUser"),
    "directory.update_user": ("UpdateUser",),
    "directory.delete_user": ("DeleteUser",),
    "directory.create_group": ("CreateGroup",),
    "directory.find_group": ("GetGroupId", "DescribeGroup"),
    "directory.update_group": ("UpdateGroup",),
    "directory.delete_group": ("DeleteGroup",),
    "directory.add_member": ("CreateGroupMembership",),
    "directory.find_membership": ("GetGroupMembershipId",),
    "directory.remove_member": ("DeleteGroupMembership",),
    "permission_sets.find": ("ListPermissionSets", "DescribePermissionSet"),
    "set_policies.parts": ("List", "List", "GetInlinePolicy", "GetPermissionsBoundary"),
    "use.members": ("ListGroupMemberships",),
    "live.principal_name": ("DescribePrincipal",),
}
_OF_THE_STORE = frozenset({"use.members", "live.principal_name"})
_READS = frozenset({"find_user", "find_group", "find_membership", "find"})
_ASKING = frozenset({"creation", "deletion", "provisioning"})
_LISTING = frozenset({"creations", "deletions", "provisionings"})
_REQUESTS = frozenset({"assignments.create", "assignments.delete", "permission_sets.provision"})


class AwsWire:
    """One side of Identity Center as a process calls it."""

    def __init__(self, side: str, *, process: Process, aws: SimulatedIdentityCenter, gate: CallGate) -> None:
        self._side = side
        self._process = process
        self._aws = aws
        self._gate = gate

    def __getattr__(self, method: str) -> Callable[..., Any]:
        name = f"{self._side}.{method}"
        service = _STORE if self._side == "directory" or name in _OF_THE_STORE else SSO_ADMIN
        real = _modelled(name, method, aws=self._aws) or getattr(self._aws.sides[self._side], method)
        apis = _APIS.get(name, (method,))
        quotas = [SSO_ADMIN if service == SSO_ADMIN else f"{service}:{api}" for api in apis]
        lost = self._aws.lost.add if name in _REQUESTS else None

        def call(*args: object, **named: object) -> Any:  # noqa: ANN401 - whatever the port answers
            for api, quota in zip(apis[:-1], quotas, strict=False):
                self._pass_gate(service, api, quota)
                self._process.call(f"{service}.{api}", self._aws.admit, quota)
            self._pass_gate(service, apis[-1], quotas[-1])
            effective = partial(self._do, quotas[-1], name, method, real)
            return self._process.call(f"{service}.{method}", effective, *args, lost=lost, **named)

        self.__dict__[method] = call
        return call

    def _pass_gate(self, service: str, api: str, quota: str) -> None:
        self._gate.wait(service, api)
        self._process.check()
        self._aws.departs(quota)

    def _do(
        self,
        quota: str,
        name: str,
        method: str,
        real: Callable[..., Any],
        *args: object,
        **named: object,
    ) -> Any:  # noqa: ANN401 - whatever the port answers
        self._aws.admit(quota)
        answer = real(*args, **named)
        if isinstance(answer, Receipt) and method not in _READS:
            self._aws.affects(name, request_id=answer.request_id, key=(args, named, answer.references))
        return answer


class ExistingUseWire(AwsWire):
    """The same for reading what exists: its turn is the gate's, as in production."""

    def turn(self) -> AbstractContextManager[None]:
        return self._gate.behind_all_others()


def aws_side(
    *, process: Process, aws: SimulatedIdentityCenter, gate: CallGate, desired: DesiredAccess
) -> IdentityCenter:
    """All sides for one process."""
    sides: dict[str, Any] = {side: AwsWire(side, process=process, aws=aws, gate=gate) for side in aws.sides}
    live: Any = sides.pop("live")
    sides.pop("use")
    use: Any = ExistingUseWire("use", process=process, aws=aws, gate=gate)
    # No world has an inventory: what exists is as AWS answers.
    none = KeptInventory(MemoryInventory())
    existing = ExistingAccess(contents=sides["set_policies"], use=use, live=live, desired=desired, inventory=none)
    return IdentityCenter(**sides, existing=existing)


def _modelled(name: str, method: str, *, aws: SimulatedIdentityCenter) -> Callable[..., Any] | None:
    special: dict[str, Callable[..., Any]] = {
        "assignments.create": aws.create_assignment,
        "assignments.delete": aws.delete_assignment,
        "permission_sets.provision": aws.provision,
        "directory.add_member": aws.add_member,
    }
    if name in special:
        return special[name]
    side = aws.sides[name.partition(".")[0]]
    if method in ("create_user", "create_group", "create"):
        return lambda attributes: aws.made(getattr(side, method)(attributes))
    if method in ("find_user", "find_group", "find"):
        return lambda called: aws.seen(getattr(side, method)(called))
    if method in _ASKING:
        return lambda request_id: aws.told(request_id, getattr(side, method)(request_id))
    if method in _LISTING:
        return lambda asked: _all_told(getattr(side, method)(asked), aws=aws)
    return None


def _all_told(states: Mapping[str, RequestState], *, aws: SimulatedIdentityCenter) -> Mapping[str, RequestState]:
    return {request_id: aws.told(request_id, state) for request_id, state in states.items()}
