"""What the check of the settings says of each thing that it looks at."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from dayone.domain.budgets import Budgets
from dayone.domain.findings import Finding
from dayone.errors import NotFound, Refused, Unreachable
from dayone.usecases.check_settings import GivenSettings, check_settings
from tests.fakes.surroundings import ELSEWHERE, GIVEN, MANAGEMENT, TRAIL, MemorySurroundings

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
    "quotas",
    "service-control-policies",
]


def _found(around: MemorySurroundings | None = None, *, given: GivenSettings = GIVEN) -> dict[str, Finding]:
    return {one.name: one for one in check_settings(given, ports=(around or MemorySurroundings()).ports())}


def test_where_everything_fits_there_is_nothing_to_do_but_to_look_at_the_source_of_users() -> None:
    found = _found()
    assert list(found) == NAMES
    assert {name for name, one in found.items() if one.do} == {"identity-source"}
    assert {str(one.state) for name, one in found.items() if name != "identity-source"} == {"ok"}


def _instance(**said: Any) -> MemorySurroundings:  # noqa: ANN401 - any attribute of it
    usual = MemorySurroundings()
    usual.seen = replace(usual.seen, **said)
    return usual


@pytest.mark.parametrize(
    ("around", "name", "state", "says"),
    [
        (_instance(status="CREATE_FAILED", status_reason="no key"), "instance", "wrong", "CREATE_FAILED: no key"),
        (_instance(permission_sets_enabled=False), "instance", "wrong", "switched off"),
        (_instance(status=""), "instance", "warning", "does not say"),
        (_instance(permission_sets_enabled=None), "instance", "ok", "ACTIVE"),
        (_instance(primary_region="eu-west-1"), "region", "wrong", "primary Region is eu-west-1, this is us-east-1"),
        (_instance(primary_region=""), "region", "unknown", "answers in us-east-1"),
        (_instance(identity_store_id="d-9"), "identity-store", "wrong", "is d-9, not d-0123456789"),
        (
            _instance(owner_account=ELSEWHERE),
            "organization-instance",
            "wrong",
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
        (MemorySurroundings(region="eu-west-1"), "organization-events", "wrong", "no forwarder is listened to"),
    ],
)
def test_what_is_found_is_said(around: MemorySurroundings, name: str, state: str, says: str) -> None:
    finding = _found(around)[name]
    assert (str(finding.state), says in finding.says) == (state, True), finding
    assert bool(finding.do) == (state != "ok")


@pytest.mark.parametrize(
    ("given", "around", "name", "state"),
    [
        ({"administered_from": "delegated-administrator"}, {}, "administered-from", "wrong"),
        ({"account_id": ELSEWHERE}, {}, "administered-from", "wrong"),
        ({"account_id": ELSEWHERE}, {"delegates": frozenset({ELSEWHERE})}, "administered-from", "ok"),
        (
            {"account_id": ELSEWHERE, "administered_from": "management-account"},
            {"delegates": frozenset({ELSEWHERE})},
            "administered-from",
            "wrong",
        ),
        ({"organization_id": "o-a1b2c3d4e5"}, {}, "organization-events", "ok"),
        ({"organization_id": "o-a1b2c3d4e5"}, {"region": "eu-west-1"}, "organization-events", "unknown"),
        ({"organization_id": "o-zzzzzzzzzz"}, {"region": "eu-west-1"}, "organization-events", "wrong"),
        ({"organization_id": "o-a1b2c3d4e5", "account_id": ELSEWHERE}, {}, "organization-events", "unknown"),
        ({"instance_arn": "arn:aws-us-gov:sso:::instance/x"}, {}, "organization-events", "unknown"),
        ({"account_id": ELSEWHERE}, {}, "trail", "ok"),
        (
            {"account_id": ELSEWHERE},
            {"seen_trails": [replace(TRAIL, is_of_organization=False)]},
            "trail",
            "unknown",
        ),
        ({"ends_sessions": True}, {}, "service-control-policies", "wrong"),
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
            {"organization-instance", "administered-from", "organization-events", "trail"},
            "organizations:DescribeOrganization",
        ),
        ("trails", {"trail"}, "cloudtrail:DescribeTrails"),
        ("of_identity_center", {"quotas"}, "servicequotas:ListServiceQuotas"),
        ("has_policy_type", {"service-control-policies"}, "organizations:ListRoots"),
    ],
)
def test_what_cannot_be_read_is_unknown_and_breaks_nothing_else(
    call: str, unknown: set[str], action: str, error: Exception
) -> None:
    found = _found(MemorySurroundings(fails={call: error}), given=replace(GIVEN, ends_sessions=True))
    assert {name for name, one in found.items() if str(one.state) == "unknown"} == unknown | {"identity-source"}
    assert all(action in found[name].do for name in unknown)
    assert "arn:" not in str(found)


def test_whether_somebody_may_administer_is_unknown_only_where_it_matters() -> None:
    fails: dict[str, Exception] = {"delegated_administrators": Refused("AccessDeniedException: no")}
    assert str(_found(MemorySurroundings(fails=fails))["administered-from"].state) == "ok"
    elsewhere = _found(MemorySurroundings(fails=fails), given=replace(GIVEN, account_id=ELSEWHERE))["administered-from"]
    assert str(elsewhere.state) == "unknown"
    assert "organizations:ListDelegatedAdministrators" in elsewhere.do


def test_an_account_in_no_organisation_is_told() -> None:
    found = _found(MemorySurroundings(fails={"organization": NotFound("the account is in no organisation")}))
    assert "in no organisation" in found["administered-from"].says


def test_nothing_is_asked_about_policies_that_nobody_wants() -> None:
    fails: dict[str, Exception] = {"has_policy_type": RuntimeError("asked")}
    assert str(_found(MemorySurroundings(fails=fails))["service-control-policies"].state) == "ok"


def test_the_management_account_is_the_usual_one() -> None:
    assert GIVEN.account_id == MANAGEMENT
