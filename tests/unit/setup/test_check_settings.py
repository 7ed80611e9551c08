"""Setup check, finding by finding."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from dayone.errors import NotFound, Refused, Unreachable
from dayone.executor.rate_limits import Budgets
from dayone.model.people import IdentitySource
from dayone.ports.setup import SeenConcurrency, SeenRoles
from dayone.ports.state_tables import TableOwner
from dayone.setup.check import GivenSettings, check_settings
from dayone.setup.findings import Finding
from tests.fakes.surroundings import ELSEWHERE, GIVEN, MANAGEMENT, TABLE, TRAIL, MemorySurroundings

NAMES = [
    "instance",
    "region",
    "identity-store",
    "identity-source",
    "organization-instance",
    "identity-center-key",
    "identity-center-key-policy",
    "administered-from",
    "organization-events",
    "trail",
    "management-account-access",
    "quotas",
    "service-control-policies",
    "lambda-concurrency",
    "roles",
    "permission-sets",
    "state-table",
    "state-table-owner",
    "state-table-expiry",
    "state-table-recovery",
    "state-table-protection",
    "approvals",
    "first-sign-in",
]
# AWS has no call for these.
ALWAYS_UNKNOWN = {"identity-source", "first-sign-in"}


def _found(around: MemorySurroundings | None = None, *, given: GivenSettings = GIVEN) -> dict[str, Finding]:
    return {finding.name: finding for finding in check_settings(given, ports=(around or MemorySurroundings()).ports())}


def test_where_everything_fits_there_is_nothing_to_do_but_to_look_where_users_come_from_and_get_in() -> None:
    found = _found()
    assert list(found) == NAMES
    assert {name for name, finding in found.items() if finding.do} == ALWAYS_UNKNOWN
    assert {str(finding.state) for name, finding in found.items() if name not in ALWAYS_UNKNOWN} == {"ok"}


def _instance(**said: Any) -> MemorySurroundings:  # noqa: ANN401 - any attribute of it
    usual = MemorySurroundings()
    usual.seen = replace(usual.seen, **said)
    return usual


@pytest.mark.parametrize(
    ("around", "name", "state", "says"),
    [
        (_instance(status="CREATE_FAILED", status_reason="no key"), "instance", "error", "CREATE_FAILED: no key"),
        (_instance(permission_sets_enabled=False), "instance", "error", "switched off"),
        (_instance(status=""), "instance", "warning", "does not say"),
        (_instance(permission_sets_enabled=None), "instance", "ok", "ACTIVE"),
        (_instance(primary_region="eu-west-1"), "region", "error", "primary Region is eu-west-1, this is us-east-1"),
        (_instance(primary_region=""), "region", "unknown", "answers in us-east-1"),
        (_instance(identity_store_id="d-9"), "identity-store", "error", "is d-9, not d-0123456789"),
        (
            _instance(owner_account=ELSEWHERE),
            "organization-instance",
            "error",
            "that of the account 444455556666 alone",
        ),
        (_instance(owner_account=""), "organization-instance", "unknown", "does not say whose"),
        (MemorySurroundings(seen_trails=()), "trail", "warning", "no trail records"),
        (MemorySurroundings(seen_trails=[replace(TRAIL, is_logging=False)]), "trail", "warning", "no trail records"),
        (MemorySurroundings(seen_trails=[replace(TRAIL, records_writes=False)]), "trail", "warning", "no trail"),
        (MemorySurroundings(seen_trails=[replace(TRAIL, records_writes=None)]), "trail", "unknown", "cannot be read"),
        (MemorySurroundings(seen_trails=[replace(TRAIL, is_everywhere=False)]), "trail", "warning", "no trail"),
        (
            MemorySurroundings(seen_trails=[replace(TRAIL, is_everywhere=False, home_region="us-east-1")]),
            "trail",
            "ok",
            "all records",
        ),
        (MemorySurroundings(region="eu-west-1"), "organization-events", "error", "no forwarder is listened to"),
    ],
)
def test_what_is_found_is_said(around: MemorySurroundings, name: str, state: str, says: str) -> None:
    finding = _found(around)[name]
    assert (str(finding.state), says in finding.message) == (state, True), finding
    assert bool(finding.do) == (state != "ok")


@pytest.mark.parametrize(
    ("given", "around", "name", "state"),
    [
        ({"administered_from": "delegated-administrator"}, {}, "administered-from", "error"),
        ({"account_id": ELSEWHERE}, {}, "administered-from", "error"),
        ({"account_id": ELSEWHERE}, {"delegates": frozenset({ELSEWHERE})}, "administered-from", "ok"),
        ({"management_account_access": True}, {}, "management-account-access", "ok"),
        ({"account_id": ELSEWHERE}, {}, "management-account-access", "ok"),
        (
            {"account_id": ELSEWHERE, "management_account_access": True},
            {"delegates": frozenset({ELSEWHERE})},
            "management-account-access",
            "warning",
        ),
        (
            {"account_id": ELSEWHERE, "administered_from": "management-account"},
            {"delegates": frozenset({ELSEWHERE})},
            "administered-from",
            "error",
        ),
        ({"organization_id": "o-a1b2c3d4e5"}, {}, "organization-events", "ok"),
        ({"organization_id": "o-a1b2c3d4e5"}, {"region": "eu-west-1"}, "organization-events", "unknown"),
        ({"organization_id": "o-zzzzzzzzzz"}, {"region": "eu-west-1"}, "organization-events", "error"),
        ({"organization_id": "o-a1b2c3d4e5", "account_id": ELSEWHERE}, {}, "organization-events", "unknown"),
        ({"instance_arn": "arn:aws-us-gov:sso:::instance/x"}, {}, "organization-events", "unknown"),
        ({"account_id": ELSEWHERE}, {}, "trail", "ok"),
        (
            {"account_id": ELSEWHERE},
            {"seen_trails": [replace(TRAIL, is_of_organization=False)]},
            "trail",
            "unknown",
        ),
        ({"ends_sessions": True}, {}, "service-control-policies", "error"),
        (
            {"ends_sessions": True},
            {"policy_types": frozenset({"SERVICE_CONTROL_POLICY"})},
            "service-control-policies",
            "ok",
        ),
        ({"budgets": Budgets(outstanding_assignments=16)}, {}, "quotas", "warning"),
        ({"budgets": Budgets(sso_admin_calls=20)}, {}, "quotas", "ok"),
    ],
)
def test_what_is_given_is_held_against_what_is_there(
    given: Mapping[str, Any], around: Mapping[str, Any], name: str, state: str
) -> None:
    found = _found(MemorySurroundings(**around), given=replace(GIVEN, **given))
    assert str(found[name].state) == state, found[name]


@pytest.mark.parametrize(
    "error", [Refused("AccessDeniedException: User arn:aws:x is not"), Unreachable("no usable answer")]
)
@pytest.mark.parametrize(
    ("call", "unknown", "action"),
    [
        (
            "instance",
            {"instance", "region", "identity-store", "organization-instance"}
            | {"identity-center-key", "identity-center-key-policy"},
            "sso:DescribeInstance",
        ),
        (
            "organization",
            {
                *("organization-instance", "administered-from", "organization-events", "trail"),
                "management-account-access",
            },
            "organizations:DescribeOrganization",
        ),
        ("trails", {"trail"}, "cloudtrail:DescribeTrails"),
        ("of_identity_center", {"quotas"}, "servicequotas:ListServiceQuotas"),
        ("has_policy_type", {"service-control-policies"}, "organizations:ListRoots"),
        ("concurrency", {"lambda-concurrency"}, "lambda:GetAccountSettings"),
        ("roles", {"roles"}, "iam:GetAccountSummary"),
        ("permission_sets_in", {"permission-sets"}, "sso:ListPermissionSetsProvisionedToAccount"),
    ],
)
def test_what_cannot_be_read_is_unknown_and_breaks_nothing_else(
    call: str, unknown: set[str], action: str, error: Exception
) -> None:
    found = _found(MemorySurroundings(fails={call: error}), given=replace(GIVEN, ends_sessions=True))
    assert {name for name, finding in found.items() if str(finding.state) == "unknown"} == unknown | ALWAYS_UNKNOWN
    assert all(action in found[name].do for name in unknown)
    assert "arn:" not in str(found)


@pytest.mark.parametrize(
    ("unreserved", "planners", "state", "do"),
    [
        (1000, 8, "ok", ""),
        (14, 8, "ok", ""),
        (13, 8, "warning", "deploy with InboxConcurrency=7, and ask AWS for more"),
        (10, 8, "warning", "deploy with InboxConcurrency=4, and ask AWS for more"),
        (10, 4, "ok", ""),
        (7, 8, "warning", "deploy with InboxConcurrency=2, and ask AWS for more"),
        (7, 2, "warning", "ask AWS for more"),
    ],
)
def test_a_new_account_is_told_how_many_may_plan_at_once(unreserved: int, planners: int, state: str, do: str) -> None:
    around = MemorySurroundings(limits=SeenConcurrency(limit=1000, unreserved=unreserved))
    finding = _found(around, given=replace(GIVEN, inbox_concurrency=planners))["lambda-concurrency"]
    assert str(finding.state) == state
    assert finding.do.startswith(do)
    assert bool(finding.do) == bool(do)
    assert f"{unreserved} functions of the account" in finding.message


@pytest.mark.parametrize(
    ("around", "name", "state", "says"),
    [
        ({"roles_there": SeenRoles(roles=899, quota=1000, policies_each=10)}, "roles", "ok", "899 of 1000 roles"),
        (
            {"roles_there": SeenRoles(roles=900, quota=1000, policies_each=20)},
            "roles",
            "warning",
            "than a role may have there: 20",
        ),
        ({"permission_sets": 449}, "permission-sets", "ok", "449 of 500 permission sets"),
        ({"permission_sets": 450}, "permission-sets", "warning", "450 of 500 permission sets"),
        (
            {"permission_sets": 450, "quotas": {"Provisioned permission sets allowed per AWS account": 1500.0}},
            "permission-sets",
            "ok",
            "450 of 1500 permission sets",
        ),
        ({"quotas": {"Permission sets": 3500.0}}, "permission-sets", "ok", "7 of 500 permission sets"),
    ],
)
def test_an_account_that_has_almost_no_room_is_told_before_it_is_full(
    around: Mapping[str, Any], name: str, state: str, says: str
) -> None:
    finding = _found(MemorySurroundings(**around))[name]
    assert (str(finding.state), says in finding.message, MANAGEMENT in finding.message) == (state, True, True), finding


def test_quotas_that_cannot_be_read_leave_what_aws_publishes() -> None:
    fails: dict[str, Exception] = {"of_identity_center": Refused("AccessDeniedException: no")}
    assert "7 of 500 permission sets" in _found(MemorySurroundings(fails=fails))["permission-sets"].message


def _first_sign_in(source: Callable[[], IdentitySource]) -> Finding:
    return check_settings(GIVEN, ports=MemorySurroundings().ports(), source=source)[-1]


def test_how_a_new_hire_gets_in_is_said_where_identity_center_owns_the_users() -> None:
    ours = _first_sign_in(lambda: IdentitySource.IDENTITY_CENTER)
    assert (ours.name, str(ours.state)) == ("first-sign-in", "unknown")
    assert "no password and gets no mail" in ours.message
    assert "Settings, Authentication, switch on `Send email OTP`" in ours.do
    external = _first_sign_in(lambda: IdentitySource.EXTERNAL)
    assert (external.name, str(external.state), external.do) == ("first-sign-in", "ok", "")


def test_a_policy_that_cannot_be_read_breaks_nothing_of_the_check() -> None:
    def unreachable() -> IdentitySource:
        raise Unreachable("no usable answer")

    assert _first_sign_in(unreachable) == _first_sign_in(lambda: IdentitySource.IDENTITY_CENTER)


def test_whether_somebody_may_administer_is_unknown_only_where_it_matters() -> None:
    fails: dict[str, Exception] = {"delegated_administrators": Refused("AccessDeniedException: no")}
    assert str(_found(MemorySurroundings(fails=fails))["administered-from"].state) == "ok"
    elsewhere = _found(MemorySurroundings(fails=fails), given=replace(GIVEN, account_id=ELSEWHERE))["administered-from"]
    assert str(elsewhere.state) == "unknown"
    assert "organizations:ListDelegatedAdministrators" in elsewhere.do


def test_an_account_in_no_organisation_is_told() -> None:
    found = _found(MemorySurroundings(fails={"organization": NotFound("the account is in no organisation")}))
    assert "in no organisation" in found["administered-from"].message


def test_nothing_is_asked_about_policies_that_nobody_wants() -> None:
    fails: dict[str, Exception] = {"has_policy_type": RuntimeError("asked")}
    assert str(_found(MemorySurroundings(fails=fails))["service-control-policies"].state) == "ok"


def test_the_management_account_is_the_usual_one() -> None:
    assert GIVEN.account_id == MANAGEMENT


class TestTheTable:
    """Findings about a table that was restored, or is another's."""

    @pytest.mark.parametrize(
        ("around", "name", "state", "says", "do"),
        [
            (
                MemorySurroundings(description=replace(TABLE, stream_arn="", stream_view="")),
                "state-table",
                "error",
                "lacks a stream of NEW_AND_OLD_IMAGES",
                "--stream-specification StreamEnabled=true,StreamViewType=NEW_AND_OLD_IMAGES",
            ),
            (
                MemorySurroundings(description=replace(TABLE, indexes={})),
                "state-table",
                "error",
                "lacks the index runnable; the index listing; the index due",
                "AttributeName=due_at,AttributeType=S",
            ),
            (
                MemorySurroundings(description=replace(TABLE, keys=("id",))),
                "state-table",
                "error",
                "no table of Day One",
                "name another table",
            ),
            (
                MemorySurroundings(noted=None),
                "state-table-owner",
                "warning",
                "says of no stack",
                f"AcceptOtherTable={TABLE.id}",
            ),
            (
                MemorySurroundings(noted=TableOwner(stack="dayone", table_id="another")),
                "state-table-owner",
                "error",
                "is a copy of another table, which was the stack dayone's",
                f"AcceptOtherTable={TABLE.id}",
            ),
            (
                MemorySurroundings(noted=TableOwner(stack="newer", table_id=TABLE.id)),
                "state-table-owner",
                "error",
                "has been taken for the stack newer",
                "delete that stack",
            ),
            (
                MemorySurroundings(expiry=""),
                "state-table-expiry",
                "warning",
                "deletes nothing",
                "Enabled=true,AttributeName=expires_at",
            ),
            (
                MemorySurroundings(expiry="ttl"),
                "state-table-expiry",
                "warning",
                "deletes by ttl",
                "aws dynamodb update-time-to-live",
            ),
            (
                MemorySurroundings(recovery=False),
                "state-table-recovery",
                "warning",
                "recovery is off",
                "PointInTimeRecoveryEnabled=true",
            ),
            (
                MemorySurroundings(description=replace(TABLE, is_protected=False)),
                "state-table-protection",
                "warning",
                "can delete it",
                "--deletion-protection-enabled",
            ),
        ],
    )
    def test_what_it_lacks_is_named_with_what_gives_it(
        self, around: MemorySurroundings, name: str, state: str, says: str, do: str
    ) -> None:
        finding = _found(around)[name]
        assert str(finding.state) == state
        assert says in finding.message
        assert do in finding.do

    @pytest.mark.parametrize(
        ("call", "names", "needs"),
        [
            ("table", {"state-table", "state-table-owner", "state-table-protection"}, "dynamodb:DescribeTable"),
            ("owner", {"state-table-owner"}, "dynamodb:GetItem"),
            ("expires_by", {"state-table-expiry"}, "dynamodb:DescribeTimeToLive"),
            ("can_be_restored", {"state-table-recovery"}, "dynamodb:DescribeContinuousBackups"),
        ],
    )
    def test_what_cannot_be_read_of_it_is_unknown(self, call: str, names: set[str], needs: str) -> None:
        found = _found(MemorySurroundings(fails={call: Refused("AccessDeniedException: no")}))
        unknown = {name for name in found if name.startswith("state-table") and str(found[name].state) == "unknown"}
        assert unknown == names
        assert all(needs in found[name].do for name in names)

    def test_before_there_is_one_nothing_is_said_of_it(self) -> None:
        found = _found(given=replace(GIVEN, table_name=""))
        assert not [name for name in found if name.startswith("state-table")]
