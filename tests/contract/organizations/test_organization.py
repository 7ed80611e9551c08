"""The port Organization, in memory and over AWS alike."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import pytest

from dayone.adapters.organizations.accounts import AwsOrganization
from dayone.errors import Conflicting, Throttled
from dayone.model.accounts import Account, AccountState
from dayone.policy.ou_paths import path_of
from dayone.ports.organizations import Organization
from sandbox import Sandbox
from tests.contract.actions import recorded_actions
from tests.contract.answers import altering, answering
from tests.contract.identity_centers import fresh
from tests.fakes.organization import MemoryOrganization, MemoryUnitNames

MANAGEMENT_ACCOUNT = "111122223333"
UNKNOWN_ACCOUNT = "999988887777"


def now() -> datetime:
    return datetime.now(UTC)


class World(Protocol):
    """An organisation in which a test can make what it wants to read."""

    @property
    def organization(self) -> Organization: ...

    def new_account(self, *, units: tuple[str, ...] = (), tags: Mapping[str, str] | None = None) -> Account:
        """An account in the last of new organizational units, each within the one before."""

    def close(self, account: Account) -> None: ...

    def rename_unit(self, unit_id: str, name: str) -> None: ...

    def read(self, account: Account) -> Account:
        """The account as the organisation describes it now."""


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
            ou_path=path_of(units),
            ou_ids=tuple(f"ou-{unit}" for unit in units),
            tags=tags or {},
            created_at=now(),
        )
        self.organization.accounts[account.id] = account
        return account

    def close(self, account: Account) -> None:
        self.organization.close(account.id)

    def rename_unit(self, unit_id: str, name: str) -> None:
        self.organization.rename_unit(unit_id, name)

    def read(self, account: Account) -> Account:
        return read(self.organization, account.id)


class LocalWorld:
    def __init__(self, client: Any) -> None:  # noqa: ANN401
        self.client = client
        self.organization: Organization = AwsOrganization(client, names=MemoryUnitNames(), clock=now)
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
            ou_path=path_of(units),
            ou_ids=tuple(ou_ids),
            tags=tags or {},
            created_at=self.client.describe_account(AccountId=account_id)["Account"]["JoinedTimestamp"],
        )

    def _created(self, name: str, *, tags: Mapping[str, str]) -> str:
        status = self.client.create_account(
            AccountName=name,
            Email=f"{name}@example.com",
            Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
        )["CreateAccountStatus"]
        deadline = time.monotonic() + 120.0
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

    def rename_unit(self, unit_id: str, name: str) -> None:
        self.client.update_organizational_unit(OrganizationalUnitId=unit_id, Name=name)

    def read(self, account: Account) -> Account:
        return read(self.organization, account.id)


def read(organization: Organization, account_id: str) -> Account:
    found = organization.account(account_id, since=now())
    assert found is not None
    return found


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
    assert world.read(account) == account
    assert account.ou_path == f"/{units[0]}/Dev/Team A"


def test_an_account_that_the_organisation_has_made_says_when(world: World) -> None:
    made = world.read(world.new_account()).created_at
    assert made is not None
    assert abs(now() - made) < timedelta(minutes=5)


def test_the_slash_in_a_name_of_a_unit_is_told_from_the_slash_between_two(world: World) -> None:
    unit = fresh("Workloads")
    assert world.read(world.new_account(units=(f"{unit}/CI", "CD\nEU"))).ou_path == f"/{unit}\\/CI/CD\nEU"
    assert world.read(world.new_account(units=(unit, "CI", "CD\nEU"))).ou_path == f"/{unit}/CI/CD\nEU"


def test_an_account_in_the_root_has_the_path_of_the_root(world: World) -> None:
    read_now = world.read(world.new_account())
    assert (read_now.ou_path, read_now.ou_ids, read_now.tags) == ("/", (), {})


def test_all_tags_are_read_however_many(world: World) -> None:
    tags = {f"tag-{number:02d}": str(number) for number in range(50)}
    assert world.read(world.new_account(tags=tags)).tags == tags


def test_a_closed_account_is_not_active(world: World) -> None:
    account = world.new_account()
    world.close(account)
    closing = (AccountState.PENDING_CLOSURE, AccountState.SUSPENDED, AccountState.CLOSED)
    assert world.read(account).state in closing


def test_the_management_account_is_marked(world: World) -> None:
    assert read(world.organization, MANAGEMENT_ACCOUNT).is_management
    assert not world.read(world.new_account()).is_management


def test_an_account_that_is_no_member_is_none(world: World) -> None:
    assert world.organization.account(UNKNOWN_ACCOUNT, since=now()) is None


def test_a_renamed_unit_is_seen_when_it_is_looked_at_again(world: World) -> None:
    name = fresh("Unit")
    account = world.read(world.new_account(units=(fresh("Workloads"), name)))
    assert world.organization.is_still_there(account)
    world.rename_unit(account.ou_ids[1], f"{name}-2")
    world.organization.look_again_at_unit(account.ou_ids[1])
    assert not world.organization.is_still_there(account)
    renamed = world.read(account)
    assert renamed.ou_path == f"{account.ou_path}-2"
    assert world.organization.is_still_there(renamed)


def test_a_unit_that_has_gone_can_be_looked_at(world: World) -> None:
    world.organization.look_again_at_unit("ou-a1b2-99998888")


class Readings:
    """An organisation as one process reads it, at a time that the test sets; counts what is asked of AWS."""

    def __init__(self, client: Any, *, names: MemoryUnitNames | None = None) -> None:  # noqa: ANN401
        self.now = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
        self.calls: Counter[str] = Counter()
        self.organization = AwsOrganization(client, names=names or MemoryUnitNames(), clock=lambda: self.now)
        self._client = client

    def __enter__(self) -> "Readings":
        self._client.meta.events.register("before-call", self._count)
        return self

    def __exit__(self, *_: object) -> None:
        self._client.meta.events.unregister("before-call", self._count)

    def _count(self, model: Any, **_: object) -> None:  # noqa: ANN401 - botocore's
        if model.name.startswith(("Describe", "List")):
            self.calls[model.name] += 1

    def at(self, seconds: float) -> datetime:
        return datetime(2026, 11, 23, 12, 0, tzinfo=UTC) + timedelta(seconds=seconds)


def test_an_account_takes_two_calls_when_its_units_are_known(local_world: LocalWorld) -> None:
    account = local_world.new_account(units=(fresh("Unit"), "Dev"))
    sibling = local_world.new_account()
    local_world.client.move_account(
        AccountId=sibling.id, SourceParentId=local_world.root, DestinationParentId=account.ou_ids[1]
    )
    with Readings(local_world.client) as readings:
        readings.organization.account(account.id, since=readings.now)
        assert readings.calls == {"DescribeAccount": 1, "ListTagsForResource": 1, "DescribeOrganizationalUnit": 2}
        readings.calls.clear()
        readings.organization.account(sibling.id, since=readings.now)
        assert readings.calls == {"DescribeAccount": 1, "ListTagsForResource": 1}


def test_a_batch_of_events_about_one_account_is_answered_with_one_reading(local_world: LocalWorld) -> None:
    account = local_world.new_account(tags={"env": "dev"})
    with Readings(local_world.client) as readings:
        answers = [readings.organization.account(account.id, since=readings.at(-20 - number)) for number in range(6)]
        assert readings.calls == {"DescribeAccount": 1, "ListTagsForResource": 1}
    assert answers == [account] * 6


def test_what_happened_about_when_the_account_was_read_has_it_read_again(local_world: LocalWorld) -> None:
    account = local_world.new_account()
    with Readings(local_world.client) as readings:
        readings.organization.account(account.id, since=readings.at(-60))
        local_world.client.tag_resource(ResourceId=account.id, Tags=[{"Key": "env", "Value": "dev"}])
        # AWS may answer for some seconds after a change as if it had not happened.
        again = readings.organization.account(account.id, since=readings.at(-9))
        assert again is not None
        assert again.tags == {"env": "dev"}
        assert readings.calls == {"DescribeAccount": 2, "ListTagsForResource": 2}


def test_what_is_remembered_of_an_account_is_told_with_its_units_as_they_are_called_now(
    local_world: LocalWorld,
) -> None:
    name = fresh("Unit")
    account = local_world.new_account(units=(name,))
    with Readings(local_world.client) as readings:
        readings.organization.account(account.id, since=readings.at(-60))
        local_world.rename_unit(account.ou_ids[0], f"{name}-2")
        readings.now += timedelta(seconds=1)
        readings.organization.look_again_at_unit(account.ou_ids[0])
        again = readings.organization.account(account.id, since=readings.at(-60))
        assert readings.calls["DescribeAccount"] == 1
    assert again is not None
    assert again.ou_path == f"/{name}-2"


def test_another_process_knows_of_a_rename_at_once(local_world: LocalWorld) -> None:
    name, names = fresh("Unit"), MemoryUnitNames()
    account = local_world.new_account(units=(name,))
    readings, other = (Readings(local_world.client, names=names) for _ in range(2))
    readings.organization.account(account.id, since=readings.now)
    local_world.rename_unit(account.ou_ids[0], f"{name}-2")
    other.now += timedelta(seconds=1)
    other.organization.look_again_at_unit(account.ou_ids[0])
    again = readings.organization.account(account.id, since=readings.now)
    assert again is not None
    assert again.ou_path == f"/{name}-2"


def test_a_rename_that_nobody_tells_of_is_seen_within_an_hour(local_world: LocalWorld) -> None:
    name = fresh("Unit")
    account = local_world.new_account(units=(name,))
    with Readings(local_world.client) as readings:
        readings.organization.account(account.id, since=readings.now)
        local_world.rename_unit(account.ou_ids[0], f"{name}-2")
        for minutes, path in ((59, f"/{name}"), (60, f"/{name}-2")):
            readings.now = readings.at(minutes * 60)
            again = readings.organization.account(account.id, since=readings.now)
            assert again is not None
            assert again.ou_path == path
        assert readings.calls["DescribeOrganizationalUnit"] == 2


def _listed(organization: Organization) -> list[str]:
    ids, cursor = list[str](), ""
    while True:
        listed = organization.list_accounts(cursor)
        ids += listed.ids
        cursor = listed.cursor
        if not cursor:
            return ids


def test_every_member_is_listed_once_however_many_pages_it_takes(world: World) -> None:
    new = [world.new_account().id for _ in range(23)]
    world.close(world.new_account())
    listed = _listed(world.organization)
    assert {MANAGEMENT_ACCOUNT, *new} <= set(listed)
    assert len(listed) == len(set(listed))
    assert listed == _listed(world.organization)
    assert len(world.organization.list_accounts("").ids) < len(listed)


def test_an_account_that_goes_on_being_changed_while_it_is_read_can_be_asked_for_again(
    local_world: LocalWorld,
) -> None:
    account = local_world.new_account()
    with (
        Readings(local_world.client) as readings,
        answering(local_world.client, "ListTagsForResource", "TargetNotFoundException"),
        pytest.raises(Conflicting),
    ):
        readings.organization.account(account.id, since=readings.now)
    assert readings.calls["DescribeAccount"] == 3


def test_an_account_that_goes_between_two_calls_is_found_to_be_gone_at_once(local_world: LocalWorld) -> None:
    account, local = local_world.new_account(), local_world.client

    def leave(**_: object) -> None:
        local.meta.events.unregister("after-call.organizations.DescribeAccount", leave)
        local.remove_account_from_organization(AccountId=account.id)

    local.meta.events.register("after-call.organizations.DescribeAccount", leave)
    assert local_world.organization.account(account.id, since=now()) is None


def test_a_unit_that_goes_while_an_account_in_it_is_read_has_that_read_again(local_world: LocalWorld) -> None:
    account = local_world.new_account(units=(fresh("Unit"),))
    with Readings(local_world.client) as readings:
        with (
            answering(local_world.client, "DescribeOrganizationalUnit", "OrganizationalUnitNotFoundException"),
            pytest.raises(Conflicting),
        ):
            readings.organization.account(account.id, since=readings.at(-60))
        assert readings.organization.account(account.id, since=readings.at(-60)) == account
        assert readings.calls["DescribeAccount"] == 4


def test_a_throttled_read_is_not_an_empty_answer(local_world: LocalWorld) -> None:
    with answering(local_world.client, "DescribeAccount", "TooManyRequestsException"), pytest.raises(Throttled):
        local_world.organization.account(MANAGEMENT_ACCOUNT, since=now())


def test_an_older_sdk_or_answer_that_has_only_the_status_is_understood(local_world: LocalWorld) -> None:
    account = local_world.new_account()

    def only_the_status(answer: dict[str, Any]) -> None:
        answer["Account"].pop("State", None)
        answer["Account"]["Status"] = "SUSPENDED"

    with altering(local_world.client, "DescribeAccount", only_the_status):
        assert local_world.read(account).state is AccountState.SUSPENDED


def test_the_adapter_needs_every_action_it_names(local_world: LocalWorld) -> None:
    account = local_world.new_account(units=(fresh("Unit"),))
    called = recorded_actions(local_world.client)
    organization = AwsOrganization(local_world.client, names=MemoryUnitNames(), clock=now)
    organization.list_accounts("")
    organization.account(account.id, since=now())
    with altering(local_world.client, "DescribeAccount", _hide_paths):
        organization.account(account.id, since=now())
    assert called == AwsOrganization.ACTIONS
