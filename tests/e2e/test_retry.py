"""Something fails, somebody mends what was in the way and has it tried again: through the deployed API."""

from collections.abc import Iterator

import pytest

from sandbox.day_one import expect
from tests.e2e.deployed import policies
from tests.e2e.deployed.day_one import DayOne

_GROUP = "Contested"
_POLICY = policies.base_with(
    groups={_GROUP: {"description": "As the policy has it", "members": [{"department": "Contested"}]}}
)


@pytest.fixture
def made_by_hand(day_one: DayOne) -> Iterator[str]:
    """The id of a group of the same name, which is not as the policy wants it."""
    store, where = day_one.sandbox.client("identitystore"), {"IdentityStoreId": day_one.instance.identity_store_id}
    yield str(store.create_group(**where, DisplayName=_GROUP, Description="By hand")["GroupId"])
    day_one.put_in_force(policies.BASE)


def test_what_failed_is_tried_again_when_nothing_is_in_its_way_any_more(day_one: DayOne, made_by_hand: str) -> None:
    failed = day_one.over(expect(day_one.upload(_POLICY), status=202)["change"])
    (operation,) = [pair for pair in failed["operations"] if pair["state"] == "failed"]
    assert (operation["kind"], operation["subject"]) == ("create-group", f"group:{_GROUP}")
    assert "was not made by Day One" in operation["failure_reason"]
    store = day_one.sandbox.client("identitystore")
    store.delete_group(IdentityStoreId=day_one.instance.identity_store_id, GroupId=made_by_hand)

    change = failed["change"]["id"]
    taken = expect(day_one.deployed.api.send("POST", f"/v1/changes/{change}/retry"), status=202)
    again = day_one.succeeded(taken["change"])

    cause = again["change"]["cause"]
    assert (cause["kind"], cause["reference"]) == ("retry", change)
    assert cause["actor"].endswith(":user/internal-tool")
    assert [(pair["kind"], pair["subject"]) for pair in again["operations"]] == [("create-group", f"group:{_GROUP}")]
    assert day_one.view.groups()[_GROUP] != made_by_hand
    assert day_one.get(f"/v1/changes/{change}")["change"] == failed["change"]
    assert day_one.deployed.api.send("POST", f"/v1/changes/{taken['change']}/retry").status == 409
