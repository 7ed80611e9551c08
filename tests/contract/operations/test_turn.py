"""The port Turn, in memory and over DynamoDB alike."""

from datetime import timedelta

from dayone.ports.operations import Learned, Lowered
from tests.contract.state_ports import StatePorts
from tests.contract.state_samples import NOW

pytest_plugins = ("tests.contract.state_fixtures",)

_LONG = timedelta(seconds=15)
_LEARNED = Learned(since=NOW, lowered={"sso-admin": Lowered(13.3, NOW), "assignment": Lowered(9.6, NOW + _LONG)})


def test_one_holder_has_it_at_a_time(ports: StatePorts) -> None:
    assert ports.turn.take("a", now=NOW, until=NOW + _LONG)
    assert not ports.turn.take("b", now=NOW, until=NOW + _LONG)


def test_its_holder_goes_on_having_it(ports: StatePorts) -> None:
    assert ports.turn.take("a", now=NOW, until=NOW + _LONG)
    assert ports.turn.take("a", now=NOW + _LONG, until=NOW + 2 * _LONG)
    assert not ports.turn.take("b", now=NOW + 2 * _LONG, until=NOW + 3 * _LONG)


def test_it_is_free_when_it_was_given_back(ports: StatePorts) -> None:
    assert ports.turn.take("a", now=NOW, until=NOW + _LONG)
    ports.turn.give_back("a")
    assert ports.turn.take("b", now=NOW, until=NOW + _LONG)


def test_it_is_free_when_its_holder_no_longer_says_so(ports: StatePorts) -> None:
    assert ports.turn.take("a", now=NOW, until=NOW + _LONG)
    assert ports.turn.take("b", now=NOW + 2 * _LONG, until=NOW + 3 * _LONG)


def test_a_holder_believed_dead_does_not_give_back_what_is_anothers(ports: StatePorts) -> None:
    assert ports.turn.take("a", now=NOW, until=NOW + _LONG)
    assert ports.turn.take("b", now=NOW + 2 * _LONG, until=NOW + 3 * _LONG)
    ports.turn.give_back("a")
    assert not ports.turn.take("c", now=NOW + 2 * _LONG, until=NOW + 3 * _LONG)


def test_what_a_holder_has_learned_is_there_for_the_next(ports: StatePorts) -> None:
    assert ports.turn.learned() is None
    assert ports.turn.take("a", now=NOW, until=NOW + _LONG)
    ports.turn.give_back("a", learned=_LEARNED)
    assert ports.turn.take("b", now=NOW, until=NOW + _LONG)
    assert ports.turn.learned() == _LEARNED


def test_what_was_learned_is_there_although_its_holder_has_died(ports: StatePorts) -> None:
    assert ports.turn.take("a", now=NOW, until=NOW + _LONG)
    assert ports.turn.take("a", now=NOW, until=NOW + _LONG, learned=_LEARNED)
    assert ports.turn.take("b", now=NOW + 2 * _LONG, until=NOW + 3 * _LONG)
    ports.turn.give_back("b")
    assert ports.turn.learned() == _LEARNED


def test_what_is_learned_anew_takes_the_place_of_what_was(ports: StatePorts) -> None:
    assert ports.turn.take("a", now=NOW, until=NOW + _LONG, learned=_LEARNED)
    ports.turn.give_back("a", learned=Learned(since=NOW))
    assert ports.turn.learned() == Learned(since=NOW)


def test_a_holder_believed_dead_does_not_overwrite_what_others_have_learned(ports: StatePorts) -> None:
    assert ports.turn.take("a", now=NOW, until=NOW + _LONG)
    assert ports.turn.take("b", now=NOW + 2 * _LONG, until=NOW + 3 * _LONG, learned=_LEARNED)
    ports.turn.give_back("a", learned=Learned(since=NOW))
    assert ports.turn.learned() == _LEARNED
