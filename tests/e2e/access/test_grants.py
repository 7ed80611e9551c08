"""Access for a time on the deployed system: beside a rule, while the executor cannot work, in a suspended account."""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sandbox.day_one import expect
from sandbox.signed_http import Answer
from tests.e2e.deployed import policies
from tests.e2e.deployed.day_one import DayOne
from tests.e2e.deployed.people import somebody
from tests.e2e.deployed.waiting import becomes, eventually

_FINANCE = ("ViewOnly", "Finance")


@dataclass
class Evening:
    """An engineer, an account that is suspended, and what is granted until one and the same minute."""

    day_one: DayOne
    person: dict[str, str]
    account: str
    until: datetime
    overlapping: str
    alone: str
    in_account: str

    def grant(self, name: str) -> Any:  # noqa: ANN401 - JSON
        return self.day_one.get(f"/v1/grants/{name}")

    def is_in(self, group: str) -> bool:
        return self.person["user_name"] in self.day_one.view.members(group)

    def becomes(self, state: str) -> None:
        """Organizations has the account in this state, and Day One has seen it."""
        self.day_one.organisation.set_state(self.account, state)
        asked = expect(self.day_one.deployed.api.send("POST", "/v1/accounts/discover"), status=202)
        self.day_one.succeeded(asked["change"])
        assert becomes(lambda: self.day_one.get(f"/v1/accounts/{self.account}")["fact"]["state"], state)


def _send(day_one: DayOne, path: str, said: Mapping[str, object] | None = None) -> Answer:
    body = json.dumps(said).encode() if said else b""
    headers = {"content-type": "application/json"}
    return day_one.deployed.api.send("POST", path, body=body, headers=headers)


def _given(day_one: DayOne, until: datetime, **what: object) -> str:
    wish = {**what, "reason": "the shop is down", "ticket": "OPS-7", "until": until.isoformat()}
    taken = expect(_send(day_one, "/v1/grants", wish), status=202)
    eventually(lambda: day_one.knows(taken["href"]))
    return str(taken["grant"])


@pytest.fixture(scope="module")
def no_removals(day_one: DayOne) -> Iterator[DayOne]:
    """No removal goes without a human."""
    policy = deepcopy(policies.BASE)
    policy["guardrails"]["removals"] = {"percent": 0, "at_least": 0}
    day_one.put_in_force(policy)
    yield day_one
    day_one.put_in_force(policies.BASE)


@pytest.fixture(scope="module")
def evening(no_removals: DayOne) -> Evening:
    day_one, person, began = no_removals, somebody(), time.monotonic()
    day_one.told(person)
    account = day_one.organisation.make_account("night-shift")
    eventually(lambda: day_one.knows(f"/v1/accounts/{account}"))
    # A whole minute, before which other tests look at what is there: they have more time on a machine that is slow.
    lead = max(45.0, 8 * (time.monotonic() - began))
    until = (datetime.now(UTC) + timedelta(seconds=lead + 60)).replace(second=0, microsecond=0)
    membership = {"person": person["id"]}
    made = Evening(
        day_one=day_one,
        person=person,
        account=account,
        until=until,
        overlapping=_given(day_one, until, membership=membership | {"group": "Engineers"}),
        alone=_given(day_one, until, membership=membership | {"group": "Finance"}),
        in_account="",
    )
    made.becomes("SUSPENDED")
    assignment = {"group": "Finance", "account": account, "permission_set": "ViewOnly"}
    made.in_account = _given(day_one, until, assignment=assignment)
    return made


@contextmanager
def _no_executor(day_one: DayOne) -> Iterator[None]:
    client: Any = day_one.sandbox.client("lambda")
    name = day_one.function("execute_operations")
    (mapping,) = client.list_event_source_mappings(FunctionName=name)["EventSourceMappings"]
    client.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    try:
        yield
    finally:
        client.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)


def test_what_is_granted_is_there_and_says_by_whom_and_until_when(evening: Evening) -> None:
    day_one = evening.day_one
    assert becomes(lambda: evening.is_in("Finance"), wanted=True)
    said = eventually(lambda: evening.grant(evening.alone), holds=lambda pair: pair["exists"])
    assert (said["grant"]["state"], said["note"]) == ("active", "")
    assert said["grant"]["granted_by"].endswith(":user/internal-tool")
    groups = day_one.get(f"/v1/people/{evening.person['id']}/access")["groups"]
    rules = {pair["group"]: [reason["rule"] for reason in pair["membership"]["reasons"]] for pair in groups}
    assert rules["Finance"] == [f"grant:{evening.alone}"]
    assert rules["Engineers"][1:] == [f"grant:{evening.overlapping}"]
    assert rules["Engineers"][0].startswith("access/policy.yaml:")
    listed = day_one.get(f"/v1/grants?person={evening.person['id']}&state=active")["grants"]
    assert {pair["id"] for pair in listed} == {evening.alone, evening.overlapping}


def test_an_account_that_is_suspended_gets_it_when_it_is_back(evening: Evening) -> None:
    day_one = evening.day_one
    assert "the account is SUSPENDED" in evening.grant(evening.in_account)["note"]
    assert day_one.view.assignments(evening.account) == []
    evening.becomes("ACTIVE")
    assert becomes(lambda: day_one.view.assignments(evening.account), [_FINANCE])
    evening.becomes("SUSPENDED")


def test_what_ends_while_the_executor_cannot_work_goes_as_soon_as_it_can(evening: Evening) -> None:
    assert datetime.now(UTC) < evening.until, "the tests before this one have taken too long"
    with _no_executor(evening.day_one):
        time.sleep(max(0.0, (evening.until - datetime.now(UTC)).total_seconds()))
        ended = eventually(lambda: evening.grant(evening.alone), holds=lambda pair: pair["grant"]["ended"])
        assert (ended["grant"]["ended"]["cause"], ended["exists"]) == ("expired", True)
        eventually(lambda: evening.day_one.get("/v1/health")["operations_open"])
        assert evening.is_in("Finance")
    assert becomes(lambda: evening.is_in("Finance"), wanted=False)
    assert becomes(lambda: evening.grant(evening.alone)["exists"], wanted=False)


def test_what_a_rule_gives_too_stays(evening: Evening) -> None:
    said = eventually(lambda: evening.grant(evening.overlapping), holds=lambda pair: "is there by" in pair["note"])
    assert (said["grant"]["state"], said["exists"], evening.is_in("Engineers")) == ("ended", True, True)
    assert f"grant:{evening.overlapping}" not in said["note"]


def test_what_ended_in_a_suspended_account_goes_when_it_is_back_and_is_not_held(evening: Evening) -> None:
    day_one = evening.day_one
    said = evening.grant(evening.in_account)
    assert (said["grant"]["state"], said["exists"]) == ("ended", True)
    assert "the account is SUSPENDED" in said["note"]
    assert day_one.view.assignments(evening.account) == [_FINANCE]
    evening.becomes("ACTIVE")
    assert eventually(lambda: day_one.view.assignments(evening.account) == [])
    assert day_one.get(f"/v1/accounts/{evening.account}")["head"]["held"] == []


def test_one_is_extended_and_ended_early_once_however_often_it_is_asked_for(no_removals: DayOne) -> None:
    person = somebody()
    no_removals.told(person)
    until = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(minutes=10)
    grant = _given(no_removals, until, membership={"person": person["id"], "group": "Finance"})
    later = {"until": (until + timedelta(hours=1)).isoformat()}
    longer = expect(_send(no_removals, f"/v1/grants/{grant}/extend", later), status=202)["change"]
    no_removals.succeeded(longer)
    assert expect(_send(no_removals, f"/v1/grants/{grant}/extend", later), status=202)["change"] == longer
    over = expect(_send(no_removals, f"/v1/grants/{grant}/end", {"reason": "enough"}), status=202)["change"]
    no_removals.succeeded(over)
    assert expect(_send(no_removals, f"/v1/grants/{grant}/end"), status=202)["change"] == over
    ended = no_removals.get(f"/v1/grants/{grant}")["grant"]["ended"]
    assert (ended["cause"], ended["reason"], ended["change"]) == ("ended_early", "enough", over)
    assert ended["by"].endswith(":user/internal-tool")
    assert person["user_name"] not in no_removals.view.members("Finance")
    assert _send(no_removals, f"/v1/grants/{grant}/extend", later).status == 409
