"""Nobody gets alone what takes two, whatever goes wrong meanwhile, and nobody has to wait for that."""

import ast
from pathlib import Path

import pytest

from dayone.policy.language.parser import read_policy
from tests.fakes.hr import read_hr
from tests.simulation.adversaries.edits import (
    EDITS,
    NAMES_AN_ADMINISTRATOR,
    PROTECTS_AN_ADMINISTRATOR,
    WITH_LEGACY,
    WITH_OPS,
)
from tests.simulation.adversaries.faults import FAULTS, Fault
from tests.simulation.adversaries.functions import OurFunction
from tests.simulation.adversaries.hr_author import CONFIGURATIONS, HrAuthor
from tests.simulation.adversaries.parties import (
    AccountOwner,
    Approver,
    Author,
    HrClerk,
    IdentityProvider,
    Party,
)
from tests.simulation.adversaries.trial import Trial

_PARTIES: dict[str, type[Party]] = {
    "HR clerk": HrClerk,
    "author of the HR configuration": HrAuthor,
    "identity provider": IdentityProvider,
    "author": Author,
    "approver": Approver,
    "account owner": AccountOwner,
    "one of our functions": OurFunction,
}
# Every fault that a party can win by is shown below in worlds of its own: the nightly ones are more of the same.
_FEW, _MORE, _NIGHTLY, _MOST = 1, 8, 60, 200


@pytest.mark.parametrize("party", _PARTIES.values(), ids=_PARTIES)
def test_nobody_wins_alone_and_nobody_waits(party: type[Party]) -> None:
    assert {seed: won for seed in range(_FEW) if (won := Trial(seed).run(party))} == {}


@pytest.mark.thorough
@pytest.mark.parametrize("seeds", [range(_FEW, _MORE), pytest.param(range(_MORE, _NIGHTLY), marks=pytest.mark.nightly)])
@pytest.mark.parametrize("party", _PARTIES.values(), ids=_PARTIES)
def test_nobody_wins_alone_in_many_more_worlds(party: type[Party], seeds: range) -> None:
    assert {seed: won for seed in seeds if (won := Trial(seed).run(party))} == {}


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("fault", "party"),
    [pytest.param(fault, party, id=f"{fault.name}-{party.__name__}") for fault in FAULTS for party in fault.won_by],
)
def test_each_of_them_wins_by_a_deliberate_fault(fault: Fault, party: type[Party]) -> None:
    with fault.mutation.applied():
        for seed in fault.worlds(party, _MOST):
            if any(win.kind == fault.kind for win in Trial(seed).run(fault.who(party))):
                return
    pytest.fail(f"nobody has won in {_MOST} worlds")


def test_a_fault_is_gone_when_it_was_tried() -> None:
    for fault in FAULTS:
        changes = fault.mutation.changes
        before = [vars(where)[name] for where, name, _ in changes]
        with fault.mutation.applied():
            pass
        assert [vars(where)[name] for where, name, _ in changes] == before


def test_every_party_wins_by_some_fault() -> None:
    assert {party for fault in FAULTS for party in fault.won_by} == {*_PARTIES.values()}


def test_what_an_author_tries_is_taken() -> None:
    for text in (*EDITS, WITH_LEGACY, WITH_OPS, NAMES_AN_ADMINISTRATOR, PROTECTS_AN_ADMINISTRATOR):
        read_policy({"policy.yaml": text}, version=1)
    for text in CONFIGURATIONS:
        read_hr(text)


def test_the_judge_knows_nothing_of_what_it_judges() -> None:
    judge = Path(__file__).with_name("judge.py")
    modules = {
        name.partition(".")[0]
        for node in ast.walk(ast.parse(judge.read_text(encoding="utf-8")))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert modules == {"collections", "dataclasses", "json"}
