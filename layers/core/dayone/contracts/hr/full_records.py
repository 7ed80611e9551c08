"""A person out of a whole record, by the source's mapping."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from dayone.contracts.hr.leniency import FORGIVEN
from dayone.contracts.hr.person_record import checked
from dayone.domain.employments import PAST_END, current_employment
from dayone.domain.mapping import FieldRule, mapped
from dayone.domain.people import Status
from dayone.domain.stated_ends import stated_end
from dayone.errors import Invalid


class ReadPerson(NamedTuple):
    """A person's id, the other attributes, and the flaws of the record that were left aside."""

    id: str
    attributes: dict[str, str]
    flaws: tuple[str, ...] = ()


def person_in(
    record: object,
    *,
    rules: Mapping[str, FieldRule],
    at: datetime,
    changed_at: datetime | None = None,
    is_end: bool = False,
) -> ReadPerson:
    """The person in a record as it is at `at`; raises Invalid with every mistake there is.

    A record that says that somebody has left, or that comes with the word that they have (`is_end`), needs only the id.
    `changed_at` is when the record came to be so, where it says that.
    """
    found = mapped(record, rules=rules, at=at)
    attributes = {**found.attributes, **({"status": Status.ENDED.value} if is_end else {})}
    is_end = attributes.get("status") == Status.ENDED
    if any(not is_end and _name(problem) not in FORGIVEN for problem in found.problems):
        raise Invalid("the person is not valid", findings=found.problems)
    if not attributes.get("id"):
        fields = " or ".join(rules["id"].fields) if "id" in rules else "id"
        raise Invalid("the person is not valid", findings=(f"id: {fields} is missing or empty",))
    states_status = _states_status(record, rules, at=at)
    attributes = current_employment(attributes, states_status=states_status, at=changed_at or at)
    past = attributes.pop(PAST_END, "")
    person, clean, flaws = checked(attributes)
    return ReadPerson(person, {**clean, **({PAST_END: past} if past else {})}, (*found.problems, *flaws))


def end_in(record: object, *, rules: Mapping[str, FieldRule], at: datetime) -> ReadPerson | None:
    """The end that a record states which `person_in` refuses, or None."""
    found = mapped(record, rules=rules, at=at)
    end = stated_end(found.attributes)
    unclear = {_name(problem) for problem in found.problems} & {"id", "status", "start_date"}
    if not end or (unclear and end.get("status") != Status.ENDED):
        return None
    try:
        return ReadPerson(*checked({"id": found.attributes.get("id", ""), **end}))
    except Invalid:
        return None


def _states_status(record: object, rules: Mapping[str, FieldRule], *, at: datetime) -> bool:
    """Whether the status is in the record itself: a default says nothing about this person."""
    stated = {"status": replace(rules["status"], default="")} if "status" in rules else {}
    return bool(mapped(record, rules=stated, at=at).attributes.get("status"))


def _name(problem: str) -> str:
    return problem.partition(":")[0]
