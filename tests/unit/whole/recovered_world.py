"""Days of a company whose table is dropped, or replaced by a copy of some hours ago, at any point.

HR moves people all the time, before, meanwhile and after. Whoever runs Day One follows the runbook: HR sends everybody
again, the policy is put in force again, and the record is rebuilt.
"""

from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import Random
from typing import Any

from dayone.errors import Inapplicable
from dayone.inventory.service import read_inventory
from dayone.model.people import Person, Status
from dayone.ops.recovery import request_rebuilding
from dayone.ports.identity_center import Receipt
from tests.builders import a_group, a_person, a_policy, a_set, an_account, an_assignment
from tests.fakes.acceptances import AcceptedInbox
from tests.fakes.queues import MemoryTurn
from tests.fakes.sso.identity_center import MemoryIdentityCenter
from tests.fakes.table.inventory import MemoryInventory
from tests.fakes.table.state import State
from tests.unit.previews import api_of
from tests.unit.world import World

_GROUPS = {"Engineering": "engineers", "Sales": "sales", "Support": "support"}
_ACCOUNTS = ("111122223333", "444455556666")
_POLICY = a_policy(
    *(a_group(group, department=department) for department, group in _GROUPS.items()),
    a_set(),
    a_set("Deploy", managed=("ReadOnlyAccess",)),
    an_assignment("engineers", "Deploy"),
    an_assignment("sales", "ViewOnly"),
    an_assignment("support", "ViewOnly"),
)
_HOURS = 30


def replace_table(world: World, state: State) -> None:
    """Have a table of another id stand where the other was; what lies in the queues stays there."""
    state.table_id = "table-2"
    left = world.inbox.commands
    world.state, world.inbox = state, AcceptedInbox(state, now=world.now)
    world.inbox.take(left)


def minutes(world: World, number: int = 1) -> None:
    """Let so many minutes pass, in each of which everything is invoked once."""
    for _ in range(number):
        world.sweep()
        world.plan_all()
        world.execute()
        world.sleep(61)
        read_inventory(ports=world.reading(), longest=timedelta(seconds=40))


def rebuilt(world: World) -> None:
    """Have the record rebuilt, and the recovery ended."""
    minutes(world, 3)
    request_rebuilding(actor="arn:admin", ports=api_of(world))
    minutes(world, 3)
    world.settle()


@dataclass
class _Watched:
    """A directory that reports each membership before it is removed."""

    directory: Any
    center: MemoryIdentityCenter
    removed: Any

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - stands for every other method
        return getattr(self.directory, name)

    def remove_member(self, membership_id: str) -> Receipt:
        if found := self.center.memberships.get(membership_id):
            group, user = found
            self.removed(self.center.groups[group].name, self.center.users[user]["user_name"])
        receipt: Receipt = self.directory.remove_member(membership_id)
        return receipt


@dataclass
class RecoveredWorld:
    """One company from a seed; `violations` are what should never be.

    `people` are HR's, with those who have left. With `keeps_to_runbook` False nobody rebuilds the record.
    """

    seed: int
    world: World = field(default_factory=lambda: World(approves=True))
    people: dict[str, Person] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)
    copies: list[tuple[State, MemoryInventory]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = Random(f"recovery {self.seed}")  # noqa: S311 - chance that can be had again is what is wanted
        self.world.around = self._around

    def run(self) -> list[str]:
        """Live for a day and more, lose the table, recover, and compare with what HR says."""
        for number in _ACCOUNTS:
            self.world.account_is(an_account(number))
        self.world.policy_is(_POLICY)
        for count in range(self.random.randint(3, 7)):
            self._tell(self._hired(f"e-{count}"))
        self.world.settle()
        self.world.take_inventory()
        for _ in range(self.random.randint(2, _HOURS)):
            self._hour()
        self._lose_the_table()
        self._live_on()
        self._recover()
        self._compare()
        return self.violations

    # HR

    def _hired(self, name: str) -> Person:
        return a_person(name, department=self.random.choice([*_GROUPS, "Law"]))

    def _tell(self, person: Person) -> None:
        # Of two records of one moment nobody could say which is the newer.
        self.world.sleep(1)
        self.people[person.id] = person
        self.world.hr_tells(person)

    def _something_happens(self) -> None:
        names = sorted(self.people)
        person = self.people[self.random.choice(names)]
        match self.random.choice(("hired", "moves", "moves", "leaves", "returns")):
            case "hired":
                self._tell(self._hired(f"e-{len(names)}"))
            case "moves" if person.status is Status.ACTIVE:
                self._tell(replace(person, department=self.random.choice([*_GROUPS, "Law"])))
            case "leaves":
                self._tell(replace(person, status=Status.ENDED))
            case "returns" if person.status is Status.ENDED:
                self._tell(replace(person, status=Status.ACTIVE))
            case _:
                pass

    def _hour(self) -> None:
        for _ in range(self.random.choice((0, 1, 1, 3))):
            self._something_happens()
        self.world.plan_all()
        # A copy may be of a moment at which AWS was at work.
        self.world.execute(seconds=self.random.choice((0.5, 60)))
        self.copies.append(deepcopy((self.world.state, self.world.inventory)))
        self.world.settle()
        self.world.sleep(3600)

    # The table

    def _lose_the_table(self) -> None:
        state, inventory = State(identity=None), MemoryInventory()
        if self.random.random() < 0.7:
            state, inventory = self.random.choice(self.copies[-24:])
        else:
            state.hr_versions = self.world.state.hr_versions
        replace_table(self.world, state)
        self.world.inventory, self.world.turn = inventory, MemoryTurn()

    def _live_on(self) -> None:
        """HR goes on for some minutes, and who leaves by then is out at once where the record knows the groups."""
        self._minutes(1)
        is_copy = any(subject.name == "engineers" for subject in self.world.state.heads)
        for _ in range(self.random.randint(0, 3)):
            person = self.people[self.random.choice(sorted(self.people))]
            is_known = any(of.subject.name == person.id for of in self.world.state.applied)
            self._tell(replace(person, status=Status.ENDED))
            self._minutes(5)
            if is_copy and is_known and (still := self._groups_of(person)):
                self.violations.append(f"{person.id} left while the recovery was open, and is in {still}")

    def _minutes(self, number: int) -> None:
        for _ in range(number):
            self.world.sweep()
            self.world.plan_all()
            self.world.execute()
            for change in [change.id for change in self.world.state.changes.values() if change.held]:
                self.world.is_decided(change, approved=True)
            self.world.sleep(61)
            read_inventory(ports=self.world.reading(), longest=timedelta(seconds=40))

    def _recover(self) -> None:
        for number in _ACCOUNTS:
            self.world.account_is(an_account(number))
        self.world.policy_is(_POLICY)
        for person in list(self.people.values()):
            self._tell(person)
        self.world.plan_all()
        for _ in range(20):
            self._minutes(2)
            try:
                request_rebuilding(actor="arn:admin", ports=api_of(self.world))
                break
            except Inapplicable:
                continue
        self._minutes(4)
        self.world.settle()
        if self.world.fence().recovery() is not None:
            self.violations.append("the recovery did not end")

    # What came of it

    def _around(self, name: str, port: Any) -> Any:  # noqa: ANN401 - any port
        return _Watched(port, self.world.center, self._removed) if name == "directory" else port

    def _removed(self, group: str, user: str) -> None:
        person = next((each for each in self.people.values() if each.user_name == user), None)
        if person is not None and self._group(person) == group:
            self.violations.append(f"{person.id} was taken out of {group}, and belongs there")

    def _group(self, person: Person) -> str:
        return _GROUPS.get(person.department, "") if person.status is Status.ACTIVE else ""

    def _groups_of(self, person: Person) -> set[str]:
        return {group for group, members in self.world.groups().items() if person.user_name in members}

    def _compare(self) -> None:
        for person in self.people.values():
            desired = {group} if (group := self._group(person)) else set()
            if (actual := self._groups_of(person)) != desired:
                self.violations.append(f"{person.id} ({person.status}) is in {actual}, not in {desired}")
        given = {(each, *pair) for each in _ACCOUNTS for pair in _GIVEN}
        if (assigned := self.world.assignments()) != given:
            self.violations.append(f"assigned is {sorted(assigned)}, not {sorted(given)}")


_GIVEN = (("Deploy", "engineers"), ("ViewOnly", "sales"), ("ViewOnly", "support"))
