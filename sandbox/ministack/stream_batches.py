"""Decides what becomes of a batch of DynamoDB stream records when the function fails: retried, halved or given up.

The rules are those of https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html and of
https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html.
"""

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self

type Record = Mapping[str, Any]
type Answer = Mapping[str, Any]


class Function(Protocol):
    """Receiver of a batch."""

    def invoke(self, records: Sequence[Record]) -> Answer:
        """Return `{"error": True}` when the call failed, else `{"body": <what the function returned>}`."""

    def give_up(self, records: Sequence[Record], *, answer: Answer, condition: str) -> None:
        """Tell the mapping's failure destination that these records were dropped."""

    def pause(self, failures: int) -> bool:
        """Wait before the next try; answers whether the mapping is still there and enabled."""


@dataclass(frozen=True, kw_only=True)
class FailureRules:
    """A mapping's settings for what happens after an error."""

    retries: float = math.inf
    age_seconds: float = math.inf
    bisect: bool = False
    reports_failures: bool = False

    @classmethod
    def of(cls, mapping: Mapping[str, Any]) -> Self:
        """Read them from an event source mapping; -1 means without limit there."""
        return cls(
            retries=_limit(mapping.get("MaximumRetryAttempts")),
            age_seconds=_limit(mapping.get("MaximumRecordAgeInSeconds")),
            bisect=str(mapping.get("BisectBatchOnFunctionError")).lower() == "true",
            reports_failures="ReportBatchItemFailures" in (mapping.get("FunctionResponseTypes") or ()),
        )


def deliver(batch: Sequence[Record], *, function: Function, rules: FailureRules) -> bool:
    """Deliver a batch in order until each record is done with; False when the mapping was switched off before."""
    waiting = [(batch, 0)]
    while waiting:
        records, retried = waiting.pop()
        answer = function.invoke(records)
        rest = records[first_failure(records, answer=answer, rules=rules) :]
        if not rest:
            continue
        if condition := _end_of_patience(rest, retried=retried, rules=rules):
            function.give_up(rest, answer=answer, condition=condition)
            continue
        waiting.extend(_next_tries(rest, shrunk=len(rest) < len(records), retried=retried, rules=rules))
        if not function.pause(retried):
            return False
    return True


def first_failure(records: Sequence[Record], *, answer: Answer, rules: FailureRules) -> int:
    """Return the index of the first record to deliver again, or their number when all went well."""
    if answer.get("error"):
        return 0
    body = answer.get("body")
    if not rules.reports_failures or not body:
        return len(records)
    failures = (body.get("batchItemFailures") or []) if isinstance(body, dict) else [{}]
    positions = {record["dynamodb"]["SequenceNumber"]: index for index, record in enumerate(records)}
    # A failure that names no record of the batch fails the whole batch.
    return min((positions.get(failure.get("itemIdentifier"), 0) for failure in failures), default=len(records))


def _end_of_patience(rest: Sequence[Record], *, retried: int, rules: FailureRules) -> str | None:
    oldest = min(float(record["dynamodb"]["ApproximateCreationDateTime"]) for record in rest)
    if time.time() - oldest > rules.age_seconds:
        return "MaxRecordAgeExceeded"
    can_split = rules.bisect and len(rest) > 1  # splitting does not count as a retry
    return "RetryAttemptsExhausted" if retried >= rules.retries and not can_split else None


def _next_tries(
    rest: Sequence[Record], *, shrunk: bool, retried: int, rules: FailureRules
) -> list[tuple[Sequence[Record], int]]:
    if not rules.bisect or len(rest) == 1:
        return [(rest, retried + 1)]
    if shrunk:  # the function has split the batch itself, at the failure it reported
        return [(rest, retried)]
    middle = (len(rest) + 1) // 2
    return [(rest[middle:], retried), (rest[:middle], retried)]  # the last is the next


def _limit(setting: object) -> float:
    return math.inf if setting is None or int(str(setting)) < 0 else int(str(setting))
