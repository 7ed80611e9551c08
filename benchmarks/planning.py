"""Cost of planning: one person in companies of any size, and a company of 100,000 people and 5,000 accounts.

All figures are ratios of processor times, or of memory, within this run.
"""

import json
import tracemalloc
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from itertools import batched
from typing import Any

from pydantic import TypeAdapter

from benchmarks.figures.measuring import Figure, least_seconds, report, wants_json
from benchmarks.worlds.companies import accounts_as_json, people_as_json, policy_of
from dayone.adapters.dynamodb.mapping import head_record, progress_record
from dayone.adapters.dynamodb.read_models import DynamoCompany
from dayone.adapters.dynamodb.table import DynamoTable
from dayone.adapters.dynamodb.writes import plain_record, typed
from dayone.hr.connectors.standard import PersonEvent
from dayone.hr.merge import attributes_of, merged_person, source_record, taken_in
from dayone.lookups import walk_company
from dayone.model.accounts import Account
from dayone.model.guardrails import Tally
from dayone.model.hr_sources import HrRules
from dayone.model.operations import Applied
from dayone.model.people import Person
from dayone.model.policy.rules import Policy
from dayone.model.subject_state import Head, SubjectState
from dayone.model.subjects import Resource, Subject, SubjectKind
from dayone.planning.compiled_rules import Selection
from dayone.planning.evaluation import PolicyEvaluator, diff_recorded_state
from dayone.preview.builder import PreviewBuilder
from dayone.preview.preview import LISTED

PEOPLE, ACCOUNTS, GROUPS, ASSIGNMENTS = 100_000, 5_000, 500, 1_000
FEW_PEOPLE = 1_000
# As many as are read from the table, in answers of so many records: what each costs does not depend on their number.
READ_PEOPLE, READ_ACCOUNTS, A_CALL = 10_000, 500, 500
ROUNDS = 4
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
_RULES = HrRules()
_ACCOUNT = TypeAdapter(Account)

type Facts = list[Person | Account]


@dataclass(frozen=True)
class Company:
    """Facts as they come, as JSON."""

    people: list[bytes]
    accounts: list[bytes]

    def parsed(self) -> Facts:
        """Return the facts as Day One receives them."""
        people = map(_person_in, self.people)
        accounts = (_ACCOUNT.validate_json(data) for data in self.accounts)
        return [*people, *accounts]


def _person_in(body: bytes) -> Person:
    """Return the person in the body of a delivery, as the webhook reads it and the planner resolves it."""
    event = PersonEvent.model_validate_json(body)
    record = source_record(event.data.attributes(only_given=False), source="standard", at=event.timestamp)
    attributes = attributes_of(taken_in(record, records=()), rules=_RULES)
    email = attributes["email"]
    return merged_person(event.data.id, attributes, user_name=attributes["user_name"] or email, email=email)


def new(facts: Iterable[Person | Account]) -> Iterator[SubjectState]:
    """Everybody as they are before the first policy: nobody has anything."""
    for fact in facts:
        kind = SubjectKind.PERSON if isinstance(fact, Person) else SubjectKind.ACCOUNT
        yield SubjectState(Head(subject=Subject(kind, fact.id), fact=fact))


def settled(states: Iterable[SubjectState], *, policy: Policy) -> Iterator[SubjectState]:
    """Everybody with what the policy gives them."""
    evaluator, alike = PolicyEvaluator(policy, NOW, Selection(policy)), dict[Resource, Applied]()
    for state in states:
        applied = {}
        for resource, wanted in evaluator.desired(state, fact=state.head.fact).resources.items():
            own = Applied(resource=resource, attributes=wanted.attributes)
            applied[resource] = own if wanted.attributes else alike.setdefault(resource, own)
        yield SubjectState(state.head, applied)


def planned(states: Iterable[SubjectState], *, policy: Policy) -> object:
    """Plan all subjects and return the preview."""
    builder = PreviewBuilder(evaluator=PolicyEvaluator(policy, NOW, Selection(policy)), most=LISTED)
    for state in states:
        builder.add(state)
    return builder.preview(Tally())


def one_person(states: list[SubjectState], *, policy: Policy) -> Callable[[], object]:
    """Plan the same few people, taken out of all of these."""
    existing = {state.head.subject.name: state for state in states}
    evaluator = PolicyEvaluator(policy, NOW, Selection(policy))
    sample = [f"e-{number:06}" for number in range(0, FEW_PEOPLE, 5)] * 10
    return lambda: [diff_recorded_state(existing[name], evaluator=evaluator) and None for name in sample]


def figures_of_time(company: Company, *, policy: Policy) -> tuple[list[Figure], dict[str, float]]:
    """Everything that is a ratio of times, and the times."""
    facts = company.parsed()
    people, accounts = list(new(facts[:PEOPLE])), list(new(facts[PEOPLE:]))
    everybody = [*people, *accounts]
    half = policy_of(groups=GROUPS // 2, assignments=ASSIGNMENTS // 2)
    seconds = least_seconds(
        {
            "parse": company.parsed,
            "plan, new": partial(planned, everybody, policy=policy),
            "plan, settled": partial(planned, list(settled(everybody, policy=policy)), policy=policy),
            "plan half the people": partial(planned, [*people[: PEOPLE // 2], *accounts], policy=policy),
            "plan half the accounts": partial(planned, [*people, *accounts[: ACCOUNTS // 2]], policy=policy),
            "plan half the rules": partial(planned, everybody, policy=half),
            "one of few": one_person(people[:FEW_PEOPLE], policy=policy),
            "one of many": one_person(people, policy=policy),
        },
        rounds=ROUNDS,
    )
    whole = seconds["plan, new"]
    return [
        Figure("one_person_of_100000_to_one_of_1000", seconds["one of many"] / seconds["one of few"], 1.3),
        Figure("company_where_all_is_new_to_parsing_it", whole / seconds["parse"], 2.0),
        Figure("company_where_all_is_done_to_parsing_it", seconds["plan, settled"] / seconds["parse"], 2.0),
        Figure("twice_the_people", whole / seconds["plan half the people"], 2.2),
        Figure("twice_the_accounts", whole / seconds["plan half the accounts"], 2.2),
        Figure("twice_the_rules", whole / seconds["plan half the rules"], 2.2),
    ], seconds


class Answers:
    """DynamoDB's answers to whoever goes through a company, as the bytes that boto3 reads them from."""

    def __init__(self, states: Iterable[SubjectState]) -> None:
        self._places: dict[str, list[str]] = {}
        self._bodies: dict[str, list[bytes]] = {}
        heads = [replace(state.head, revision=1) for state in states]
        records = [record for head in heads for record in (head_record(head), progress_record(head))]
        for record in sorted(records, key=lambda record: (record["pk"], record["sk"])):
            self._places.setdefault(record["pk"], []).append(record["sk"])
            self._bodies.setdefault(record["pk"], []).append(json.dumps(typed(record)).encode())

    def query(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401
        """See DynamoDB."""
        partition, start = request["ExpressionAttributeValues"][":v0"]["S"], request.get("ExclusiveStartKey")
        places = self._places.get(partition, [])
        first = bisect_right(places, start["sk"]["S"]) if start else 0
        last = first + request["Limit"]
        items = json.loads(b"[%s]" % b",".join(self._bodies.get(partition, [])[first:last]))
        more = {"LastEvaluatedKey": {name: items[-1][name] for name in ("pk", "sk")}} if last < len(places) else {}
        return {"Items": items, **more}

    def read(self) -> object:
        """Read everything in calls of the same size, and make nothing of it."""
        calls = (batch for bodies in self._bodies.values() for batch in batched(bodies, A_CALL, strict=False))
        return [list(map(plain_record, json.loads(b"[%s]" % b",".join(call)))) for call in calls]


def figures_of_reading(company: Company, *, policy: Policy) -> tuple[list[Figure], dict[str, float]]:
    """Return what the planner and the preview run: everybody read from the table, decoded and planned."""
    facts = company.parsed()
    whole, half = Answers(new(facts)), Answers(new(facts[::2]))

    def everybody(answers: Any) -> object:  # noqa: ANN401 - as much of a client as it needs
        walk = walk_company(policy, company=DynamoCompany(DynamoTable(answers, "state")))
        return planned(walk, policy=policy)

    seconds = least_seconds(
        {
            "parse the same": company.parsed,
            "read": whole.read,
            "read, decode and plan": partial(everybody, whole),
            "the same for half": partial(everybody, half),
        },
        rounds=ROUNDS,
    )
    through = seconds["read, decode and plan"]
    return [
        Figure(
            "company_read_and_planned_to_parsing_and_reading_it",
            through / (seconds["parse the same"] + seconds["read"]),
            2.5,
        ),
        Figure("twice_the_records", through / seconds["the same for half"], 2.2),
    ], seconds


def figure_of_memory(company: Company, *, policy: Policy) -> Figure:
    """Return the peak memory while the company is planned, its facts included, over the facts alone."""
    tracemalloc.start()
    facts = company.parsed()
    alone, _ = tracemalloc.get_traced_memory()
    tracemalloc.reset_peak()
    planned(new(facts), policy=policy)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return Figure("memory_to_that_of_its_facts", most / alone, 2.0)


def main() -> None:
    """Measure and report."""
    as_json = wants_json(__doc__ or "")
    company = Company(people_as_json(PEOPLE), accounts_as_json(ACCOUNTS))
    policy = policy_of(groups=GROUPS, assignments=ASSIGNMENTS)
    figures, seconds = figures_of_time(company, policy=policy)
    read = Company(company.people[:READ_PEOPLE], company.accounts[:READ_ACCOUNTS])
    of_reading, seconds_of_reading = figures_of_reading(read, policy=policy)
    figures += [*of_reading, figure_of_memory(company, policy=policy)]
    notes = [
        f"{PEOPLE:,} people, {ACCOUNTS:,} accounts, {GROUPS} groups, {ASSIGNMENTS:,} assignment rules",
        ", ".join(f"{name} {spent:.3f} s" for name, spent in {**seconds, **seconds_of_reading}.items()),
    ]
    report(figures, notes=notes, as_json=as_json)


if __name__ == "__main__":
    main()
