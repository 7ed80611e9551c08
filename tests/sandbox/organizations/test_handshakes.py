"""Accounts that exist are invited into the local organization, and answer for themselves."""

from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.identity_center.process import IdentityCenterServer
from tests.sandbox.identity_center.calls import Calls

ORGANIZATIONS = "organizations"
GUEST, STRANGER = "777788889999", "666677778888"


@pytest.fixture
def server() -> Iterator[IdentityCenterServer]:
    with IdentityCenterServer() as server:
        yield server


@pytest.fixture
def center(server: IdentityCenterServer) -> Calls:
    return Calls(server)


def _as(server: IdentityCenterServer, account: str) -> Any:  # noqa: ANN401 - a boto3 client
    return server.client(ORGANIZATIONS, account=account)


def _invited(center: Calls, *, email: str = "") -> str:
    target = {"Type": "EMAIL", "Id": email} if email else {"Type": "ACCOUNT", "Id": GUEST}
    handshake = center.answer(ORGANIZATIONS, "InviteAccountToOrganization", Target=target)["Handshake"]
    assert (handshake["State"], handshake["Action"]) == ("OPEN", "INVITE")
    return str(handshake["Id"])


def test_whoever_accepts_is_a_member_in_the_root(server: IdentityCenterServer, center: Calls) -> None:
    accepted = _as(server, GUEST).accept_handshake(HandshakeId=_invited(center))["Handshake"]
    assert accepted["State"] == "ACCEPTED"
    assert {"Id": GUEST, "Type": "ACCOUNT"} in accepted["Parties"]
    account = center.answer(ORGANIZATIONS, "DescribeAccount", AccountId=GUEST)["Account"]
    assert (account["State"], account["JoinedMethod"]) == ("ACTIVE", "INVITED")
    assert account["Paths"][0].count("/") == 3


def test_an_account_that_left_can_be_invited_again(server: IdentityCenterServer, center: Calls) -> None:
    for _ in range(2):
        _as(server, GUEST).accept_handshake(HandshakeId=_invited(center))
        _as(server, GUEST).leave_organization()
        assert center.refusal(ORGANIZATIONS, "DescribeAccount", AccountId=GUEST)["Code"] == "AccountNotFoundException"


def test_an_invitation_to_an_address_is_for_whoever_has_its_id(server: IdentityCenterServer, center: Calls) -> None:
    _as(server, GUEST).accept_handshake(HandshakeId=_invited(center, email="guest@example.com"))
    account = center.answer(ORGANIZATIONS, "DescribeAccount", AccountId=GUEST)["Account"]
    assert account["Email"] == "guest@example.com"


def test_only_the_invited_account_may_answer(server: IdentityCenterServer, center: Calls) -> None:
    handshake = _invited(center)
    stranger = _as(server, STRANGER)
    with pytest.raises(stranger.exceptions.AccessDeniedException):
        stranger.accept_handshake(HandshakeId=handshake)
    assert center.answer(ORGANIZATIONS, "DescribeHandshake", HandshakeId=handshake)["Handshake"]["State"] == "OPEN"


def test_an_invitation_is_answered_once(server: IdentityCenterServer, center: Calls) -> None:
    guest, handshake = _as(server, GUEST), _invited(center)
    assert guest.decline_handshake(HandshakeId=handshake)["Handshake"]["State"] == "DECLINED"
    with pytest.raises(guest.exceptions.HandshakeAlreadyInStateException):
        guest.decline_handshake(HandshakeId=handshake)
    with pytest.raises(guest.exceptions.InvalidHandshakeTransitionException):
        guest.accept_handshake(HandshakeId=handshake)


def test_an_invitation_can_be_taken_back_and_given_again(center: Calls) -> None:
    handshake = _invited(center)
    target = {"Type": "ACCOUNT", "Id": GUEST}
    assert center.refusal(ORGANIZATIONS, "InviteAccountToOrganization", Target=target)["Code"] == (
        "DuplicateHandshakeException"
    )
    center.answer(ORGANIZATIONS, "CancelHandshake", HandshakeId=handshake)
    assert _invited(center) != handshake


def test_members_are_not_invited(center: Calls) -> None:
    target = {"Type": "ACCOUNT", "Id": center.new_account()}
    refused = center.refusal(ORGANIZATIONS, "InviteAccountToOrganization", Target=target)
    assert (refused["Code"], refused["Reason"]) == (
        "HandshakeConstraintViolationException",
        "ALREADY_IN_AN_ORGANIZATION",
    )


def test_invitations_are_listed_for_both_sides(server: IdentityCenterServer, center: Calls) -> None:
    handshake = _invited(center)
    listed = center.answer(ORGANIZATIONS, "ListHandshakesForOrganization")["Handshakes"]
    assert [pair["Id"] for pair in listed] == [handshake]
    assert [pair["Id"] for pair in _as(server, GUEST).list_handshakes_for_account()["Handshakes"]] == [handshake]
    assert _as(server, STRANGER).list_handshakes_for_account()["Handshakes"] == []


def test_an_unknown_invitation_is_not_found(center: Calls) -> None:
    refused = center.refusal(ORGANIZATIONS, "DescribeHandshake", HandshakeId="h-00000000")
    assert refused["Code"] == "HandshakeNotFoundException"


def test_the_management_account_and_strangers_cannot_leave(server: IdentityCenterServer, center: Calls) -> None:
    refused = center.refusal(ORGANIZATIONS, "LeaveOrganization")
    assert refused["Code"] == "MasterCannotLeaveOrganizationException"
    stranger = _as(server, STRANGER)
    with pytest.raises(stranger.exceptions.AWSOrganizationsNotInUseException):
        stranger.leave_organization()
