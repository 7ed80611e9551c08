"""A person out of a whole record, by the source's mapping."""

from collections.abc import Mapping

from dayone.contracts.hr.person_record import checked
from dayone.domain.mapping import FieldRule, mapped
from dayone.errors import Invalid


def person_in(record: object, *, rules: Mapping[str, FieldRule]) -> tuple[str, dict[str, str]]:
    """The person's id and the other attributes; raises Invalid with every mistake there is."""
    found = mapped(record, rules=rules)
    if found.problems:
        raise Invalid("this is not a person", findings=found.problems)
    if not found.attributes.get("id"):
        fields = " or ".join(rules["id"].fields) if "id" in rules else "id"
        raise Invalid("this is not a person", findings=(f"id: {fields} is missing or empty",))
    return checked(found.attributes)
