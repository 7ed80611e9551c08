"""Five permission sets in forty accounts while the executor is killed five times: in the end all is as it should be."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any

import pytest

from dayone.executor.rate_limits import Budgets
from dayone.model.audit import first_break
from sandbox import Behaviour
from sandbox.day_one import expect
from sandbox.identity_center.process import load
from tests.contract.state_tables import chains_in
from tests.e2e.deployed import policies
from tests.e2e.deployed.day_one import BEHAVIOUR, ENDED, DayOne
from tests.e2e.deployed.processes import kill, workers
from tests.e2e.deployed.queues import drained, visibility
from tests.e2e.deployed.waiting import becomes, eventually

_ACCOUNTS, _SETS, _KILLS = 40, tuple(f"Killed{number}" for number in range(5)), 5
_GROUP, _UNIT = "Killers", "Killed"
# AWS's own quotas and AWS's own order of things, only quicker.
_AWS = Behaviour.realistic(
    assignment_seconds=0.6,
    deletion_seconds=0.6,
    provisioning_seconds=0.6,
    account_seconds=0.05,
    account_creations=None,
    event_seconds=0,
    principal_seconds=0,
    call_seconds=0.01,
)
_AWS_CALLS_A_SECOND = 20
_POLICY = policies.base_with(
    groups={_GROUP: {"members": [{"department": "Nobody"}]}},
    permission_sets={name: {"session_duration": "PT1H"} for name in _SETS},
    assignments=[{"group": _GROUP, "permission_set": name, "accounts": [{"ou": f"/{_UNIT}/**"}]} for name in _SETS],
)
_SECONDS = 6  # until the queue rings again after a kill; the dead one's turn lasts for up to fifteen


@pytest.fixture
def accounts(day_one: DayOne) -> Iterator[list[str]]:
    """Forty accounts that Day One knows, in a unit for which no rule has anything yet; nothing is left behind."""
    unit = (_UNIT,)
    day_one.organisation.unit(unit)

    def make(number: int) -> str:
        account = day_one.organisation.make_account(f"killed-{number}")
        day_one.organisation.move(account, path=unit)
        return account

    with ThreadPoolExecutor(8) as threads:
        made = sorted(threads.map(make, range(_ACCOUNTS)))
    eventually(lambda: all(_is_in_unit(day_one, account) for account in made))
    # Another look at an account, after the policy has come, would be a change of its own that does this one's work.
    assert becomes(lambda: [day_one.waiting(queue) for queue in ("AccountEventsQueue", "InboxQueue")], [0, 0])
    yield made
    # It takes every assignment from them, which somebody else has to approve.
    removal = expect(day_one.upload(policies.BASE), status=202)["change"]
    day_one.held(removal)
    expect(day_one.approver.send("POST", f"/v1/changes/{removal}/approve"), status=202)
    assert _over(day_one, removal)["change"]["state"] == "succeeded"
    # A bell that was rung for each of the dead is put aside in the end; the others have rung for the same work.
    drained(day_one, "EngineDeadLetters")


@pytest.fixture
def busy_aws(day_one: DayOne) -> Iterator[None]:
    day_one.sandbox.behave(_AWS)
    load(day_one.sandbox.identity_center_endpoint, clear=True)
    yield
    day_one.sandbox.behave(BEHAVIOUR)


def _is_in_unit(day_one: DayOne, account: str) -> bool:
    path = f"/v1/accounts/{account}"
    return day_one.knows(path) and day_one.get(path)["fact"]["ou_path"] == f"/{_UNIT}"


def _followed(day_one: DayOne, change: str) -> Any:  # noqa: ANN401 - JSON
    return day_one.get(f"/v1/changes/{change}?limit=1")


def _killed_at_random(day_one: DayOne, change: str, *, random: Random) -> list[int]:
    """Kill the executor at random moments of its life; how much was done each time.

    The first, third and fifth die at work. The others may, or while they wait for the turn of the dead to end.
    """
    done = [0]
    for number in range(_KILLS):
        if number % 2 == 0:
            _goes_on(day_one, change, after=done[-1])
        processes = eventually(lambda: workers(day_one, "execute_operations"))
        time.sleep(random.uniform(0, 2))
        kill(processes)
        said = _followed(day_one, change)
        assert said["change"]["state"] not in ENDED
        done.append(said["progress"]["done"])
    return done


def _goes_on(day_one: DayOne, change: str, *, after: int) -> None:
    eventually(lambda: _followed(day_one, change)["progress"]["done"] > after)


def _over(day_one: DayOne, change: str) -> Any:  # noqa: ANN401 - JSON
    return eventually(lambda: _followed(day_one, change), holds=lambda said: said["change"]["state"] in ENDED)


@pytest.mark.timeout(600)
@pytest.mark.usefixtures("busy_aws")
def test_five_kills_change_nothing_about_the_end(day_one: DayOne, accounts: list[str]) -> None:
    with visibility(day_one, "EngineQueue", seconds=_SECONDS):
        change = expect(day_one.upload(_POLICY), status=202)["change"]
        eventually(lambda: day_one.knows(f"/v1/changes/{change}"))
        done = _killed_at_random(day_one, change, random=Random(40))  # noqa: S311 - moments, nothing secret
    _over(day_one, change)
    assert done == sorted(done)
    seen = load(day_one.sandbox.identity_center_endpoint)
    day_one.sandbox.behave(BEHAVIOUR)
    _check_change(day_one, change, accounts)
    _check_access(day_one, accounts)
    _check_audit(day_one, change)
    assert seen["most_assignments"] <= Budgets().outstanding_assignments
    assert seen["busiest_three_seconds"]["sso-admin"] <= 3 * _AWS_CALLS_A_SECOND
    # Creating again what a dead executor may have created is refused as a conflict, and is meant to be.
    assert not [refusal for refusal in seen["refused"] if "Throttling" in refusal]


def _check_change(day_one: DayOne, change: str, accounts: list[str]) -> None:
    said = _followed(day_one, change)
    existing, progress = said["change"], said["progress"]
    assert (existing["state"], existing["failed"], existing["superseded"]) == ("succeeded", 0, 0)
    assert progress["done"] == progress["total"] == existing["succeeded"]
    by_account = day_one.get(f"/v1/changes/{change}/accounts?limit=100")["accounts"]
    counts = {(pair["account"], pair["done"], pair["total"]) for pair in by_account if pair["total"]}
    assert counts == {(account, len(_SETS), len(_SETS)) for account in accounts}
    assert said["estimated_seconds_remaining"] == 0


def _check_access(day_one: DayOne, accounts: list[str]) -> None:
    for account in accounts:
        assert day_one.view.assignments(account) == sorted((name, _GROUP) for name in _SETS)
        (group,) = day_one.get(f"/v1/accounts/{account}/access")["groups"]
        applied = [(pair["permission_set"], pair["confirmed"]["unconfirmed"]) for pair in group["assignments"]]
        assert sorted(applied) == [(name, None) for name in sorted(_SETS)]


def _check_audit(day_one: DayOne, change: str) -> None:
    table = day_one.deployed.stack.outputs["TableName"]
    chains = chains_in(day_one.sandbox.client("dynamodb"), table)
    assert [first_break(chain) for chain in chains] == [None] * len(chains)
    entries = [record.entry for chain in chains for record in chain]
    ended = [entry.operation for entry in entries if entry.change == change and entry.operation]
    assert len(ended) == len(set(ended)) == _followed(day_one, change)["progress"]["total"]
    assert becomes(lambda: day_one.get("/v1/health")["operations_open"], wanted=False)
