"""Plans of the whole company in DynamoDB: a partition for each, which DynamoDB removes after an hour."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from boto3.dynamodb.conditions import Attr, Key

from dayone.adapters.dynamodb.keys import HEAD, RecordKey
from dayone.adapters.dynamodb.table import DynamoTable
from dayone.adapters.dynamodb.writes import IS_NEW, Put, Update
from dayone.errors import Conflicting, NotFound, TooLarge
from dayone.messages.codec import decode, encode, stamp
from dayone.model.policy.company_plans import PREPARATION, CompanyPlan, PlanState, PlanStep

_REQUEST, _RESULT, _PACKED, _EXPIRES = "REQUEST", "RESULT", "packed", "expires_at"
_STEP, _CONTENT = "STEP#", "CONTENT#"
# DynamoDB takes 400 KB in a record, its names and the other attributes included.
_MOST_BYTES = 390_000


class DynamoCompanyPlans:
    """The port CompanyPlans."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset(
        {"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"}
    )

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def add(self, plan: CompanyPlan, *, request: bytes) -> None:
        """See CompanyPlans."""
        # Whoever finds the plan finds its request.
        self._put(plan, _REQUEST, {_PACKED: _bounded(request)})
        self._put(plan, HEAD, encode(plan))

    def find(self, plan: str, *, now: datetime) -> CompanyPlan | None:
        """See CompanyPlans."""
        record = self._table.get(_key(plan, HEAD))
        # DynamoDB deletes what has expired some time later, up to two days. Source: DynamoDB Developer Guide, TTL.
        found = decode(CompanyPlan, record) if record else None
        return found if found and now < found.expires_at else None

    def request(self, plan: str) -> bytes:
        """See CompanyPlans."""
        return self._packed(plan, _REQUEST)

    def keep(self, plan: CompanyPlan, step: PlanStep, *, content: bytes) -> PlanStep:
        """See CompanyPlans."""
        name = _named(step.portion, step.number)
        # With the step, so that of two who take it at once one counts for both; and without it, to be read often.
        found = self._record(plan, f"{_CONTENT}{name}", {**encode(step), _PACKED: _bounded(content)})
        if not self._table.write(Put(found, condition=IS_NEW), what=f"keeping a step of plan {plan.id}"):
            step = self._kept_first(plan, name)
        self._put(plan, f"{_STEP}{name}", encode(step))
        return step

    def step(self, plan: str, *, portion: int, number: int) -> PlanStep | None:
        """See CompanyPlans."""
        record = self._table.get(_key(plan, f"{_STEP}{_named(portion, number)}"))
        return decode(PlanStep, record) if record else None

    def steps(self, plan: str) -> Sequence[PlanStep]:
        """See CompanyPlans."""
        return [decode(PlanStep, record) for record in self._under(plan, _STEP)]

    def content(self, plan: str, *, portion: int, number: int) -> bytes:
        """See CompanyPlans."""
        return self._packed(plan, f"{_CONTENT}{_named(portion, number)}")

    def contents(self, plan: str) -> Iterator[bytes]:
        """See CompanyPlans."""
        prepared = f"{_CONTENT}{_named(PREPARATION, 0)}"
        yield from (bytes(record[_PACKED]) for record in self._under(plan, _CONTENT) if record["sk"] != prepared)

    def end(self, plan: CompanyPlan, *, state: PlanState, at: datetime, reason: str = "", result: bytes = b"") -> None:
        """See CompanyPlans."""
        if result:
            self._put(plan, _RESULT, {_PACKED: _bounded(result)})
        put = {"state": encode(state), "ended_at": stamp(at), **({"reason": reason} if reason else {})}
        is_running = Attr("state").eq(encode(PlanState.RUNNING))
        self._table.write(Update(_key(plan.id, HEAD), put=put, condition=is_running), what=f"ending plan {plan.id}")

    def result(self, plan: str) -> bytes:
        """See CompanyPlans."""
        return self._packed(plan, _RESULT)

    def _kept_first(self, plan: CompanyPlan, name: str) -> PlanStep:
        record = self._table.get(_key(plan.id, f"{_CONTENT}{name}"))
        if record is None:
            raise Conflicting(f"step {name} of plan {plan.id} was there and is not")
        return decode(PlanStep, record)

    def _packed(self, plan: str, name: str) -> bytes:
        record = self._table.get(_key(plan, name))
        if record is None:
            raise NotFound(f"plan {plan} has no record {name}: it is over an hour old")
        return bytes(record[_PACKED])

    def _under(self, plan: str, prefix: str) -> Iterator[Mapping[str, Any]]:
        # A page is a megabyte at most: some of them are in memory, not all.
        return self._table.query(Key("pk").eq(_key(plan, "").pk) & Key("sk").begins_with(prefix))

    def _put(self, plan: CompanyPlan, name: str, record: Mapping[str, Any]) -> None:
        self._table.write(Put(self._record(plan, name, record)), what=f"keeping plan {plan.id}")

    @staticmethod
    def _record(plan: CompanyPlan, name: str, record: Mapping[str, Any]) -> dict[str, Any]:
        return {**_key(plan.id, name)._asdict(), **record, _EXPIRES: int(plan.expires_at.timestamp())}


def _key(plan: str, name: str) -> RecordKey:
    return RecordKey(f"PLAN#{plan}", name)


def _named(portion: int, number: int) -> str:
    return f"{portion - PREPARATION:04d}#{number:05d}"


def _bounded(packed: bytes) -> bytes:
    if len(packed) > _MOST_BYTES:
        raise TooLarge(f"a part of a plan has more than {_MOST_BYTES:,} bytes")
    return packed
