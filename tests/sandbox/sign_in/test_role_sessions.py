"""Rights of a permission set's credentials, and their end."""

import json
import time
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.conftest import eventually
from tests.sandbox.sign_in.access_world import Session, World, world

__all__ = ["world"]

_TWELVE_HOURS = 43200.0


@pytest.fixture(scope="module")
def alice(world: World) -> str:
    """Alice, who is signed in at the portal in every test; returns her id."""
    return world.user("alice")


@pytest.fixture
def account(world: World) -> str:
    return world.calls.new_account()


def session_of(world: World, user_name: str, account: str, permission_set: str) -> Session:
    exports = world.visit(user_name).export_lines(account, world.name_of(permission_set))
    return world.session(exports)


@pytest.fixture
def somebody(world: World) -> tuple[str, str]:
    """The name and the id of a new user."""
    user_id = world.calls.new_user()
    return world.calls.answer("identitystore", "DescribeUser", UserId=user_id)["UserName"], user_id


def test_sts_says_whose_they_are_by_role_and_user_name(world: World, account: str, somebody: tuple[str, str]) -> None:
    permission_set = world.view_only()
    world.assign(account, permission_set, somebody[1])
    (role,) = world.roles(account)
    session = session_of(world, somebody[0], account, permission_set)
    assert session.arn == f"arn:aws:sts::{account}:assumed-role/{role['RoleName']}/{somebody[0]}"


def test_they_allow_what_the_permission_set_allows_and_no_more(
    world: World, account: str, somebody: tuple[str, str]
) -> None:
    permission_set = world.view_only()
    world.assign(account, permission_set, somebody[1])
    s3 = session_of(world, somebody[0], account, permission_set).client("s3")
    assert s3.list_buckets()["Buckets"] == []
    with pytest.raises(ClientError, match=r"AccessDenied.*s3:CreateBucket"):
        s3.create_bucket(Bucket="mine")


def test_they_last_as_long_as_the_permission_set_says(world: World, account: str, somebody: tuple[str, str]) -> None:
    permission_set = world.view_only(SessionDuration="PT2H30M")
    world.assign(account, permission_set, somebody[1])
    visit = world.visit(somebody[0])
    before = datetime.now(UTC)
    visit.export_lines(account, world.name_of(permission_set))
    after = datetime.now(UTC)
    shown = visit.page.texts["credentials"].partition("until ")[2].partition(" UTC")[0]
    until = datetime.strptime(shown, "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
    # It is shown to the minute.
    assert before - timedelta(minutes=1) <= until - timedelta(hours=2.5) <= after + timedelta(minutes=1)


def test_sts_answers_no_longer_when_they_have_expired(world: World, account: str, somebody: tuple[str, str]) -> None:
    permission_set = world.view_only()
    world.assign(account, permission_set, somebody[1])
    visit = world.visit(somebody[0])

    def session() -> Session:
        return world.session(visit.export_lines(account, world.name_of(permission_set)))

    lasting = session()
    world.limit_sessions(1)
    try:
        short = session()
    finally:
        world.limit_sessions(_TWELVE_HOURS)
    time.sleep(1.1)
    with pytest.raises(ClientError, match="ExpiredToken"):
        assert short.arn
    assert lasting.arn


def test_they_are_invalid_when_the_role_has_gone_with_the_last_assignment(
    world: World, account: str, somebody: tuple[str, str]
) -> None:
    permission_set = world.view_only()
    world.assign(account, permission_set, somebody[1])
    session = session_of(world, somebody[0], account, permission_set)
    assert session.arn
    world.unassign(account, permission_set, somebody[1])
    with pytest.raises(ClientError, match="InvalidClientTokenId"):
        assert session.arn
    with pytest.raises(ClientError, match="InvalidAccessKeyId"):
        session.client("s3").list_buckets()


def test_they_outlive_the_assignment_when_somebody_else_keeps_the_role(
    world: World, account: str, somebody: tuple[str, str]
) -> None:
    permission_set, group = world.view_only(), world.calls.new_group()
    world.assign(account, permission_set, somebody[1])
    world.assign(account, permission_set, group, "GROUP")
    session = session_of(world, somebody[0], account, permission_set)
    world.unassign(account, permission_set, somebody[1])
    assert session.client("s3").list_buckets()["Buckets"] == []


class TestServiceControlPolicies:
    @pytest.fixture
    def session(self, world: World, account: str, somebody: tuple[str, str]) -> Session:
        permission_set = world.view_only()
        world.assign(account, permission_set, somebody[1])
        return session_of(world, somebody[0], account, permission_set)

    def deny(self, world: World, *, user_ids: list[str], target: str) -> str:
        """Attach a policy that denies these users everything; returns its id."""
        condition = {"StringEquals": {"identitystore:userId": user_ids}}
        statement = {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition}
        organizations = world.sandbox.client("organizations")
        made = organizations.create_policy(
            Name=f"ended-{time.monotonic_ns()}",
            Description="Ended sessions",
            Type="SERVICE_CONTROL_POLICY",
            Content=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
        )
        policy_id = str(made["Policy"]["PolicySummary"]["Id"])
        organizations.attach_policy(PolicyId=policy_id, TargetId=target)
        return policy_id

    @pytest.fixture(autouse=True)
    def enabled(self, world: World) -> None:
        organizations = world.sandbox.client("organizations")
        root = organizations.list_roots()["Roots"][0]
        if not root["PolicyTypes"]:
            organizations.enable_policy_type(RootId=root["Id"], PolicyType="SERVICE_CONTROL_POLICY")

    @pytest.fixture
    def root(self, world: World) -> str:
        return str(world.sandbox.client("organizations").list_roots()["Roots"][0]["Id"])

    def test_one_that_names_the_user_denies_everything_but_telling_who_it_is(
        self, world: World, session: Session, somebody: tuple[str, str], root: str
    ) -> None:
        self.deny(world, user_ids=["0-0", somebody[1]], target=root)
        with pytest.raises(ClientError, match=r"AccessDenied.* with an explicit deny in a service control policy"):
            session.client("s3").list_buckets()
        # As on AWS: GetCallerIdentity needs no permission, so nothing can take it away.
        assert session.arn

    def test_one_that_names_somebody_else_does_nothing(
        self, world: World, session: Session, alice: str, root: str
    ) -> None:
        self.deny(world, user_ids=[alice], target=root)
        assert session.client("s3").list_buckets()["Buckets"] == []

    def test_one_on_another_account_does_nothing(
        self, world: World, session: Session, somebody: tuple[str, str]
    ) -> None:
        self.deny(world, user_ids=[somebody[1]], target=world.calls.new_account())
        assert session.client("s3").list_buckets()["Buckets"] == []

    def test_a_unit_s_reaches_the_accounts_in_it_and_ends_when_it_is_detached(
        self, world: World, session: Session, account: str, somebody: tuple[str, str], root: str
    ) -> None:
        organizations = world.sandbox.client("organizations")
        unit = organizations.create_organizational_unit(ParentId=root, Name=f"unit-{account}")
        unit_id = unit["OrganizationalUnit"]["Id"]
        organizations.move_account(AccountId=account, SourceParentId=root, DestinationParentId=unit_id)
        policy_id = self.deny(world, user_ids=[somebody[1]], target=unit_id)
        with pytest.raises(ClientError, match="AccessDenied"):
            session.client("s3").list_buckets()
        organizations.detach_policy(PolicyId=policy_id, TargetId=unit_id)
        assert session.client("s3").list_buckets()["Buckets"] == []

    def test_the_management_account_is_exempt(self, world: World, somebody: tuple[str, str], root: str) -> None:
        permission_set = world.view_only()
        world.assign(world.sandbox.account_id, permission_set, somebody[1])
        self.deny(world, user_ids=[somebody[1]], target=root)
        session = session_of(world, somebody[0], world.sandbox.account_id, permission_set)
        assert "Buckets" in session.client("s3").list_buckets()

    def test_users_of_a_member_account_are_held_to_them_too(self, world: World, account: str) -> None:
        iam = world.in_account("iam", account)
        iam.create_user(UserName="builder")
        everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [everything]})
        iam.put_user_policy(UserName="builder", PolicyName="all", PolicyDocument=policy)
        key = iam.create_access_key(UserName="builder")["AccessKey"]
        session = Session(world.sandbox, exports_of(key))
        assert eventually(lambda: "Buckets" in session.client("s3").list_buckets())
        organizations = world.sandbox.client("organizations")
        no_buckets = {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}
        made = organizations.create_policy(
            Name="no-buckets",
            Description="",
            Type="SERVICE_CONTROL_POLICY",
            Content=json.dumps({"Version": "2012-10-17", "Statement": [no_buckets]}),
        )
        organizations.attach_policy(PolicyId=made["Policy"]["PolicySummary"]["Id"], TargetId=account)
        with pytest.raises(ClientError, match="AccessDenied"):
            session.client("s3").list_buckets()


def exports_of(key: dict[str, str]) -> str:
    """The lines for a shell that is to use the key of an IAM user."""
    pairs = {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
    return "\n".join(f'export {name}="{text}"' for name, text in pairs.items())
