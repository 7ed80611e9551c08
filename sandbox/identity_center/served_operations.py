"""Table of the objects that serve operations: each has a method for every operation, named as in boto3."""

from collections.abc import Callable

from botocore.model import StructureShape

from sandbox.identity_center.identity_store.groups import Groups
from sandbox.identity_center.identity_store.memberships import Memberships
from sandbox.identity_center.identity_store.stores import Stores
from sandbox.identity_center.identity_store.users import Users
from sandbox.identity_center.organizations.account_events import AccountEvents
from sandbox.identity_center.organizations.accounts import Accounts
from sandbox.identity_center.organizations.failed_calls import FailedCalls
from sandbox.identity_center.organizations.handshakes import Handshakes
from sandbox.identity_center.organizations.policies import OrganizationPolicies
from sandbox.identity_center.organizations.tags import Tags as OrganizationTags
from sandbox.identity_center.organizations.units import Units
from sandbox.identity_center.protocol.service_models import ServiceModels
from sandbox.identity_center.sso_admin.access_control_attributes import AccessControlAttributes
from sandbox.identity_center.sso_admin.assignment_requests import AssignmentRequests
from sandbox.identity_center.sso_admin.instance import Instances
from sandbox.identity_center.sso_admin.permission_sets import PermissionSets
from sandbox.identity_center.sso_admin.policies import Policies
from sandbox.identity_center.sso_admin.provisioning import Provisioning
from sandbox.identity_center.sso_admin.tags import Tags
from sandbox.identity_center.state import State


def identity_store(state: State, models: ServiceModels) -> list[object]:
    """Return what serves identitystore."""
    return [
        Users(state.directory, _input(models, "AWSIdentityStore.CreateUser")),
        Groups(state.directory, _input(models, "AWSIdentityStore.CreateGroup")),
        Memberships(state.directory),
        Stores(state.directory, owner=state.settings.account_id),
    ]


def sso_admin(state: State) -> list[object]:
    """Return what serves sso-admin."""
    assigning = AssignmentRequests(
        state.sso_admin,
        state.directory,
        state.assignments,
        state.provisions,
        state.requests,
        state.organization.account_state,
        state.management_account,
    )
    return [
        Instances(state),
        state.regions,
        AccessControlAttributes(),
        PermissionSets(state.sso_admin, lambda arn: state.assignments.uses(arn) or assigning.is_assigning(arn)),
        Policies(state.sso_admin),
        Tags(state.sso_admin),
        state.assignments,
        assigning,
        Provisioning(
            state.sso_admin,
            state.provisions,
            state.requests,
            state.management_account,
            state.organization.account_state,
        ),
    ]


def organizations(state: State, events: AccountEvents, later: Callable[[Callable[[], None]], None]) -> list[object]:
    """Return the objects that serve organizations before moto does; `later` runs a function after a while."""
    served: list[object] = [
        Accounts(
            state.organization,
            events,
            later,
            departed=lambda gone: state.assignments.forget(account_id=gone),
            behaviour=lambda: state.behaviour,
        ),
        Handshakes(state.organization, events),
        Units(state.organization, events),
        OrganizationTags(state.organization, events),
    ]
    told = [FailedCalls(value, events, lambda: state.organization.caller) for value in served]
    return [*told, OrganizationPolicies(state.organization, lambda: state.behaviour)]


def _input(models: ServiceModels, target: str) -> StructureShape:
    operation = models.operation(target)
    assert operation is not None  # the targets above are in botocore's models
    shape = operation.model.input_shape
    assert isinstance(shape, StructureShape)  # every request of AWS is a structure
    return shape
