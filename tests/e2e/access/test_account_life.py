"""One account from its first to its last day: after each thing that happens to it, who has what there."""

import time
from collections.abc import Iterator
from math import ceil
from typing import Any

import pytest

from sandbox.day_one import expect
from tests.e2e.deployed import policies
from tests.e2e.deployed.day_one import DayOne
from tests.e2e.deployed.waiting import becomes, eventually

ENGINEERS, FINANCE, OPERATORS = ("ViewOnly", "Engineers"), ("ViewOnly", "Finance"), ("ViewOnly", "Operators")


def _rule(group: str, **accounts: Any) -> dict[str, Any]:  # noqa: ANN401 - as a policy says it
    return {"group": group, "permission_set": "ViewOnly", "accounts": [accounts]}


@pytest.fixture(scope="module")
def by_place_and_tag(day_one: DayOne) -> Iterator[DayOne]:
    """Engineers in the workloads, finance in the sandboxes, operators wherever the tag says so."""
    rules = [_rule("Finance", ou="/Sandboxes/**"), _rule("Operators", tags={"life": "operated"})]
    day_one.put_in_force(policies.base_with(assignments=rules))
    yield day_one
    day_one.put_in_force(policies.BASE)


def _discovered(day_one: DayOne) -> Any:  # noqa: ANN401 - JSON
    asked = expect(day_one.deployed.api.send("POST", "/v1/accounts/discover"), status=202)
    return day_one.succeeded(asked["change"])


def _state(day_one: DayOne, account: str) -> str:
    return str(day_one.get(f"/v1/accounts/{account}")["fact"]["state"])


def _ready(day_one: DayOne, account: str) -> list[dict[str, Any]]:
    """Return the events on its readiness, each once."""
    heard = [pair["detail"] for pair in day_one.announcements.heard() if pair["detail-type"] == "Account Ready"]
    return list({pair["id"]: pair for pair in heard if pair["account"] == account}.values())


def _has(day_one: DayOne, account: str, *wanted: tuple[str, str]) -> bool:
    return becomes(lambda: day_one.view.assignments(account), sorted(wanted))


@pytest.fixture(scope="module")
def operated(by_place_and_tag: DayOne) -> str:
    """An account that is in the sandboxes, and tagged, after it was somewhere else first."""
    day_one, organisation = by_place_and_tag, by_place_and_tag.organisation
    began = time.monotonic()
    account = organisation.make_account("one-life")
    assert eventually(lambda: day_one.knows(f"/v1/accounts/{account}"))
    assert day_one.view.assignments(account) == []
    organisation.move(account, path=("Workloads", "Life"))
    assert _has(day_one, account, ENGINEERS)
    (ready,) = eventually(lambda: _ready(day_one, account))
    assert ready["assignments"] == [{"permission_set": "ViewOnly", "group": "Engineers"}]
    assert 0 < ready["seconds"] <= ceil(time.monotonic() - began)
    organisation.move(account, path=("Sandboxes",))
    assert _has(day_one, account, FINANCE)
    organisation.tag(account, life="operated")
    assert _has(day_one, account, FINANCE, OPERATORS)
    return account


def test_it_has_what_its_place_its_tags_and_its_state_give_it(by_place_and_tag: DayOne, operated: str) -> None:
    day_one, organisation = by_place_and_tag, by_place_and_tag.organisation
    organisation.set_state(operated, "SUSPENDED")
    _discovered(day_one)
    assert _state(day_one, operated) == "SUSPENDED"
    organisation.untag(operated, "life")
    assert becomes(lambda: day_one.get(f"/v1/accounts/{operated}")["fact"]["tags"], {})
    assert _has(day_one, operated, FINANCE, OPERATORS)

    organisation.set_state(operated, "ACTIVE")
    _discovered(day_one)
    assert _has(day_one, operated, FINANCE)

    organisation.set_state(operated, "CLOSED")
    looked = _discovered(day_one)
    assert _has(day_one, operated)
    assert "the account is CLOSED: its assignments are removed" in looked["notes"]
    assert len(_ready(day_one, operated)) == 1


def test_an_account_that_leaves_and_comes_back_gets_everything_anew(by_place_and_tag: DayOne) -> None:
    day_one, organisation = by_place_and_tag, by_place_and_tag.organisation
    account = organisation.make_account("prodigal")
    organisation.move(account, path=("Workloads", "Life"))
    # AWS has it a moment before Day One knows; only then it was ever ready.
    assert eventually(lambda: _ready(day_one, account))
    assert day_one.view.assignments(account) == [ENGINEERS]
    organisation.remove(account)
    assert becomes(lambda: _state(day_one, account), "DEPARTED")
    assert becomes(lambda: day_one.get(f"/v1/accounts/{account}/access")["groups"], [])
    organisation.accept(organisation.invite(account), account_id=account)
    organisation.move(account, path=("Workloads", "Life"))
    assert becomes(lambda: day_one.view.assignments(account), [ENGINEERS])
    assert len(eventually(lambda: _ready(day_one, account), holds=lambda told: len(told) == 2)) == 2
