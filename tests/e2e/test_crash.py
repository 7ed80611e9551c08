"""The engine dies in the middle of its work, and the end is as if it had not."""

from tests.e2e.deployed.day_one import DayOne
from tests.e2e.deployed.people import somebody
from tests.e2e.deployed.processes import kill, workers
from tests.e2e.deployed.queues import visibility
from tests.e2e.deployed.waiting import becomes, eventually

GROUPS = ("Platform", "On call", "Operators")
_SECONDS = 15  # longer than a run takes here, as it must be; 30 in the template


def _killed_in_the_middle(day_one: DayOne) -> tuple[list[dict[str, str]], list[str], set[int]]:
    """Return people, the changes that they led to, and the processes that were ended before all was done.

    On a slow machine the engine may be done when it is ended; then others are hired.
    """
    for _ in range(5):
        people = [somebody("Platform") for _ in range(6)]
        changes = [day_one.tell(person) for person in people]
        eventually(lambda: {person["user_name"] for person in people} & set(day_one.view.users()))  # noqa: B023
        killed = workers(day_one, "execute_operations")
        assert killed
        kill(killed)
        if day_one.get("/v1/health")["operations_open"]:
            return people, changes, killed
    raise AssertionError("five times the engine was done before it was ended")


def test_a_kill_of_the_engine_in_the_middle_changes_nothing_about_the_end(day_one: DayOne) -> None:
    with visibility(day_one, "EngineQueue", seconds=_SECONDS):
        people, changes, killed = _killed_in_the_middle(day_one)
        names = {person["user_name"] for person in people}
        over = [day_one.succeeded(change) for change in changes]
    assert killed.isdisjoint(workers(day_one, "execute_operations"))
    assert {(pair["change"]["succeeded"], pair["change"]["failed"]) for pair in over} == {(4, 0)}
    for group in GROUPS:
        assert day_one.view.members(group) >= names
        assert {day_one.view.memberships(group, user_name=name) for name in names} == {1}
    assert becomes(lambda: day_one.get("/v1/health")["operations_open"], wanted=False)
    access = [day_one.get(f"/v1/people/{person['id']}/access")["groups"] for person in people]
    assert all([pair["group"] for pair in groups] == sorted(GROUPS) for groups in access)
    assert not [pair for groups in access for pair in groups if pair["membership"]["unconfirmed"]]
    assert day_one.waiting("EngineDeadLetters") == 0
