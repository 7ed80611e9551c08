"""Feeds DynamoDB streams to functions inside MiniStack, each mapping on a thread of its own."""

# ruff: noqa: SLF001 - MiniStack has no other way to its mappings

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from ministack.core.arn import ArnParseError, parse_arn  # type: ignore[import-untyped]
from ministack.services import dynamodb, lambda_svc  # type: ignore[import-untyped]

from sandbox.ministack.stream_batches import Answer, FailureRules, Record, deliver

_log = logging.getLogger(__name__)
_POLL_SECONDS = 0.05
_LONGEST_PAUSE_SECONDS = 5.0


def start() -> None:
    """Poll every stream mapping from now on, until the process ends."""
    threading.Thread(target=_poll_forever, daemon=True, name="sandbox-streams").start()


def _poll_forever() -> None:
    while True:
        for account, region, mapping in lambda_svc._iter_all_esms():
            with _scope(account, region):
                try:
                    _poll(mapping)
                except Exception:  # noqa: BLE001 - a stack that is being deleted must not end every other mapping
                    _log.exception("cannot poll the stream of mapping %s", mapping.get("UUID"))
        time.sleep(_POLL_SECONDS)


@contextmanager
def _scope(account: str, region: str) -> Iterator[None]:
    account_token = lambda_svc._request_account_id.set(account)
    region_token = lambda_svc._request_region.set(region)
    try:
        yield
    finally:
        lambda_svc._request_account_id.reset(account_token)
        lambda_svc._request_region.reset(region_token)


def _poll(mapping: dict[str, Any]) -> None:
    if not mapping.get("Enabled", True) or lambda_svc._esm_inflight.get(mapping["UUID"]):
        return
    table = _streamed_table(mapping.get("EventSourceArn", ""))
    function, _ = lambda_svc._get_func_record_for_qualifier(mapping["FunctionName"], mapping.get("Qualifier"))
    if table is None or function is None:
        return
    position = _position(mapping, table)
    records = dynamodb.stream_records_since(table, position, int(mapping.get("BatchSize", 100)))
    if records:
        lambda_svc._dispatch_esm_batch(mapping["UUID"], _deliver, mapping, function, records, position + len(records))


def _streamed_table(stream_arn: str) -> str | None:
    try:
        source = parse_arn(stream_arn)
    except ArnParseError:
        return None
    named = lambda_svc._dynamodb_stream_table_from_arn_spec(source) if source.service == "dynamodb" else None
    if named is None:
        return None
    table = dynamodb._tables.get(named[0])
    return named[0] if table and table.get("LatestStreamArn") == stream_arn else None


def _position(mapping: dict[str, Any], table: str) -> int:
    lambda_svc._init_stream_position(
        mapping["UUID"], mapping["EventSourceArn"], mapping.get("StartingPosition", "LATEST")
    )
    with lambda_svc._dynamodb_stream_positions_lock:
        position: int = lambda_svc._dynamodb_stream_positions[mapping["UUID"]]
    # Records older than a day are trimmed, whoever has not read them.
    oldest: int = dynamodb.stream_start_position(table)
    return max(position, oldest)


def _deliver(mapping: dict[str, Any], function: dict[str, Any], records: list[Record], end: int) -> None:
    wanted = lambda_svc._apply_filter_criteria(records, mapping)
    target = _MappedFunction(mapping, function)
    if not wanted or deliver(wanted, function=target, rules=FailureRules.of(mapping)):
        with lambda_svc._dynamodb_stream_positions_lock:
            if mapping["UUID"] in lambda_svc._esms:
                lambda_svc._dynamodb_stream_positions[mapping["UUID"]] = end


class _MappedFunction:
    """The function of one mapping, called through MiniStack's own executor."""

    def __init__(self, mapping: dict[str, Any], function: dict[str, Any]) -> None:
        self._mapping = mapping
        self._function = function

    def invoke(self, records: Sequence[Record]) -> Answer:
        answer: Answer = lambda_svc._execute_function(self._function, {"Records": list(records)})
        self._mapping["LastProcessingResult"] = "FAILED" if answer.get("error") else f"OK - {len(records)} records"
        return answer

    def give_up(self, records: Sequence[Record], *, answer: Answer, condition: str) -> None:
        stream = self._mapping["EventSourceArn"]
        lambda_svc._send_ddb_stream_failure_record(
            self._mapping, self._function, list(records), stream, answer, condition
        )

    def pause(self, failures: int) -> bool:
        time.sleep(min(0.1 * 2**failures, _LONGEST_PAUSE_SECONDS))
        return bool(self._mapping.get("Enabled", True)) and self._mapping["UUID"] in lambda_svc._esms
