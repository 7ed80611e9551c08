"""The port Standing over Identity Center: asked from the management account, and as its delegated administrator."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from dayone.adapters.identity_center.delegation import SsoStanding
from dayone.errors import Refused, Throttled
from dayone.model.policy.context import OffLimits
from sandbox.identity_center.behaviour import Behaviour
from sandbox.identity_center.process import IdentityCenterServer
from sandbox.identity_center.settings import Settings
from tests.builders import NOON
from tests.contract.actions import recorded_actions
from tests.contract.answers import answering
from tests.contract.identity_centers import fresh

MANAGEMENT, DELEGATE = "111122223333", "444455556666"


@pytest.fixture(scope="module")
def server() -> Iterator[IdentityCenterServer]:
    behaviour = Behaviour.instant(assignment_seconds=0.01, provisioning_seconds=0.01, account_seconds=0.01)
    with IdentityCenterServer(Settings(account_id=MANAGEMENT, behaviour=behaviour)) as running:
        yield running


class Desk:
    """Identity Center as an operator sees it, and the adapter beside it."""

    def __init__(self, server: IdentityCenterServer) -> None:
        self.client: Any = server.client("sso-admin")
        (instance,) = self.client.list_instances()["Instances"]
        self.instance, self.store = instance["InstanceArn"], instance["IdentityStoreId"]
        self.directory: Any = server.client("identitystore")
        self.now: datetime = NOON

    def standing(
        self, *, account_id: str = DELEGATE, administered_from: str = "auto", has_management_rights: bool = True
    ) -> SsoStanding:
        return SsoStanding(
            self.client,
            instance_arn=self.instance,
            account_id=account_id,
            administered_from=administered_from,
            has_management_rights=has_management_rights,
            clock=lambda: self.now,
        )

    def set_in_use(self, name: str) -> None:
        """A permission set that somebody has in the management account."""
        made = self.client.create_permission_set(InstanceArn=self.instance, Name=name)
        group = self.directory.create_group(IdentityStoreId=self.store, DisplayName=fresh("group"))["GroupId"]
        asked = self.client.create_account_assignment(
            InstanceArn=self.instance,
            TargetId=MANAGEMENT,
            TargetType="AWS_ACCOUNT",
            PermissionSetArn=made["PermissionSet"]["PermissionSetArn"],
            PrincipalType="GROUP",
            PrincipalId=group,
        )["AccountAssignmentCreationStatus"]
        while asked["Status"] == "IN_PROGRESS":
            asked = self.client.describe_account_assignment_creation_status(
                InstanceArn=self.instance, AccountAssignmentCreationRequestId=asked["RequestId"]
            )["AccountAssignmentCreationStatus"]
        assert asked["Status"] == "SUCCEEDED"


@pytest.fixture
def desk(server: IdentityCenterServer) -> Desk:
    return Desk(server)


def test_the_owner_of_the_instance_is_the_management_account_where_nothing_is_off_limits(desk: Desk) -> None:
    desk.set_in_use(fresh("Set"))
    assert desk.standing(account_id=MANAGEMENT).off_limits() == OffLimits()


@pytest.mark.parametrize("administered_from", ["auto", "management-account"])
def test_without_the_rights_nothing_can_be_given_in_the_management_account(desk: Desk, administered_from: str) -> None:
    standing = desk.standing(account_id=MANAGEMENT, administered_from=administered_from, has_management_rights=False)
    found = standing.off_limits()
    assert found == OffLimits(account=MANAGEMENT, lacks_rights=True)
    assert not found.is_delegated


def test_a_delegated_administrator_is_one_whatever_rights_it_has(desk: Desk) -> None:
    for has_rights in (True, False):
        assert desk.standing(has_management_rights=has_rights).off_limits().is_delegated


def test_whoever_else_asks_is_a_delegated_administrator(desk: Desk) -> None:
    desk.set_in_use(name := fresh("Set"))
    found = desk.standing().off_limits()
    assert found.account == MANAGEMENT
    assert name in found.permission_sets


def test_what_is_in_use_is_asked_for_again_after_a_minute(desk: Desk) -> None:
    standing = desk.standing()
    standing.off_limits()
    desk.set_in_use(name := fresh("Set"))
    desk.now += timedelta(seconds=59)
    assert name not in standing.off_limits().permission_sets
    desk.now += timedelta(seconds=1)
    assert name in standing.off_limits().permission_sets


def test_the_operators_word_beats_what_aws_says(desk: Desk) -> None:
    desk.set_in_use(name := fresh("Set"))
    assert desk.standing(administered_from="management-account").off_limits() == OffLimits()
    found = desk.standing(account_id=MANAGEMENT, administered_from="delegated-administrator").off_limits()
    assert name in found.permission_sets


def test_another_word_is_refused(desk: Desk) -> None:
    with pytest.raises(Refused, match="use one of auto, management-account, delegated-administrator"):
        desk.standing(administered_from="here").off_limits()


def test_a_throttled_look_is_not_an_empty_answer(desk: Desk) -> None:
    standing = desk.standing()
    with (
        answering(desk.client, "ListPermissionSetsProvisionedToAccount", "ThrottlingException"),
        pytest.raises(Throttled),
    ):
        standing.off_limits()


def test_the_adapter_needs_every_action_it_names(desk: Desk) -> None:
    desk.set_in_use(fresh("Set"))
    called = recorded_actions(desk.client)
    desk.standing().off_limits()
    assert called == SsoStanding.ACTIONS
