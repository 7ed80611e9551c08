"""Retries of a batch of stream records when the function fails, one sentence per case."""

import time
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from sandbox.ministack.stream_batches import Answer, FailureRules, Record, deliver

type Reply = Callable[[list[str]], Answer]


def record(name: str, *, age: float = 0.0) -> Record:
    return {"dynamodb": {"SequenceNumber": name, "ApproximateCreationDateTime": time.time() - age}}


def names(records: Sequence[Record]) -> list[str]:
    return [each["dynamodb"]["SequenceNumber"] for each in records]


class ScriptedFunction:
    """Replies as told, and remembers what it was given and what was given up."""

    def __init__(self, reply: Reply, *, disabled_after: int = 100) -> None:
        self.calls: list[list[str]] = []
        self.given_up: list[tuple[str, list[str]]] = []
        self._reply = reply
        self._disabled_after = disabled_after

    def invoke(self, records: Sequence[Record]) -> Answer:
        self.calls.append(names(records))
        return self._reply(names(records))

    def give_up(self, records: Sequence[Record], *, answer: Answer, condition: str) -> None:
        assert answer is not None
        self.given_up.append((condition, names(records)))

    def pause(self, failures: int) -> bool:
        assert failures >= 0
        return len(self.calls) < self._disabled_after


def raises_for(poison: str) -> Reply:
    return lambda batch: {"error": poison in batch, "body": None}


def reports(*failed: str | None) -> Reply:
    def reply(batch: list[str]) -> Answer:
        found = [name for name in failed if name in batch or name not in set("abcdef")]
        return {"body": {"batchItemFailures": [{"itemIdentifier": name} for name in found]}}

    return reply


def delivered(function: ScriptedFunction, rules: FailureRules) -> bool:
    return deliver([record(name) for name in "abcd"], function=function, rules=rules)


def test_a_batch_that_succeeds_is_delivered_once() -> None:
    function = ScriptedFunction(raises_for("none"))
    assert delivered(function, FailureRules())
    assert (function.calls, function.given_up) == ([list("abcd")], [])


def test_a_batch_that_fails_is_tried_whole_until_the_retries_are_used_up() -> None:
    function = ScriptedFunction(raises_for("c"))
    assert delivered(function, FailureRules(retries=2))
    assert function.calls == [list("abcd")] * 3
    assert function.given_up == [("RetryAttemptsExhausted", list("abcd"))]


def test_bisecting_does_not_count_as_a_retry_and_keeps_the_order() -> None:
    function = ScriptedFunction(raises_for("c"))
    assert delivered(function, FailureRules(retries=1, bisect=True))
    assert ["".join(call) for call in function.calls] == ["abcd", "ab", "cd", "c", "c", "d"]
    assert function.given_up == [("RetryAttemptsExhausted", ["c"])]


def test_a_reported_failure_is_delivered_again_with_all_that_follow() -> None:
    function = ScriptedFunction(reports("c"))
    assert delivered(function, FailureRules(retries=1, reports_failures=True))
    assert ["".join(call) for call in function.calls] == ["abcd", "cd"]
    assert function.given_up == [("RetryAttemptsExhausted", ["c", "d"])]


def test_of_several_reported_failures_the_first_counts() -> None:
    function = ScriptedFunction(reports("d", "b"))
    assert delivered(function, FailureRules(retries=1, reports_failures=True))
    assert ["".join(call) for call in function.calls] == ["abcd", "bcd"]


def test_with_bisection_a_batch_is_split_at_the_reported_failure() -> None:
    function = ScriptedFunction(reports("b"))
    assert delivered(function, FailureRules(retries=0, bisect=True, reports_failures=True))
    assert ["".join(call) for call in function.calls] == ["abcd", "bcd", "bc", "b", "c", "d"]
    assert function.given_up == [("RetryAttemptsExhausted", ["b"])]


def test_a_report_is_not_read_when_the_mapping_does_not_ask_for_it() -> None:
    function = ScriptedFunction(reports("c"))
    assert delivered(function, FailureRules())
    assert len(function.calls) == 1


@pytest.mark.parametrize("body", [None, {}, {"batchItemFailures": None}, {"batchItemFailures": []}])
def test_an_empty_report_means_success(body: object) -> None:
    function = ScriptedFunction(lambda _batch: {"body": body})
    assert delivered(function, FailureRules(retries=0, reports_failures=True))
    assert function.given_up == []


@pytest.mark.parametrize("identifier", [None, "", "unknown"])
def test_a_report_that_names_no_record_fails_the_whole_batch(identifier: str | None) -> None:
    function = ScriptedFunction(reports(identifier))
    assert delivered(function, FailureRules(retries=0, reports_failures=True))
    assert function.given_up == [("RetryAttemptsExhausted", list("abcd"))]


def test_records_that_are_too_old_are_given_up() -> None:
    function = ScriptedFunction(raises_for("a"))
    assert deliver([record("a", age=61)], function=function, rules=FailureRules(age_seconds=60))
    assert function.given_up == [("MaxRecordAgeExceeded", ["a"])]


def test_a_mapping_that_is_disabled_is_left_where_it_stands() -> None:
    function = ScriptedFunction(raises_for("a"), disabled_after=3)
    assert not delivered(function, FailureRules())
    assert (len(function.calls), function.given_up) == (3, [])


@pytest.mark.parametrize(
    ("mapping", "rules"),
    [
        ({}, FailureRules()),
        ({"MaximumRetryAttempts": -1, "MaximumRecordAgeInSeconds": "-1"}, FailureRules()),
        ({"MaximumRetryAttempts": "0"}, FailureRules(retries=0)),
        ({"MaximumRecordAgeInSeconds": 60}, FailureRules(age_seconds=60)),
        ({"BisectBatchOnFunctionError": "true"}, FailureRules(bisect=True)),
        ({"FunctionResponseTypes": ["ReportBatchItemFailures"]}, FailureRules(reports_failures=True)),
    ],
)
def test_the_rules_come_from_the_mapping(mapping: dict[str, Any], rules: FailureRules) -> None:
    assert FailureRules.of(mapping) == rules
