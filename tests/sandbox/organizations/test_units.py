"""The organizational units of the local organization, and what is in them; through boto3."""

from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.identity_center.process import IdentityCenterServer
from tests.sandbox.identity_center.calls import Calls

ORGANIZATIONS = "organizations"
NO_ACCOUNT = "999988887777"


@pytest.fixture(scope="module")
def center() -> Iterator[Calls]:
    with IdentityCenterServer() as server:
        yield Calls(server)


@pytest.fixture(scope="module")
def root(center: Calls) -> str:
    return str(center.answer(ORGANIZATIONS, "ListRoots")["Roots"][0]["Id"])


def new_unit(center: Calls, parent: str, name: str) -> str:
    created = center.answer(ORGANIZATIONS, "CreateOrganizationalUnit", ParentId=parent, Name=name)
    return str(created["OrganizationalUnit"]["Id"])


def described(center: Calls, account: str) -> dict[str, Any]:
    return dict(center.answer(ORGANIZATIONS, "DescribeAccount", AccountId=account)["Account"])


def ids(answer: dict[str, Any], name: str) -> set[str]:
    return {entry["Id"] for entry in answer[name]}


def test_paths_lead_through_the_units_and_follow_a_move(center: Calls, root: str) -> None:
    outer = new_unit(center, root, "Workloads")
    inner = new_unit(center, outer, "Production")
    account = center.new_account()
    center.answer(ORGANIZATIONS, "MoveAccount", AccountId=account, SourceParentId=root, DestinationParentId=inner)
    organization = center.answer(ORGANIZATIONS, "DescribeOrganization")["Organization"]["Id"]
    path = f"{organization}/{root}/{outer}/{inner}/"
    assert described(center, account)["Paths"] == [f"{path}{account}/"]
    unit = center.answer(ORGANIZATIONS, "DescribeOrganizationalUnit", OrganizationalUnitId=inner)
    assert unit["OrganizationalUnit"]["Path"] == path
    assert ids(center.answer(ORGANIZATIONS, "ListAccountsForParent", ParentId=inner), "Accounts") == {account}
    children = {
        kind: ids(center.answer(ORGANIZATIONS, "ListChildren", ParentId=outer, ChildType=kind), "Children")
        for kind in ("ACCOUNT", "ORGANIZATIONAL_UNIT")
    }
    assert children == {"ACCOUNT": set(), "ORGANIZATIONAL_UNIT": {inner}}


@pytest.mark.parametrize(
    ("account", "source", "destination", "code"),
    [
        (NO_ACCOUNT, "root", "unit", "AccountNotFoundException"),
        ("account", "root", "ou-0000-00000000", "DestinationParentNotFoundException"),
        ("account", "ou-0000-00000000", "unit", "SourceParentNotFoundException"),
        ("account", "unit", "other", "SourceParentNotFoundException"),
        ("account", "root", "root", "DuplicateAccountException"),
        ("account", "nowhere", "unit", "InvalidInputException"),
    ],
)
def test_a_move_that_makes_no_sense_is_refused(
    center: Calls, root: str, account: str, source: str, destination: str, code: str
) -> None:
    tree = {"root": root, "account": center.new_account(), "other": new_unit(center, root, f"other {source} {code}")}
    tree["unit"] = new_unit(center, root, f"unit {source} {destination} {code}")
    names = dict(
        zip(("AccountId", "SourceParentId", "DestinationParentId"), (account, source, destination), strict=True)
    )
    request = {name: tree.get(value, value) for name, value in names.items()}
    assert center.refusal(ORGANIZATIONS, "MoveAccount", **request)["Code"] == code


def test_sibling_units_have_different_names(center: Calls, root: str) -> None:
    unit = new_unit(center, root, "Twin")
    new_unit(center, unit, "Twin")
    refusal = center.refusal(ORGANIZATIONS, "CreateOrganizationalUnit", ParentId=root, Name="Twin")
    assert refusal["Code"] == "DuplicateOrganizationalUnitException"
    renamed = {"OrganizationalUnitId": new_unit(center, root, "Single"), "Name": "Twin"}
    refusal = center.refusal(ORGANIZATIONS, "UpdateOrganizationalUnit", **renamed)
    assert refusal["Code"] == "DuplicateOrganizationalUnitException"


def test_units_are_at_most_five_levels_deep(center: Calls, root: str) -> None:
    parent = root
    for level in range(5):
        parent = new_unit(center, parent, f"level {level}")
    refusal = center.refusal(ORGANIZATIONS, "CreateOrganizationalUnit", ParentId=parent, Name="too deep")
    assert (refusal["Code"], refusal["Reason"]) == ("ConstraintViolationException", "OU_DEPTH_LIMIT_EXCEEDED")


def test_only_an_empty_unit_can_be_deleted(center: Calls, root: str) -> None:
    outer = new_unit(center, root, "Outer")
    inner = new_unit(center, outer, "Inner")
    refusal = center.refusal(ORGANIZATIONS, "DeleteOrganizationalUnit", OrganizationalUnitId=outer)
    assert refusal["Code"] == "OrganizationalUnitNotEmptyException"
    for unit in (inner, outer):
        center.answer(ORGANIZATIONS, "DeleteOrganizationalUnit", OrganizationalUnitId=unit)
    refusal = center.refusal(ORGANIZATIONS, "DescribeOrganizationalUnit", OrganizationalUnitId=outer)
    assert refusal["Code"] == "OrganizationalUnitNotFoundException"
