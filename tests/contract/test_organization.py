"""The port Organization, in memory and over AWS alike."""

import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any, Protocol

import pytest

from dayone.adapters.organizations import AwsOrganization
from dayone.domain.accounts import Account, AccountState
from dayone.errors import Conflicting, Throttled
from dayone.ports.identity_center import Organization
from sandbox import Sandbox
from tests.contract.actions import recorded_actions
from tests.contract.answers import altering, answering
from tests.contract.identity_centers import fresh
from tests.fakes.organization import MemoryOrganization

MANAGEMENT_ACCOUNT = "111122223333"
UNKNOWN_ACCOUNT = "999988887777"


class World(Protocol):
    """An organisation in which a test can make what it wants to read."""

    @property
    def organization(self) -> Organization: ...

    def new_account(self, *, units: tuple[str, ...] = (), tags: Mapping[str, str] | None = None) -> Account:
        """An account in the last of new organizational units, each within the one before."""

    def close(self, account: Account) -> None: ...


@dataclass
class FakeWorld:
    organization: MemoryOrganization = field(
        default_factory=lambda: MemoryOrganization(
            Account(id=MANAGEMENT_ACCOUNT, name="main", email="", state=AccountState.ACTIVE, is_management=True)
        )
    )

    def new_account(self, *, units: tuple[str, ...] = (), tags: Mapping[str, str] | None = None) -> Account:
        account = Account(
            id=f"{len(self.organization.accounts):012d}",
            name=fresh("account"),
            email=f"{fresh('account')}@example.com",
            state=AccountState.ACTIVE,
            ou_path="/" + "/".join(units),
            ou_ids=tuple(f"ou-{unit}" for unit in units),
            tags=tags or {},
        )
        self.organization.accounts[account.id] = account
        return account

    def close(self, account: Account) -> None:
        self.organization.close(account.id)


class LocalWorld:
    def __init__(self, client: Any) -> None:  # noqa: ANN401
        self.client = client
        self.organization: Organization = AwsOrganization(client)
        self.root = client.list_roots()["Roots"][0]["Id"]

    def new_account(self, *, units: tuple[str, ...] = (), tags: Mapping[str, str] | None = None) -> Account:
        name = fresh("account")
        account_id = self._created(name, tags=tags or {})
        parent, ou_ids = self.root, []
        for unit in units:
            parent = self.new_unit(unit, parent=parent)
            ou_ids.append(parent)
        if ou_ids:
            self.client.move_account(AccountId=account_id, SourceParentId=self.root, DestinationParentId=parent)
        return Account(
            id=account_id,
            name=name,
            email=f"{name}@example.com",
            state=AccountState.ACTIVE,
            ou_path="/" + "/".join(units),
            ou_ids=tuple(ou_ids),
            tags=tags or {},
        )

    def _created(self, name: str, *, tags: Mapping[str, str]) -> str:
        status = self.client.create_account(
            AccountName=name,
            Email=f"{name}@example.com",
            Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
        )["CreateAccountStatus"]
        deadline = time.monotonic() + 10.0
        while status["State"] == "IN_PROGRESS" and time.monotonic() < deadline:
            time.sleep(0.02)
            status = self.client.describe_create_account_status(CreateAccountRequestId=status["Id"])[
                "CreateAccountStatus"
            ]
        return str(status["AccountId"])

    def new_unit(self, name: str, *, parent: str) -> str:
        made = self.client.create_organizational_unit(ParentId=parent, Name=name)
        return str(made["OrganizationalUnit"]["Id"])

    def close(self, account: Account) -> None:
        self.client.close_account(AccountId=account.id)


@pytest.fixture(scope="module")
def local_world(sandbox: Sandbox) -> LocalWorld:
    return LocalWorld(sandbox.client("organizations"))


def _hide_paths(answer: dict[str, Any]) -> None:
    answer.get("Account", {}).pop("Paths", None)


@pytest.fixture(params=["fake", "aws", "aws-without-paths"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    if request.param == "fake":
        yield FakeWorld()
        return
    local = request.getfixturevalue("local_world")
    hiding: AbstractContextManager[None] = nullcontext()
    if request.param == "aws-without-paths":
        hiding = altering(local.client, "DescribeAccount", _hide_paths)
    with hiding:
        yield local


def test_an_account_is_read_with_its_units_and_tags(world: World) -> None:
    units = (fresh("Workloads"), "Dev", "Team A")
    account = world.new_account(units=units, tags={"env": "dev", "owner": "data team"})
    assert world.organization.account(account.id) == account
    assert account.ou_path == f"/{units[0]}/Dev/Team A"


def test_an_account_in_the_root_has_the_path_of_the_root(world: World) -> None:
    account = world.new_account()
    read = world.organization.account(account.id)
    assert read is not None
    assert (read.ou_path, read.ou_ids, read.tags) == ("/", (), {})


def test_all_tags_are_read_however_many(world: World) -> None:
    tags = {f"tag-{number:02d}": str(number) for number in range(50)}
    account = world.new_account(tags=tags)
    read = world.organization.account(account.id)
    assert read is not None
    assert read.tags == tags


def test_a_closed_account_is_not_active(world: World) -> None:
    account = world.new_account()
    world.close(account)
    read = world.organization.account(account.id)
    assert read is not None
    assert read.state in (AccountState.PENDING_CLOSURE, AccountState.SUSPENDED, AccountState.CLOSED)


def test_the_management_account_is_marked(world: World) -> None:
    management, other = world.organization.account(MANAGEMENT_ACCOUNT), world.new_account()
    assert management is not None
    assert management.is_management
    assert not other.is_management


def test_an_account_that_is_no_member_is_none(world: World) -> None:
    assert world.organization.account(UNKNOWN_ACCOUNT) is None


def test_an_account_that_goes_while_it_is_read_can_be_read_again(local_world: LocalWorld) -> None:
    account = local_world.new_account()
    with (
        answering(local_world.client, "ListTagsForResource", "TargetNotFoundException"),
        pytest.raises(Conflicting),
    ):
        local_world.organization.account(account.id)


def test_a_throttled_read_is_not_an_empty_answer(local_world: LocalWorld) -> None:
    with answering(local_world.client, "DescribeAccount", "TooManyRequestsException"), pytest.raises(Throttled):
        local_world.organization.account(MANAGEMENT_ACCOUNT)


def test_an_older_sdk_or_answer_that_has_only_the_status_is_understood(local_world: LocalWorld) -> None:
    account = local_world.new_account()

    def only_the_status(answer: dict[str, Any]) -> None:
        answer["Account"].pop("State", None)
        answer["Account"]["Status"] = "SUSPENDED"

    with altering(local_world.client, "DescribeAccount", only_the_status):
        read = local_world.organization.account(account.id)
    assert read is not None
    assert read.state is AccountState.SUSPENDED


def test_a_renamed_unit_is_seen_within_a_minute_and_asked_for_no_sooner(local_world: LocalWorld) -> None:
    seconds = [1000.0]
    organization = AwsOrganization(local_world.client, clock=lambda: seconds[0])
    name = fresh("Unit")
    account = local_world.new_account(units=(name,))

    def path() -> str:
        read = organization.account(account.id)
        assert read is not None
        return read.ou_path

    assert path() == f"/{name}"
    local_world.client.update_organizational_unit(OrganizationalUnitId=account.ou_ids[0], Name=f"{name}-2")
    seconds[0] += 59
    assert path() == f"/{name}"
    seconds[0] += 1
    assert path() == f"/{name}-2"


def test_the_adapter_needs_every_action_it_names(local_world: LocalWorld) -> None:
    account = local_world.new_account(units=(fresh("Unit"),))
    called = recorded_actions(local_world.client)
    organization = AwsOrganization(local_world.client)
    organization.account(account.id)
    with altering(local_world.client, "DescribeAccount", _hide_paths):
        organization.account(account.id)
    assert called == AwsOrganization.ACTIONS
