"""Events and deliveries that AWS and HR systems were seen to send, read as production reads them."""

import copy
import json
from typing import Any

import pytest

from dayone.accounts.events import read
from dayone.errors import DayOneError
from dayone.model.commands import FetchHrRecord
from tests.captures.reading import seen
from tests.unit.hr_senders import Receiving, sample, with_body

MEMBER = "444455556666"


def enveloped(detail: dict[str, Any]) -> dict[str, Any]:
    """The event that EventBridge makes of a CloudTrail record."""
    return {**seen("cloudtrail-10"), "detail": detail}


@pytest.mark.parametrize("capture", ["cloudtrail-10", "cloudtrail-11", "cloudtrail-13", "cloudtrail-14"])
def test_an_event_that_was_seen_is_about_the_member_account(capture: str) -> None:
    event = copy.deepcopy(seen(capture))
    # One of them was cut down by whoever published it.
    event["detail"].setdefault("eventTime", event["time"])
    assert read(json.dumps(event)).account_id == MEMBER


def test_an_event_of_2018_is_read_as_one_of_today() -> None:
    assert read(json.dumps(enveloped(seen("cloudtrail-12")))).account_id == MEMBER


@pytest.mark.parametrize(
    "capture", ["cloudtrail-05", "cloudtrail-06", "cloudtrail-07", "cloudtrail-08", "cloudtrail-15"]
)
def test_calls_that_are_not_about_an_account_name_none(capture: str) -> None:
    try:
        event = read(json.dumps(enveloped(seen(capture))))
    except DayOneError:
        return
    assert event.account_id == ""


def test_the_tags_of_other_services_are_ignored() -> None:
    event = read(json.dumps(seen("cloudtrail-19")))
    assert (event.account_id, event.ignored) == ("", "it is not about an account")


@pytest.mark.parametrize("place", ["path", "update"])
def test_control_tower_names_the_account_where_its_own_tools_look_for_it(place: str) -> None:
    _, *steps = seen("cloudtrail-20")[place].split(".")
    inner: Any = MEMBER
    for step in reversed(steps):
        inner = {step: inner}
    status = next(iter(inner["serviceEventDetails"].values()))
    status["state"] = "SUCCEEDED"
    name = next(iter(inner["serviceEventDetails"])).removesuffix("Status")
    detail = {**seen("cloudtrail-10")["detail"], **inner, "eventName": name[0].upper() + name[1:]}
    event = {**seen("cloudtrail-10"), "source": "aws.controltower", "detail": detail}
    assert read(json.dumps(event)).account_id == MEMBER


@pytest.mark.parametrize(
    ("capture", "delivery", "record"),
    [
        ("hr-04", "bamboohr_updated", "67890"),
        ("hr-07", "hibob_joined", "3332883854254932743"),
        ("hr-08", "gusto_created", "3b9afcca-4cb9-4a8f-813b-0e52bd72fda5"),
    ],
)
def test_a_delivery_that_was_seen_is_a_hint_at_its_record(capture: str, delivery: str, record: str) -> None:
    receiving = Receiving()
    receiving.takes(with_body(sample(delivery), seen(capture)))
    assert [command.notification.record for command in receiving.inbox.of(FetchHrRecord)] == [record]


def test_a_form_of_bamboohr_is_no_json_and_refused() -> None:
    receiving = Receiving()
    with pytest.raises(DayOneError):
        receiving.takes(with_body(sample("bamboohr_updated"), str(seen("hr-06")).encode()))
    assert receiving.inbox.commands == []


def test_a_field_based_delivery_of_bamboohr_names_its_employees() -> None:
    receiving = Receiving()
    receiving.takes(with_body(sample("bamboohr_fields"), seen("hr-05")["body"]))
    assert [command.notification.record for command in receiving.inbox.of(FetchHrRecord)] == ["5"]


def test_a_list_of_contracts_of_deel_is_about_nobody() -> None:
    receiving = Receiving()
    assert receiving.takes(with_body(sample("deel_created"), seen("hr-09"))).ignored
    assert receiving.inbox.commands == []
