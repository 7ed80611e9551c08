"""The management account, without the IAM rights that AWS demands there and with them, on one deployment."""

from collections.abc import Iterator
from typing import Any

import pytest

from sandbox import Sandbox
from sandbox.day_one import expect, release
from sandbox.hr_system import ENDED as LEFT
from tests.e2e.deployed import policies
from tests.e2e.deployed.day_one import BEHAVIOUR, DayOne, deployed_in
from tests.e2e.deployed.people import somebody
from tests.e2e.deployed.waiting import becomes

PARAMETER = "deploy with ManagementAccountAccess=true"
BY_HAND = ("ViewOnly", "By hand")


@pytest.fixture(scope="module")
def day_one() -> Iterator[DayOne]:
    """Without the rights, which is how it is deployed by default."""
    # A removal asks for the rights as well, so that what is taken away below is known to be taken by them.
    with Sandbox(behaviour=BEHAVIOUR.but(management_removals_by_caller=True)) as sandbox:
        yield deployed_in(sandbox)


def policy(*, session: str = "PT8H", person: str = "", reaches: str = "") -> dict[str, Any]:
    """The shared policy, which may give something in the management account to a group and to a person."""
    made = policies.base_with(permission_sets={"ViewOnly": {"managed_policies": ["ViewOnlyAccess"]}})
    made["permission_sets"]["ViewOnly"]["session_duration"] = session
    # Nobody has made the group here that it would protect.
    del made["guardrails"]["protect"]
    if reaches:
        made["assignments"] += [
            {
                **principal,
                "permission_set": "ViewOnly",
                "accounts": [{"id": reaches, "include_management_account": True}],
            }
            for principal in ({"group": "Platform"}, {"person": person})
        ]
    return made


def held_in(day_one: DayOne, account: str) -> set[tuple[str, str]]:
    """Return the assignments in an account: permission set, and the name of the group or user."""
    names = {group: name for name, group in day_one.view.groups().items()}
    names |= {user["UserId"]: name for name, user in day_one.view.users().items()}
    sso, of = day_one.sandbox.client("sso-admin"), {"InstanceArn": day_one.instance.arn, "AccountId": account}
    return {
        (name, names[pair["PrincipalId"]])
        for name, arn in day_one.view.permission_sets().items()
        for pair in sso.list_account_assignments(**of, PermissionSetArn=arn)["AccountAssignments"]
    }


def assign_by_hand(day_one: DayOne) -> None:
    """An administrator gives a group of theirs the policy's permission set in the management account."""
    sandbox, instance = day_one.sandbox, day_one.instance
    group = sandbox.client("identitystore").create_group(
        IdentityStoreId=instance.identity_store_id, DisplayName="By hand"
    )
    sandbox.client("sso-admin").create_account_assignment(
        InstanceArn=instance.arn,
        TargetId=sandbox.account_id,
        TargetType="AWS_ACCOUNT",
        PermissionSetArn=day_one.view.permission_sets()["ViewOnly"],
        PrincipalType="GROUP",
        PrincipalId=group["GroupId"],
    )
    assert becomes(lambda: held_in(day_one, sandbox.account_id), {BY_HAND})


def approved(day_one: DayOne, uploaded: dict[str, Any]) -> None:
    """Put a policy in force, of which somebody else has to approve a part."""
    change = expect(day_one.upload(uploaded), status=202)["change"]
    day_one.held(change)
    day_one.decided(change, to="approve")


class TestOff:
    def test_a_policy_that_reaches_it_is_refused_by_the_name_of_the_parameter(self, day_one: DayOne) -> None:
        answer = day_one.upload(policy(person="e-1", reaches=day_one.sandbox.account_id))
        assert answer.status == 422
        assert [PARAMETER in finding for finding in answer.json()["findings"]] == [True, True]

    def test_an_assignment_there_that_is_in_the_way_of_a_provisioning_is_said(self, day_one: DayOne) -> None:
        day_one.put_in_force(policy())
        assign_by_hand(day_one)
        change = day_one.over(expect(day_one.upload(policy(session="PT2H")), status=202)["change"])
        (failed,) = [pair for pair in change["operations"] if pair["state"] == "failed"]
        assert failed["resource"] == "provisioning"
        assert "an assignment of this permission set is in the way" in failed["failure_reason"]
        assert PARAMETER in failed["failure_reason"]

    def test_the_check_of_the_settings_says_so(self, day_one: DayOne) -> None:
        found = {pair["name"]: pair for pair in day_one.get("/v1/settings/check")["findings"]}
        assert PARAMETER in found["management-account-access"]["message"]


class TestOn:
    @pytest.fixture
    def able(self, day_one: DayOne) -> DayOne:
        rights = {"ManagementAccountAccess": "true"}
        stack = release(day_one.sandbox, day_one.instance, parameters=rights)
        assert stack.resources["AccessApi"] == day_one.deployed.stack.resources["AccessApi"]
        return day_one

    def test_access_is_given_edited_and_taken_away_there(self, able: DayOne) -> None:
        account, engineer, chief = able.sandbox.account_id, somebody("Platform"), somebody("Finance")
        able.told(engineer)
        able.told(chief)
        of_group, of_chief = ("ViewOnly", "Platform"), ("ViewOnly", chief["user_name"])
        # What comes into an account that was there before Day One is approved by somebody, once.
        approved(able, policy(session="PT3H", person=chief["id"], reaches=account))
        assert held_in(able, account) == {BY_HAND, of_group, of_chief}
        able.put_in_force(policy(session="PT4H", person=chief["id"], reaches=account))

        able.told(chief, event=LEFT)
        able.told(engineer, event=LEFT)
        assert becomes(lambda: held_in(able, account), {BY_HAND, of_group})
        assert engineer["user_name"] not in able.view.members("Platform")

        # It would be left without any assignment that is Day One's.
        approved(able, policy(session="PT4H"))
        assert becomes(lambda: held_in(able, account), {BY_HAND})
