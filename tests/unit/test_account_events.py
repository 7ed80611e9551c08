"""Which account each event of Organizations and Control Tower is about."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from dayone.contracts.account_events import AccountEvent, read
from dayone.errors import Invalid, Malformed
from tests.builders import ACCOUNT_ID

_EVENTS = Path(__file__).parents[2] / "events" / "record_account_event"


def _body(name: str) -> str:
    (record,) = json.loads((_EVENTS / f"{name}.json").read_text())["Records"]
    return str(record["body"])


def _changed(name: str, **detail: Any) -> str:  # noqa: ANN401
    envelope = json.loads(_body(name))
    envelope["detail"] |= detail
    return json.dumps(envelope)


@pytest.mark.parametrize(
    "name",
    [
        "create_account_result",
        "move_account",
        "tag_account",
        "untag_account",
        "close_account_result",
        "remove_account",
        "account_joined",
        "account_departed",
        "create_managed_account",
        "update_managed_account",
    ],
)
def test_the_account_is_found_wherever_the_event_has_it(name: str) -> None:
    event = read(_body(name))
    assert (event.account_id, event.ignored) == (ACCOUNT_ID, "")


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
        ("create_account_result_failed", "what it tells of has failed"),
        ("create_managed_account_failed", "what it tells of has failed"),
        ("move_account_refused", "the call failed: AccessDenied"),
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
        '{"detail": {}, "id": "1", "source": "aws.organizations", "detail-type": "x", "time": "now"}',
        '{"detail": {}, "id": "1", "source": "aws.organizations", "detail-type": "x", "time": 5}',
        '{"detail": {}, "id": "1", "source": "aws.organizations", "detail-type": "x", "time": "2026-11-23T09:00:00"}',
        "[" * 100_000,
    ],
)
def test_what_is_not_an_event_cannot_be_read(text: str) -> None:
    with pytest.raises(Malformed):
        read(text)
