"""A person out of a whole record, by the source's mapping."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from dayone.errors import Invalid
from dayone.hr.connectors.person_record import FORGIVEN, PERSON_ID, checked
from dayone.hr.mapping import DAYS, mapped
from dayone.hr.merge import PAST_END, current_employment, stated_end
from dayone.model.hr_sources import FieldRule
from dayone.model.people import Status

_ATTRIBUTES = (
    *("id", "email", "given_name", "family_name", "user_name", "display_name"),
    *("department", "title", "team", "cost_centre", "location", "employment", "manager"),
    *sorted(DAYS),
    *("time_zone", "status"),
)
# The mapping of a record in which everything is called as it is here.
OWN_NAMES = {name: FieldRule(fields=(name,)) for name in _ATTRIBUTES}


class ReadPerson(NamedTuple):
    """A person's id, the other attributes, and the flaws of the record that were left aside.

    `refused` are the mistakes for which the record was refused: then the attributes are the end that it states.
    """

    id: str
    attributes: dict[str, str]
    flaws: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


def person_in(
    record: object,
    *,
    rules: Mapping[str, FieldRule],
    at: datetime,
    changed_at: datetime | None = None,
    is_end: bool = False,
    mistakes: Iterable[str] = (),
) -> ReadPerson:
    """Return the person in a record as it is at `at`; raise Invalid with every mistake.

    A record that states that somebody has left, or that comes with such a notice (`is_end`), needs only the id; of any
    other refused record, the end that it states counts. `changed_at` is the record's own time of change, if it has one;
    `mistakes` are those of the delivery around it.
    """
    result = mapped(record, rules=rules, at=at)
    attributes = {**result.attributes, **({"status": Status.ENDED.value} if is_end else {})}
    if _states_status(record, rules, at=at):
        attributes = current_employment(attributes, at=changed_at or at)
    problems = (*mistakes, *result.problems)
    try:
        return _whole(attributes, problems=problems, rules=rules)
    except Invalid as error:
        end = {} if attributes.get("status") == Status.ENDED else _end_alone(attributes, problems=problems)
        if not end:
            stated = attributes.get("id", "")
            error.person = stated if PERSON_ID.fullmatch(stated) else ""
            raise
        return ReadPerson(attributes["id"], end, refused=error.findings)


def _whole(attributes: Mapping[str, str], *, problems: tuple[str, ...], rules: Mapping[str, FieldRule]) -> ReadPerson:
    is_end = attributes.get("status") == Status.ENDED
    if any(not is_end and _name(problem) not in FORGIVEN for problem in problems):
        raise Invalid("the person is not valid", findings=problems)
    if not attributes.get("id"):
        fields = " or ".join(rules["id"].fields) if "id" in rules else "id"
        raise Invalid("the person is not valid", findings=(f"id: {fields} is missing or empty",))
    past = {PAST_END: attributes[PAST_END]} if PAST_END in attributes else {}
    person, clean, flaws = checked({name: text for name, text in attributes.items() if name != PAST_END})
    return ReadPerson(person, {**clean, **past}, (*problems, *flaws))


def _end_alone(attributes: Mapping[str, str], *, problems: Iterable[str]) -> dict[str, str]:
    """Return the end stated by a refused record; none if the person or the employment is unclear."""
    unclear = {"id", "status", "start_date"} & {_name(problem) for problem in problems}
    end = {} if unclear else stated_end(attributes)
    try:
        checked({"id": attributes.get("id", ""), **end})
    except Invalid:
        return {}
    return end


def _states_status(record: object, rules: Mapping[str, FieldRule], *, at: datetime) -> bool:
    """Return whether the status is in the record itself: a default is no information about this person."""
    stated = {"status": replace(rules["status"], default="")} if "status" in rules else {}
    return bool(mapped(record, rules=stated, at=at).attributes.get("status"))


def _name(problem: str) -> str:
    return problem.partition(":")[0]
