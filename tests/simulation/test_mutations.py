"""The simulation finds each of the deliberate faults."""

import pytest

from dayone.ops.audit_rules import first_broken
from tests.simulation.mutations import MUTATIONS, Mutation
from tests.simulation.simulation import Simulation

_SEEDS = 1000


@pytest.mark.thorough
@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda entry: entry.name)
def test_a_deliberate_fault_is_found(mutation: Mutation) -> None:
    with mutation.applied():
        for seed in mutation.worlds(_SEEDS):
            found = {violation.invariant for violation in Simulation(seed).run().violations}
            if found & mutation.caught_by:
                return
    pytest.fail(f"{_SEEDS} worlds did not show it")


@pytest.mark.thorough
@pytest.mark.parametrize("mutation", [each for each in MUTATIONS if each.of_protocol], ids=lambda entry: entry.name)
def test_a_fault_of_the_protocol_shows_in_the_audit_log_alone(mutation: Mutation) -> None:
    with mutation.applied():
        for seed in mutation.worlds(_SEEDS):
            world = Simulation(seed)
            world.run()
            if first_broken(world.day_one.state.audit_records()):
                return
    pytest.fail(f"the logs of {_SEEDS} worlds did not show it")


def test_a_fault_is_gone_when_it_was_tried() -> None:
    for mutation in MUTATIONS:
        before = [vars(where)[name] for where, name, _ in mutation.changes]
        with mutation.applied():
            pass
        assert [vars(where)[name] for where, name, _ in mutation.changes] == before
