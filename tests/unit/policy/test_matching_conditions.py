"""Single conditions on a person, and tags and OUs of an account selector; one sentence a case."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dayone.model.policy.rules import AccountSelector, Condition
from dayone.policy.matching import describes, fits, flips_at, holds, is_within, selects_account
from tests.builders import ACCOUNT_ID, HERE, NOON, a_person, an_account


def _title(any_of: str = "", none_of: str = "", *, present: bool | None = None) -> Condition:
    return Condition("title", any_of=tuple(any_of.split()), none_of=tuple(none_of.split()), present=present)


@pytest.mark.parametrize(
    ("case", "condition", "text", "expected"),
    [
        ("nothing asked is fulfilled by a text", _title(), "SRE", True),
        ("and by no text", _title(), "", True),
        ("one glob that fits", _title("Junior* SRE"), "SRE", True),
        ("no glob that fits", _title("Junior* SRE"), "VP", False),
        ("a text that is left out", _title(none_of="VP SRE"), "sre", False),
        ("a text that is not left out", _title(none_of="*Intern*"), "SRE", True),
        ("an empty text is not left out", _title(none_of="*"), "", True),
        ("in and not left out", _title("*SRE*", "*Intern*"), "Senior SRE", True),
        ("in but left out", _title("*SRE*", "*Intern*"), "SRE Intern", False),
        ("not left out but not in", _title("*SRE*", "*Intern*"), "VP", False),
        ("an empty text is never in", _title("*", "*Intern*"), "", False),
        ("there, as asked", _title(present=True), "SRE", True),
        ("not there, but asked for", _title(present=True), "", False),
        ("not there, as asked", _title(present=False), "", True),
        ("there, but asked not to be", _title(present=False), "SRE", False),
        ("there and not left out", _title(none_of="VP", present=True), "SRE", True),
        ("there but left out", _title(none_of="SRE", present=True), "SRE", False),
    ],
)
def test_conditions_on_a_text(case: str, condition: Condition, text: str, *, expected: bool) -> None:
    assert fits(condition, text) is expected, case
    assert holds(condition, a_person(title=text), now=NOON) is expected, case


@pytest.mark.parametrize("attribute", ["id", "user_name", "email", "given_name", "family_name", "time_zone"])
def test_every_attribute_can_be_asked_about(attribute: str) -> None:
    person = a_person()
    said = getattr(person, attribute)
    assert holds(Condition(attribute, any_of=(said.upper(),)), person, now=NOON)
    assert not holds(Condition(attribute, none_of=(said,)), person, now=NOON)


def _start(*, reached: int | None = None, not_reached: int | None = None, present: bool | None = None) -> Condition:
    return Condition("start_date", reached=reached, not_reached=not_reached, present=present)


_TODAY, _TOMORROW, _LAST_MONTH = date(2026, 11, 23), date(2026, 11, 24), date(2026, 10, 24)


@pytest.mark.parametrize(
    ("case", "condition", "day", "expected"),
    [
        ("the day itself is reached", _start(reached=0), _TODAY, True),
        ("the day before is not", _start(reached=0), _TOMORROW, False),
        ("one day ahead is reached the day before", _start(reached=-1), _TOMORROW, True),
        ("thirty days on are reached on the thirtieth", _start(reached=30), _LAST_MONTH, True),
        ("thirty-one are not", _start(reached=31), _LAST_MONTH, False),
        ("without a date nothing is reached", _start(reached=0), None, False),
        ("not even long before", _start(reached=-3650), None, False),
        ("the day itself is not unreached", _start(not_reached=0), _TODAY, False),
        ("the day before is", _start(not_reached=0), _TOMORROW, True),
        ("the thirtieth day is not before thirty days", _start(not_reached=30), _LAST_MONTH, False),
        ("it is before thirty-one", _start(not_reached=31), _LAST_MONTH, True),
        ("without a date everything is unreached", _start(not_reached=0), None, True),
        ("between the two", _start(reached=0, not_reached=31), _LAST_MONTH, True),
        ("before both", _start(reached=0, not_reached=31), _TOMORROW, False),
        ("after both", _start(reached=0, not_reached=30), _LAST_MONTH, False),
        ("there, as asked", _start(present=True), _TODAY, True),
        ("not there, but asked for", _start(present=True), None, False),
        ("not there, as asked", _start(present=False), None, True),
        ("there, but asked not to be", _start(present=False), _TODAY, False),
        ("the last day there is stands for none", _start(present=False), date.max, True),
        ("and is never reached", _start(reached=-3650), date.max, False),
        ("days beyond the calendar are never reached", _start(reached=3650), date(9999, 1, 1), False),
        ("days before the calendar have been", _start(reached=-3650), date(1, 1, 1), True),
    ],
)
def test_conditions_on_a_date(case: str, condition: Condition, day: date | None, *, expected: bool) -> None:
    assert holds(condition, a_person(start_date=day), now=NOON) is expected, case


@pytest.mark.parametrize(
    ("zone", "flip"),
    [
        ("UTC", "2026-11-24T00:00:00+00:00"),
        ("Pacific/Kiritimati", "2026-11-23T10:00:00+00:00"),
        ("America/Los_Angeles", "2026-11-24T08:00:00+00:00"),
    ],
)
def test_a_date_is_reached_at_midnight_where_the_person_is(zone: str, flip: str) -> None:
    person = a_person(start_date=_TOMORROW, time_zone=zone)
    (moment,) = flips_at(_start(reached=0), person)
    assert moment == datetime.fromisoformat(flip)


_days = st.none() | st.integers(-60, 60)


@given(reached=_days, not_reached=_days, present=st.none() | st.booleans(), hours=st.integers(-2000, 2000))
def test_a_condition_turns_only_where_it_says_it_flips(
    *, reached: int | None, not_reached: int | None, present: bool | None, hours: int
) -> None:
    person = a_person(start_date=_TODAY, time_zone="Europe/Berlin")
    condition = _start(reached=reached, not_reached=not_reached, present=present)
    at = datetime.fromtimestamp(NOON.timestamp() + hours * 3600, tz=NOON.tzinfo)
    later = datetime.fromtimestamp(at.timestamp() + 3600, tz=NOON.tzinfo)
    if holds(condition, person, now=at) is not holds(condition, person, now=later):
        assert any(at < flip <= later for flip in flips_at(condition, person))


def _tag(key: str, any_of: str = "", none_of: str = "", *, present: bool | None = None) -> AccountSelector:
    condition = Condition(key, any_of=tuple(any_of.split()), none_of=tuple(none_of.split()), present=present)
    return AccountSelector(HERE, tags=(condition,))


@pytest.mark.parametrize(
    ("case", "selector", "expected"),
    [
        ("a value that is not left out", _tag("env", none_of="prod"), True),
        ("a value that is left out", _tag("env", none_of="D*"), False),
        ("a tag it has not is not left out", _tag("team", none_of="*"), True),
        ("a tag it has is present", _tag("env", present=True), True),
        ("a tag it has not is not", _tag("team", present=True), False),
        ("a tag it has not is absent", _tag("team", present=False), True),
        ("a tag without a value is present", _tag("frozen", present=True), True),
        ("a tag without a value has any value", _tag("frozen", "*"), True),
        ("a tag without a value has no value in particular", _tag("frozen", "yes"), False),
    ],
)
def test_tags(case: str, selector: AccountSelector, *, expected: bool) -> None:
    account = an_account(tags={"env": "dev", "frozen": ""})
    assert describes(selector, account) is expected, case


_CHAIN = ("ou-ab12-workload", "ou-ab12-devdevde")


@pytest.mark.parametrize(
    ("case", "ou_id", "chain", "expected"),
    [
        ("the unit it is in", "ou-ab12-devdevde", _CHAIN, True),
        ("a unit further up is not", "ou-ab12-workload", _CHAIN, False),
        ("a unit further up with all below it is", "ou-ab12-workload/**", _CHAIN, True),
        ("the unit itself with all below it is", "ou-ab12-devdevde/**", _CHAIN, True),
        ("another unit is not", "ou-ab12-sandboxe/**", _CHAIN, False),
        ("in the root there is none", "ou-ab12-devdevde", (), False),
    ],
)
def test_ou_ids(case: str, ou_id: str, chain: tuple[str, ...], *, expected: bool) -> None:
    assert is_within(ou_id, chain) is expected, case


def test_an_exception_describes_the_management_account_like_any_other() -> None:
    management = an_account(is_management=True)
    selector = AccountSelector(HERE, ids=(ACCOUNT_ID,))
    assert describes(selector, management)
    assert not selects_account(selector, management)
