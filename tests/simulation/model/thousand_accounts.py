"""A thousand accounts made within an hour, while somebody edits the policy and Organizations throttles."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random

from dayone.errors import Throttled
from dayone.model.accounts import Account, AccountState
from dayone.model.operations import OperationState
from dayone.model.subjects import Subject, SubjectKind
from tests.builders import an_account
from tests.fakes.organization import MemoryOrganization
from tests.simulation.model.weather import CLEAR, Climate
from tests.simulation.simulation import Simulation

MANY = 1000
_HOUR = timedelta(hours=1).total_seconds()
_THROTTLED_OF_TEN = 3
_ROOT, _WORKLOADS, _SANDBOXES = "/", "/Workloads/Dev", "/Sandboxes/One"


class ThrottledOrganization(MemoryOrganization):
    """Refuses three readings of ten."""

    def __init__(self, random: Random) -> None:
        super().__init__()
        self._random = random
        self.throttles = 0

    def account(self, account_id: str, *, since: object) -> Account | None:
        if self._random.random() * 10 < _THROTTLED_OF_TEN:
            self.throttles += 1
            raise Throttled("TooManyRequestsException: AWS Organizations can't complete your request")
        return super().account(account_id, since=since)  # type: ignore[arg-type]


def policy(*, also_audited: bool) -> str:
    """One permission set in the workloads, another in the sandboxes, and after the edit a third in both."""
    more = '  - {group: g, permission_set: Audit, accounts: [{ou: "/**"}]}\n' if also_audited else ""
    return (
        "version: 1\ngroups:\n  g: {members: everyone}\n"
        "permission_sets:\n  View: {}\n  Play: {}\n  Audit: {}\n"
        'assignments:\n  - {group: g, permission_set: View, accounts: [{ou: "/Workloads/**"}]}\n'
        '  - {group: g, permission_set: Play, accounts: [{ou: "/Sandboxes/**"}]}\n' + more
    )


@dataclass(frozen=True)
class Told:
    """Result of the hour."""

    accounts: int
    wrong: tuple[str, ...]
    failed: int
    throttles: int
    minutes: float


def lived_through(seed: int, *, many: int = MANY, within: float = _HOUR, climate: Climate = CLEAR) -> Told:
    """Accounts come, most pending at first, some move, and in the midst of it the policy is edited."""
    simulation = Simulation(seed, climate=climate)
    random, outside, time = simulation.random, simulation.outside, simulation.time
    organization = ThrottledOrganization(random)
    simulation.day_one.organization = organization
    outside.uploads(policy(also_audited=False))
    numbers = [f"{number:012d}" for number in range(1, many + 1)]
    for number in numbers:
        time.at(random.random() * within, _creation(number, simulation=simulation))
    time.at(within / 2, lambda: outside.uploads(policy(also_audited=True)))
    began = time.seconds
    time.run(seconds=within + 60)
    simulation.weather.clear_up()
    assert simulation.settle(), "it never settled"
    failed = [
        operation
        for operation in simulation.day_one.state.operations.values()
        if operation.state is OperationState.FAILED
    ]
    return Told(
        accounts=sum(1 for subject in simulation.day_one.state.heads if subject.kind is SubjectKind.ACCOUNT),
        wrong=tuple(_wrong(numbers, simulation=simulation)),
        failed=len(failed),
        throttles=organization.throttles,
        minutes=(time.seconds - began) / 60,
    )


def _creation(number: str, *, simulation: Simulation) -> Callable[[], None]:
    random, outside, time = simulation.random, simulation.outside, simulation.time
    place = random.choice((_WORKLOADS, _SANDBOXES))

    def becomes(**news: object) -> None:
        organization = simulation.day_one.organization
        existing = organization.accounts.get(number) or an_account(number, ou_path=_ROOT)
        organization.accounts[number] = replace(existing, **news)  # type: ignore[arg-type]
        outside.account_event(number)

    def created() -> None:
        state = random.choice((AccountState.ACTIVE, AccountState.PENDING_ACTIVATION))
        becomes(state=state)
        time.at(random.random() * 20, lambda: becomes(ou_path=place))
        # AWS tells nobody when it is ready.
        time.at(random.random() * 240, activated)

    def activated() -> None:
        organization = simulation.day_one.organization
        organization.accounts[number] = replace(organization.accounts[number], state=AccountState.ACTIVE)

    return created


def _wrong(numbers: list[str], *, simulation: Simulation) -> Iterator[str]:
    """Yield accounts without exactly the access that the policy gives at their place."""
    center, accounts = simulation.aws.center, simulation.day_one.organization.accounts
    has: dict[str, set[str]] = {number: set() for number in numbers}
    for key in center.assignments:
        has[key.account_id].add(center.permission_sets[key.permission_set_arn].name)
    for number in numbers:
        wanted = {"Audit", "View" if accounts[number].ou_path == _WORKLOADS else "Play"}
        head = simulation.day_one.state.heads[Subject(SubjectKind.ACCOUNT, number)]
        if has[number] != wanted:
            yield f"{number} has {sorted(has[number])}, not {sorted(wanted)}"
        elif head.bootstrap is None:
            yield f"{number} was never bootstrapped"


def main() -> None:
    """Live through it, and say what came of it; ends the process with 1 when anything is wrong."""
    told = lived_through(int(sys.argv[1]) if sys.argv[1:] else 1)
    said = [
        f"{told.accounts:,} accounts in {told.minutes:.0f} minutes; {told.throttles:,} readings were throttled",
        f"{len(told.wrong)} have not what they should, {told.failed} operations failed",
    ]
    sys.stdout.write("\n".join([*said, ""]))
    sys.exit(1 if told.wrong or told.failed else 0)


if __name__ == "__main__":
    main()
