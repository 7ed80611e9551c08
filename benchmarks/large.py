"""Cost of reading the largest companies: everybody from the table, through the client that the functions have.

DynamoDB's answers are put under boto3 as the bytes that come from the network, so that signing, parsing and decoding
are all measured. The figure is a ratio of processor times within this run.
"""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import batched, chain
from typing import Any

from botocore.awsrequest import AWSResponse

from benchmarks.figures.measuring import Figure, least_seconds, report, wants_json
from benchmarks.planning import Company, Facts
from benchmarks.worlds.companies import accounts_as_json, people_as_json
from dayone.adapters.aws.clients import client
from dayone.adapters.dynamodb.mapping import applied_record, head_record, progress_record
from dayone.adapters.dynamodb.read_models import DynamoCompany
from dayone.adapters.dynamodb.table import DynamoTable
from dayone.adapters.dynamodb.writes import typed
from dayone.messages.codec import Record
from dayone.model.people import Person
from dayone.model.subject_state import FactVersion, Head, SourceRecord, SubjectState
from dayone.model.subjects import Principal, Resource, ResourceKind, ResourceOf, Subject, SubjectKind
from tests.builders import NOON, USER, attributes_in, confirmed

# What a subject costs does not depend on their number; each has as many memberships or assignments besides itself.
PEOPLE, ACCOUNTS, RESOURCES = 1_000, 100, 6
_A_CALL = 500
_ROUNDS = 8
_KINDS = (SubjectKind.PERSON, SubjectKind.ACCOUNT)
_CHANGE = "01JD9Z3W5K8M2Q4R6T7V9X1Y3Z"


def recorded(facts: Facts) -> Iterator[Record]:
    """Everything that the table has of these people and accounts."""
    for number, fact in enumerate(facts):
        is_person = isinstance(fact, Person)
        subject = Subject(SubjectKind.PERSON if is_person else SubjectKind.ACCOUNT, fact.id)
        head = Head(
            subject=subject,
            generation="3-6f1c9b0e4d2a",
            change=_CHANGE,
            fact=fact,
            policy_version=7,
            fingerprint=f"{number:064x}",
            has_access=is_person,
            revision=9,
        )
        head = replace(head, source_records=(_record_of(fact),)) if isinstance(fact, Person) else head
        yield from (head_record(head), progress_record(head))
        for resource in _resources(number, is_person=is_person):
            applied = confirmed(resource, attributes={"user_name": fact.email} if resource == USER else {})
            written = replace(
                applied,
                references={"id": f"{number:08x}-3b1c-4c39-a5b1-9b5f6e2d7c10"},
                operation=f"{subject}@{head.generation}/{number % 7}",
                change=_CHANGE,
                request_id=f"{number:08x}-7f8e-4f7f-8b3e-5d1d2c3b4a59",
                at=NOON,
                counted=True,
            )
            yield applied_record(written, of=ResourceOf(subject, resource))


def _record_of(person: Person) -> SourceRecord:
    version = FactVersion(at=NOON, digest="5b" * 32)
    return SourceRecord(source="standard", version=version, attributes=attributes_in(person))


def _resources(number: int, *, is_person: bool) -> Iterator[Resource]:
    if is_person:
        yield USER
    for each in range(RESOURCES):
        group = f"group-{(number + each * 31) % 500}"
        principal = Principal(group=group)
        yield (
            Resource(ResourceKind.MEMBERSHIP, group)
            if is_person
            else Resource(ResourceKind.ASSIGNMENT, f"Set{each}/{principal}")
        )


class Network:
    """DynamoDB's answers, as the bytes of their bodies."""

    def __init__(self, records: Iterable[Record]) -> None:
        ordered = sorted(records, key=lambda record: (record["pk"], record["sk"]))
        self._bodies: dict[tuple[str, str], bytes] = {}
        for partition in sorted({record["pk"] for record in ordered}):
            own = [record for record in ordered if record["pk"] == partition]
            starts = ["", *(own[last]["sk"] for last in range(_A_CALL - 1, len(own) - 1, _A_CALL))]
            for after, page in zip(starts, batched(own, _A_CALL, strict=False), strict=True):
                more = page[-1] is not own[-1]
                last = {"LastEvaluatedKey": typed({name: page[-1][name] for name in ("pk", "sk")})} if more else {}
                answer = {"Count": len(page), "Items": list(map(typed, page)), "ScannedCount": len(page), **last}
                self._bodies[partition, after] = json.dumps(answer, separators=(",", ":")).encode()

    def send(self, *, request: Any, **_: object) -> AWSResponse:  # noqa: ANN401
        """Answer a request instead of the network; see botocore's event `before-send`."""
        asked: Mapping[str, Any] = json.loads(request.body)
        after = asked.get("ExclusiveStartKey", {}).get("sk", {}).get("S", "")
        body = self._bodies.get((asked["ExpressionAttributeValues"][":v0"]["S"], after), b'{"Count":0,"Items":[]}')
        headers: Any = {"content-type": "application/x-amz-json-1.0"}
        return AWSResponse(request.url, 200, headers, _Body(body))

    def parse(self) -> object:
        """Parse the same bytes as JSON, and make nothing of them."""
        return [json.loads(body) for body in self._bodies.values()]


class _Body:
    """A body as urllib3 gives it to botocore."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, **_: object) -> Iterator[bytes]:
        """Yield all of it."""
        yield self._body


def everybody(company: DynamoCompany, *, number: int) -> Iterable[SubjectState]:
    """Read every subject of both kinds."""
    return chain.from_iterable(company.states(kind, after="", limit=number) for kind in _KINDS)


def figure_of_decoding() -> tuple[Figure, str]:
    """Return what a subject costs until it is a value of the domain, over parsing its bytes as JSON; and a note."""
    os.environ.update(AWS_ACCESS_KEY_ID="none", AWS_SECRET_ACCESS_KEY="none", AWS_DEFAULT_REGION="eu-west-1")
    facts = Company(people_as_json(PEOPLE), accounts_as_json(ACCOUNTS)).parsed()
    network, dynamodb = Network(recorded(facts)), client("dynamodb")
    events: Any = dynamodb.meta.events
    events.register("before-send.dynamodb.Query", network.send)
    company = DynamoCompany(DynamoTable(dynamodb, "state"))
    assert sum(len(state.applied) for state in everybody(company, number=len(facts))) == RESOURCES * len(facts) + PEOPLE
    tasks = {"parse": network.parse, "read": lambda: sum(1 for _ in everybody(company, number=len(facts)))}
    seconds = least_seconds(tasks, rounds=_ROUNDS)
    each = {name: spent / len(facts) * 1e6 for name, spent in seconds.items()}
    note = f"{len(facts):,} subjects: {each['parse']:.0f} us to parse one, {each['read']:.0f} us to read and decode it"
    return Figure("a subject read and decoded, to json.loads of its bytes", each["read"] / each["parse"], 4.0), note


def main() -> None:
    """Measure and report."""
    as_json = wants_json(__doc__ or "")
    figure, note = figure_of_decoding()
    report([figure], notes=[note], as_json=as_json)


if __name__ == "__main__":
    main()
