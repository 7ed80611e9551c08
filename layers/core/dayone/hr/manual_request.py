"""People sent to the API as manual entries: each in the format of the generic HR source, always complete."""

import json
from collections.abc import Mapping

from pydantic import ValidationError

from dayone.errors import Invalid, Malformed
from dayone.hr.connectors.person_record import PersonRecord
from dayone.messages.problems import findings_of

MOST_PEOPLE = 100

type Attributes = Mapping[str, str]


def parse_person(text: str, *, person: str) -> Attributes:
    """Return the attributes of one person as texts; raise Malformed if it is not JSON, Invalid with every mistake."""
    members = _object(text)
    if members.get("id", person) != person:
        raise Invalid(
            "the person differs from the one in the path", findings=("id: leave it out, or send the one in the path",)
        )
    return _attributes({**members, "id": person})


def read_people(text: str) -> Mapping[str, Attributes]:
    """Return the attributes of several people by id; raise Malformed or Invalid, and then none is recorded."""
    members = _object(text)
    people = members.get("people")
    if members.keys() != {"people"} or not isinstance(people, list) or not 1 <= len(people) <= MOST_PEOPLE:
        raise Invalid(f'send `{{"people": [...]}}` with 1 to {MOST_PEOPLE} of them')
    found: dict[str, Attributes] = {}
    findings: list[str] = []
    for number, pair in enumerate(people):
        try:
            attributes = _attributes(pair)
        except Invalid as error:
            findings += [f"people.{number}.{finding}" for finding in error.findings]
            continue
        if pair["id"] in found:
            findings.append(f"people.{number}.id: this id is there before")
        found[pair["id"]] = attributes
    if findings:
        raise Invalid("no person was recorded", findings=tuple(findings))
    return found


def _object(text: str) -> dict[str, object]:
    try:
        members = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Malformed("the body is not JSON: fix it") from error
    if not isinstance(members, dict):
        raise Malformed("the body is not a JSON object: send the members of a person")
    return members


def _attributes(members: object) -> Attributes:
    try:
        return PersonRecord.model_validate(members).attributes(only_given=False)
    except ValidationError as error:
        raise Invalid("the person is not valid", findings=findings_of(error)) from error
