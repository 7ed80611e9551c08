"""SPIN finds no state of the executor's protocol that breaks a rule, and one for each deliberate fault."""

import pytest

from tests.protocol.proof import FAULTS, MODEL, SCENES, Fault, check, read, spin

needs_spin = pytest.mark.skipif(spin() is None, reason="SPIN and gcc are not installed here")


@needs_spin
@pytest.mark.thorough
@pytest.mark.parametrize("scene", SCENES)
def test_the_protocol_keeps_its_rules_in_every_state(scene: int) -> None:
    verdict = check(scene, faults=1)
    assert verdict.is_kept, verdict
    assert verdict.states > 100_000


@needs_spin
@pytest.mark.thorough
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_of_the_protocol_is_refused(fault: Fault) -> None:
    assert check(fault.scene, faults=1, fault=fault.name).violated


def test_each_fault_is_one_of_the_model() -> None:
    text = MODEL.read_text()
    assert [fault.name for fault in FAULTS if f"{fault.name}" not in text] == []


def test_a_search_that_was_cut_short_proves_nothing() -> None:
    end = "State-vector 132 byte, depth reached 386, errors: 0\n   570525 states, stored\n"
    assert read(end).is_kept
    assert not read(f"error: max search depth too small\n{end}").is_kept


def test_an_error_is_a_violation() -> None:
    end = "pan:1: assertion violated (said==2) (at depth 121)\nState-vector 132, errors: 1\n 12 states, stored\n"
    assert read(end).violated == "assertion violated (said==2)"
