"""Random mutants of decisions: each is one change of the code that runs, and is gone afterwards."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from dayone.model import people
from dayone.model.people import LifeCycle, Status, has_left
from tests.builders import a_person
from tests.simulation.coverage import DECISIONS, ROOT
from tests.simulation.mutants import (
    Mutant,
    Tried,
    applied,
    draw_mutants,
    mutants_of,
    told_of_mutants,
    try_mutant,
    worlds_through,
)

_NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def _has_left() -> bool:
    return has_left(a_person("e-1", status=Status.ENDED), cycle=LifeCycle(), now=_NOON)


def _turned_around() -> Mutant:
    """Return the mutant after which nobody who has left has."""
    return next(mutant for mutant in mutants_of(str(people.__file__)) if mutant.function == "has_left")


def test_a_mutant_changes_what_others_have_imported_and_is_gone_afterwards() -> None:
    assert _has_left() is True
    with applied(_turned_around()):
        assert not _has_left()
    assert _has_left() is True


def test_every_mutant_of_a_file_is_another_code_of_a_function_that_exists() -> None:
    for mutant in mutants_of(str(people.__file__)):
        with applied(mutant):
            pass
    assert _has_left() is True


def test_the_same_seed_draws_the_same_mutants_of_all_packages() -> None:
    mutants = draw_mutants(300, seed=5)
    assert mutants == draw_mutants(300, seed=5) != draw_mutants(300, seed=6)
    assert {Path(mutant.path).relative_to(ROOT).parts[0] for mutant in mutants} == set(DECISIONS)


def test_only_worlds_that_go_through_its_line_are_tried() -> None:
    mutant = _turned_around()
    lines = {1: {(mutant.path, mutant.line)}, 2: {(mutant.path, mutant.line + 1)}, 3: {("elsewhere", mutant.line)}}
    assert worlds_through(mutant, lines=lines) == [1]


@pytest.mark.thorough
def test_a_world_notices_that_a_leaver_keeps_everything() -> None:
    assert try_mutant(_turned_around(), [1]).noticed_in == 1


def test_nothing_is_noticed_where_no_world_comes() -> None:
    assert try_mutant(_turned_around(), []).noticed_in is None


def test_the_share_that_was_noticed_is_named_with_those_that_were_not() -> None:
    mutant = _turned_around()
    noticed, missed = Tried(mutant=mutant, noticed_in=1, worlds=3), Tried(mutant=mutant, noticed_in=None, worlds=0)
    first, *further = told_of_mutants([noticed, missed])
    assert first.startswith("1 of 2 random mutants of decisions were noticed by worlds alone (50 %); 1 are in lines")
    assert further == [f"  not noticed: {mutant.where} {mutant.words}, in 0 worlds"]
