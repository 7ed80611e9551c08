"""An estate that Day One has made is edited behind its back with the AWS CLI: each edit is found, and nothing else."""

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from dayone.adapters.identity_center.directory import IdentityStoreDirectory
from dayone.adapters.identity_center.inventory import AwsInventoryReader
from dayone.adapters.identity_center.live_access import AwsLiveAccess
from dayone.adapters.identity_center.permission_set_policies import SsoSetPolicies
from dayone.adapters.identity_center.permission_sets import SsoAssignments, SsoPermissionSets
from dayone.inventory.service import read_inventory
from sandbox.identity_center.process import IdentityCenterServer
from sandbox.identity_center.settings import Settings
from sandbox.paths import REPOSITORY
from tests.builders import a_group, a_person, a_policy, a_set, an_account, an_assignment
from tests.sandbox.identity_center.calls import Calls
from tests.sandbox.identity_center.desk import AT_ONCE
from tests.unit.world import World

_INLINE = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}'
_GROUPS = ("engineers", "sales", "support", "legal", "finance")
_SETS = (
    a_set("Session"),
    a_set("Attached", managed=("job-function/ViewOnlyAccess",)),
    a_set("Detached", managed=("job-function/ViewOnlyAccess", "SecurityAudit")),
    a_set("Edited", inline=_INLINE),
    a_set("Emptied", inline=_INLINE),
    a_set("Bounded"),
    a_set("Unused"),
    a_set("Given"),
)
_ASSIGNED = {
    "engineers": ("Session", "Attached", "Detached"),
    "sales": ("Edited", "Emptied"),
    "support": ("Bounded",),
    "legal": ("Given",),
}
_POLICY = a_policy(
    *(a_group(name, department=name) for name in _GROUPS),
    *_SETS,
    *(an_assignment(group, name) for group, names in _ASSIGNED.items() for name in names),
    harmless=tuple(rule.name for rule in _SETS),
)


@dataclass
class Estate:
    """Day One with its record in memory over a local Identity Center, and other hands with the AWS CLI."""

    server: IdentityCenterServer
    calls: Calls
    account: str
    world: World = field(default_factory=lambda: World(approves=True))

    def __post_init__(self) -> None:
        sso, store = self.server.client("sso-admin"), self.server.client("identitystore")
        sso_place: dict[str, Any] = {"instance_arn": self.calls.instance_arn}
        place = {"identity_store_id": self.calls.store_id}
        policies = SsoSetPolicies(sso, **sso_place)
        ports: dict[str, Any] = {
            "directory": IdentityStoreDirectory(store, **place),
            "permission_sets": SsoPermissionSets(sso, **sso_place),
            "set_policies": policies,
            "contents": policies,
            "assignments": SsoAssignments(sso, **sso_place),
            "live": AwsLiveAccess(sso, store, **sso_place, **place, wait=lambda _service, _api: None),
            "reader": AwsInventoryReader(sso, store, **sso_place, **place),
        }
        self.world.around = ports.get

    def aws(self, service: str, command: str, **options: str) -> Any:  # noqa: ANN401 - JSON
        """Run a command of the AWS CLI with the keys of an administrator."""
        place = {"identity-store-id": self.calls.store_id} if service == "identitystore" else {}
        place = place or {"instance-arn": self.calls.instance_arn}
        named = [word for name, text in {**place, **options}.items() for word in (f"--{name.replace('_', '-')}", text)]
        ended = subprocess.run(  # noqa: S603 - the arguments are this file's own
            [str(REPOSITORY / ".venv" / "bin" / "aws"), service, command, *named, "--output", "json"],
            env={
                **{name: text for name, text in os.environ.items() if not name.startswith("AWS_")},
                "AWS_ACCESS_KEY_ID": self.server.settings.default_caller,
                "AWS_SECRET_ACCESS_KEY": "test",
                "AWS_DEFAULT_REGION": self.server.settings.region,
                "AWS_ENDPOINT_URL": self.server.endpoint,
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr
        return json.loads(ended.stdout or "{}")

    def store(self, command: str, **options: str) -> Any:  # noqa: ANN401 - JSON
        return self.aws("identitystore", command, **options)

    def sso(self, command: str, **options: str) -> Any:  # noqa: ANN401 - JSON
        return self.aws("sso-admin", command, **options)

    def group(self, name: str) -> str:
        named = {"UniqueAttribute": {"AttributePath": "displayName", "AttributeValue": name}}
        return str(self.calls.answer("identitystore", "GetGroupId", AlternateIdentifier=named)["GroupId"])

    def user(self, person: str) -> str:
        named = {"UniqueAttribute": {"AttributePath": "userName", "AttributeValue": a_person(person).user_name}}
        return str(self.calls.answer("identitystore", "GetUserId", AlternateIdentifier=named)["UserId"])

    def sets(self) -> dict[str, str]:
        read, service = self.calls.answer, "sso-admin"
        arns = read(service, "ListPermissionSets")["PermissionSets"]
        described = [read(service, "DescribePermissionSet", PermissionSetArn=arn)["PermissionSet"] for arn in arns]
        return {each["Name"]: each["PermissionSetArn"] for each in described}

    def assignment(self, arn: str, principal: str, *, kind: str = "GROUP") -> dict[str, str]:
        return {
            "permission_set_arn": arn,
            "principal_id": principal,
            "principal_type": kind,
            "target_id": self.account,
            "target_type": "AWS_ACCOUNT",
        }

    def found(self) -> set[str]:
        """Each finding of the next inventory as `kind subject resource`."""
        self.world.now += timedelta(days=1)
        while (current := read_inventory(ports=self.world.reading(), longest=timedelta(seconds=40))) is not None:
            assert not current.unread
            if current.finished_at:
                break
        return {
            f"{each.difference.kind} {each.difference.subject} {each.difference.resource}"
            for each in self.world.inventory.findings()
        }


@pytest.fixture
def estate() -> Iterator[Estate]:
    """Five groups with two people each, and permission sets of theirs in an account."""
    with IdentityCenterServer(Settings(behaviour=AT_ONCE)) as server:
        calls = Calls(server)
        estate = Estate(server=server, calls=calls, account=calls.new_account())
        estate.world.account_is(an_account(estate.account))
        for number in range(10):
            estate.world.hr_tells(a_person(f"e-{number}", department=_GROUPS[number // 2]))
        estate.world.policy_is(_POLICY)
        estate.world.settle()
        yield estate


def _edit_the_directory(estate: Estate) -> set[str]:
    """Edit groups, users and memberships, and return what is to be found."""
    estate.store("create-group", display_name="Contractors")
    name = {"AttributePath": "displayName", "AttributeValue": "sales (old)"}
    estate.store("update-group", group_id=estate.group("sales"), operations=json.dumps([name]))
    estate.store("delete-group", group_id=estate.group("finance"))
    estate.store("create-user", user_name="eve", display_name="Eve", name="GivenName=E,FamilyName=Ve")
    estate.store("update-user", user_id=estate.user("e-0"), operations=json.dumps([{**name, "AttributeValue": "X"}]))
    estate.store("delete-user", user_id=estate.user("e-7"))
    engineers = estate.group("engineers")
    estate.store("create-group-membership", group_id=engineers, member_id=f"UserId={estate.user('e-2')}")
    memberships = estate.calls.answer("identitystore", "ListGroupMemberships", GroupId=engineers)["GroupMemberships"]
    (left,) = [each for each in memberships if each["MemberId"]["UserId"] == estate.user("e-1")]
    estate.store("delete-group-membership", membership_id=left["MembershipId"])
    return {
        "unmanaged group:Contractors group",
        "changed group:sales group",
        "missing group:finance group",
        "unmanaged user:eve user",
        "changed person:e-0 user",
        "missing person:e-7 user",
        "unmanaged person:e-2 membership/engineers",
        "missing person:e-1 membership/engineers",
    }


def _edit_policies(estate: Estate, sets: dict[str, str]) -> set[str]:
    """Edit policies of permission sets without rolling them out, and return what is to be found of these."""
    everything = "arn:aws:iam::aws:policy/AdministratorAccess"
    estate.sso(
        "attach-managed-policy-to-permission-set", permission_set_arn=sets["Attached"], managed_policy_arn=everything
    )
    audit = "arn:aws:iam::aws:policy/SecurityAudit"
    estate.sso(
        "detach-managed-policy-from-permission-set", permission_set_arn=sets["Detached"], managed_policy_arn=audit
    )
    policy = _INLINE.replace("s3:*", "*")
    estate.sso("put-inline-policy-to-permission-set", permission_set_arn=sets["Edited"], inline_policy=policy)
    estate.sso("delete-inline-policy-from-permission-set", permission_set_arn=sets["Emptied"])
    estate.sso(
        "put-permissions-boundary-to-permission-set",
        permission_set_arn=sets["Bounded"],
        permissions_boundary=f"ManagedPolicyArn={everything}",
    )
    estate.sso(
        "attach-customer-managed-policy-reference-to-permission-set",
        permission_set_arn=sets["Given"],
        customer_managed_policy_reference="Name=theirs,Path=/",
    )
    return {
        "unmanaged permission-set:Attached managed-policy/AdministratorAccess",
        "missing permission-set:Detached managed-policy/SecurityAudit",
        "changed permission-set:Edited inline-policy",
        "missing permission-set:Emptied inline-policy",
        "unmanaged permission-set:Bounded boundary",
        "unmanaged permission-set:Given customer-policy//theirs",
    }


def _edit_the_sets(estate: Estate, sets: dict[str, str]) -> set[str]:
    """Edit permission sets without rolling any out, and return what is to be found."""
    estate.sso("create-permission-set", name="Admins")
    estate.sso("update-permission-set", permission_set_arn=sets["Session"], session_duration="PT12H")
    estate.sso("delete-permission-set", permission_set_arn=sets["Unused"])
    of_policies = _edit_policies(estate, sets)
    # Nobody has Detached by now, so no account has it in an earlier form.
    edited = ("Session", "Attached", "Edited", "Emptied", "Bounded", "Given")
    return of_policies | {
        "unmanaged permission-set:Admins permission-set",
        "changed permission-set:Session permission-set",
        "missing permission-set:Unused permission-set",
        *(f"unprovisioned permission-set:{name} provisioning" for name in edited),
    }


def _edit_assignments(estate: Estate, sets: dict[str, str]) -> set[str]:
    """Give and take access, and return what is to be found."""
    here = f"account:{estate.account}"
    estate.sso("create-account-assignment", **estate.assignment(sets["Session"], estate.group("legal")))
    of_user = estate.assignment(sets["Session"], estate.user("e-3"), kind="USER")
    estate.sso("create-account-assignment", **of_user)
    estate.sso("delete-account-assignment", **estate.assignment(sets["Detached"], estate.group("engineers")))
    return {
        f"unmanaged {here} assignment/Session/legal",
        f"unmanaged {here} assignment/Session/person:e-3",
        f"missing {here} assignment/Detached/engineers",
    }


def test_every_edit_of_twenty_kinds_is_found_and_nothing_else(estate: Estate) -> None:
    assert estate.found() == set()
    sets = estate.sets()
    expected = _edit_assignments(estate, sets) | _edit_the_directory(estate) | _edit_the_sets(estate, sets)
    assert estate.found() == expected
    assert len(expected) > 20
