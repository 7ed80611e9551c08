"""The account of each event of Organizations and Control Tower."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from dayone.accounts.events import AccountEvent, read
from dayone.errors import Invalid, Malformed
from tests.builders import ACCOUNT_ID

_EVENTS = Path(__file__).parents[3] / "events" / "record_account_event"


def _body(name: str) -> str:
    (record,) = json.loads((_EVENTS / f"{name}.json").read_text())["Records"]
    return str(record["body"])


def _changed(name: str, **detail: Any) -> str:  # noqa: ANN401
    envelope = json.loads(_body(name))
    envelope["detail"] |= detail
    return json.dumps(envelope)


_NOT_ABOUT_AN_ACCOUNT = {
    "batch",
    "create_account_result_failed",
    "create_managed_account_failed",
    "delete_organizational_unit",
    "move_account_refused",
    "move_organizational_unit",
    "one_new_account",
    "rename_organizational_unit",
    "rename_organizational_unit_refused",
    "tag_organizational_unit",
    "without_an_account",
}
_ABOUT_AN_ACCOUNT = sorted({path.stem for path in _EVENTS.glob("*.json")} - _NOT_ABOUT_AN_ACCOUNT)


@pytest.mark.parametrize("name", _ABOUT_AN_ACCOUNT)
def test_the_account_is_found_wherever_the_event_has_it(name: str) -> None:
    event = read(_body(name))
    assert (event.account_id, event.unit_id, event.ignored) == (ACCOUNT_ID, "", "")


@pytest.mark.parametrize("what", ["rename", "move", "delete"])
def test_an_event_about_a_unit_names_the_unit(what: str) -> None:
    event = read(_body(f"{what}_organizational_unit"))
    assert (event.account_id, event.unit_id, event.ignored) == ("", "ou-a1b2-11112222", "")


@pytest.mark.parametrize(
    "response", [{"id": "ou-a1b2-11112222"}, {"arn": "arn:aws:organizations::111122223333:ou/o-a1b2/ou-a1b2-11112222"}]
)
def test_a_unit_is_found_in_what_aws_answered(response: dict[str, str]) -> None:
    changed = {"requestParameters": None, "responseElements": {"organizationalUnit": response}}
    assert read(_changed("rename_organizational_unit", **changed)).unit_id == "ou-a1b2-11112222"


def test_an_event_about_units_that_names_none_cannot_be_understood() -> None:
    with pytest.raises(Invalid):
        read(_changed("delete_organizational_unit", requestParameters={"organizationalUnitId": "r-a1b2"}))


def test_an_event_says_where_it_comes_from_and_when() -> None:
    assert read(_body("create_managed_account")) == AccountEvent(
        id="0f3e2d1c-5b6a-4798-8a9b-0c1d2e3f4a12",
        source="aws.controltower",
        name="CreateManagedAccount",
        at=datetime(2026, 11, 23, 9, 14, 31, tzinfo=UTC),
        account_id=ACCOUNT_ID,
    )


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("create_account_result_failed", "the call it reports has failed"),
        ("create_managed_account_failed", "the call it reports has failed"),
        ("move_account_refused", "the call failed: AccessDenied"),
        ("rename_organizational_unit_refused", "the call failed: DuplicateOrganizationalUnitException"),
        ("tag_organizational_unit", "it is not about an account"),
    ],
)
def test_what_did_not_happen_to_an_account_is_ignored(name: str, why: str) -> None:
    assert read(_body(name)).ignored == why


@pytest.mark.parametrize("resource", ["r-a1b2", "ou-a1b2-11112222", "p-0123456789", "rp-0123456789"])
def test_tags_of_everything_else_are_ignored(resource: str) -> None:
    event = read(_changed("tag_account", requestParameters={"resourceId": resource}))
    assert (event.account_id, event.ignored) == ("", "it is not about an account")


def test_the_account_that_an_event_arrived_in_is_not_the_one_it_is_about() -> None:
    with pytest.raises(Invalid, match=r"AccountJoinedOrganization .* names no account"):
        read(_body("without_an_account"))


@pytest.mark.parametrize("name", ["AccountJoinedOrganization", "RemoveAccountFromOrganization", "MoveAccount"])
def test_who_called_is_not_whom_the_call_is_about(name: str) -> None:
    with pytest.raises(Invalid):
        read(_changed("leave_organization", eventName=name))


@pytest.mark.parametrize(
    ("service", "kind"), [("organizations", "organizational-unit"), ("organizations", "policy"), ("ec2", "instance")]
)
def test_a_change_of_other_tags_is_ignored(service: str, kind: str) -> None:
    event = read(_changed("tag_change_on_resource", **{"service": service, "resource-type": kind}))
    assert event.ignored == "it is not about an account"


@pytest.mark.parametrize("number", [4444555566667, True, 4.5, {"id": "444455556666"}])
def test_what_only_looks_like_an_account_is_none(number: object) -> None:
    with pytest.raises(Invalid):
        read(_changed("move_account", requestParameters={"resourceId": number}))


@pytest.mark.parametrize(
    ("number", "account"),
    [(12345678901, "012345678901"), ("4444-5555-6666", ACCOUNT_ID), (" 444455556666", ACCOUNT_ID)],
)
def test_an_account_may_be_written_otherwise(number: object, account: str) -> None:
    assert read(_changed("move_account", requestParameters={"accountId": number})).account_id == account


def _at(time: object, event_time: object) -> datetime:
    envelope = json.loads(_changed("move_account", eventTime=event_time))
    return read(json.dumps({**envelope, "time": time})).at


@pytest.mark.parametrize(
    ("time", "event_time"),
    [
        ("2026-11-23T09:14:31Z", "whenever"),
        ("2026-11-23T10:14:31+0100", None),
        ("Nov 23, 2026 9:14:31 AM", None),
        ("Nov 23, 2026, 9:14:31\u202fAM", None),
        (None, "2026-11-23T09:14:31Z"),
        ("2026-11-23T09:14:31", "2026-11-23T09:14:31.000Z"),
        ("yesterday", "Nov 23, 2026 9:14:31 AM"),
    ],
)
def test_a_time_may_be_written_otherwise_or_stand_elsewhere(time: object, event_time: object) -> None:
    assert _at(time, event_time) == datetime(2026, 11, 23, 9, 14, 31, tzinfo=UTC)


@pytest.mark.parametrize("number", ["44445555666", "4444555566667", "ou-444455556666", "", None])
def test_only_twelve_digits_are_an_account(number: str | None) -> None:
    with pytest.raises(Invalid):
        read(_changed("move_account", requestParameters={"accountId": number}))


def test_a_govcloud_account_is_not_taken_for_its_commercial_one() -> None:
    status = {"createAccountStatus": {"govCloudAccountId": "999988887777", "accountId": ACCOUNT_ID}}
    assert read(_changed("create_account_result", serviceEventDetails=status)).account_id == ACCOUNT_ID


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not JSON",
        "[]",
        "null",
        "{}",
        '{"detail": []}',
        '{"detail": [], "id": "1", "source": "aws.organizations", "detail-type": "x", "time": "2026-11-23T09:00:00Z"}',
        '{"detail": {}, "id": "1", "source": "aws.organizations", "detail-type": "x", "time": "now"}',
        '{"detail": {}, "id": "1", "source": "aws.organizations", "detail-type": "x", "time": 5}',
        '{"detail": {}, "id": "1", "source": "aws.organizations", "detail-type": "x", "time": "2026-11-23T09:00:00"}',
        '{"detail": {}, "id": "1", "source": "aws.organizations", "detail-type": "x", "time": "1969-12-31T23:59:59Z"}',
        '{"detail": {}, "id": "1", "source": "aws.organizations", "detail-type": "x", "time": "9999-12-31T23:59:59Z"}',
        '{"detail": {}, "id": "\\ud83d", "source": "aws.x", "detail-type": "x", "time": "2026-11-23T09:00Z"}',
        "[" * 100_000,
    ],
)
def test_what_is_not_an_event_cannot_be_read(text: str) -> None:
    with pytest.raises(Malformed):
        read(text)
