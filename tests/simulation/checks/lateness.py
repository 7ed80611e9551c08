"""Time to access and to no access, where nothing went wrong: each item that is late is a violation."""

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING

from dayone.model.operations import OperationState
from tests.simulation.checks.snapshot import items_of, snapshot
from tests.simulation.model.weather import CLEAR
from tests.simulation.oracle.expected import expected
from tests.simulation.oracle.facts import Item
from tests.simulation.oracle.judge import compare, described, made_of, sharing_names
from tests.simulation.oracle.patience import Patience

if TYPE_CHECKING:
    from tests.simulation.simulation import Simulation

_EVERY = 5.0
# Source: docs/people.md, "count on a minute or two": the sweep of each minute sees what time alone has turned, and the
# executor needs a few seconds for a removal. Somebody new may have to wait for a group and a permission set as well.
TO_GO, TO_COME = timedelta(seconds=90), timedelta(seconds=120)


class Lateness:
    """Looks every few seconds at what should be there and is not, or is and should not."""

    def __init__(self, world: "Simulation") -> None:
        self._world = world
        self._patience = Patience(to_go=TO_GO, to_come=TO_COME)

    def begin(self) -> None:
        if self._world.weather.climate == CLEAR:
            self._world.time.at(_EVERY, self._look)

    def _look(self) -> None:
        world = self._world
        facts, now = world.outside.knows(), world.time.now
        missing, excess = compare(expected(facts, now=now), facts, snapshot(world), now=now)
        for item, late in self._patience.look(self._unexcused(missing), self._unexcused(excess), now=now):
            message = f"{described(item)} is {'missing' if item in missing else 'there without a reason'} for {late}"
            world.violations.add("everything comes and goes in time", message, at=world.time.seconds)
        world.time.at(_EVERY, self._look)

    def _unexcused(self, items: Iterable[Item]) -> list[Item]:
        """Leave out what waits for a human, for a name, or for AWS to say something new about an account."""
        world = self._world
        silent = world.outside.facts.silent
        operations = world.day_one.state.operations.values() if items else ()
        held = {
            item
            for operation in operations
            if operation.state is OperationState.HELD
            for item in items_of(operation, world.outside.facts)
        }
        held_rules = {item for item in held if item.kind in ("group", "set")}
        # What is held stays, and with it what it is made of.
        held |= {part for item in held for part in made_of(item)}
        # Source: docs/decisions, 69: a newcomer may have to wait for a leaver's name, in pauses that grow.
        unheard = silent | sharing_names(world.outside.facts)
        return [
            item
            for item in items
            if item not in held
            and not unheard & {name.removeprefix("person:") for name in item.names}
            and not _waits(item, held_rules)
        ]


def _waits(item: Item, held_rules: set[Item]) -> bool:
    """Return whether it is an assignment of a permission set or to a group that waits for a human."""
    return item.kind == "assignment" and bool(made_of(item) & held_rules)
