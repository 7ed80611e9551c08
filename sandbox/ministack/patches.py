"""Patches of MiniStack where it departs from AWS in ways that matter here; each has its reason and its end."""

# ruff: noqa: SLF001 - what is wrong is in private functions

import importlib.metadata
import os
import queue
import time
import zipfile
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from ministack.core import lambda_runtime  # type: ignore[import-untyped]
from ministack.services import dynamodb, lambda_svc  # type: ignore[import-untyped]
from ministack.services.cloudformation import provisioners  # type: ignore[import-untyped]

from sandbox.errors import SandboxError
from sandbox.ministack import (
    call_permissions,
    event_buses,
    function_policies,
    generated_secrets,
    layer_copies,
    mail_permissions,
    organization_policies,
    permission_questions,
    queue_ages,
    role_sessions,
    stream_mappings,
    template_values,
)

VERSION = "1.5.33"
_END_OF_LOG = "\x1eend of invocation"
_LOG_SECONDS = 2.0
_AT_ONCE = max(2, os.cpu_count() or 2)  # batches of a queue


def apply() -> None:
    """Apply every patch to the MiniStack in this process; raises SandboxError for any other version."""
    installed = importlib.metadata.version("ministack")
    if installed != VERSION:
        raise SandboxError(
            f"sandbox/ministack/patches.py corrects MiniStack {VERSION}, not {installed}: review it first"
        )
    run_message_groups_in_parallel()
    deliver_streams_as_lambda_does()
    keep_template_properties()
    template_values.take_alarms_over_several_metrics()
    template_values.read_numbers_of_mappings()
    generated_secrets.generate_secrets_as_aws_does()
    end_logs_at_once()
    log_failures_to_start()
    share_unpacked_code()
    event_buses.let_the_administrator_be_an_aws_service()
    call_permissions.authorise_as_aws_does()
    event_buses.hand_events_on_to_other_accounts_and_regions()
    event_buses.take_bus_policies_from_templates()
    organization_policies.take_policies_from_templates()
    function_policies.take_function_policies_from_templates()
    mail_permissions.authorise_mail()
    role_sessions.correct_sessions()
    permission_questions.answer_permission_questions()
    queue_ages.report_ages_of_messages()


def run_message_groups_in_parallel() -> None:
    """Run batches of one FIFO queue side by side, as many as this machine has cores, and at least two.

    MiniStack runs one batch per queue, for fear that two would reorder a group. They cannot: its receive leaves out
    each group that has a message in flight. On AWS the groups of a queue run in parallel, each with a processor of its
    own; here ten that share two cores would all reach their timeouts. Unnecessary when `_sqs_esm_concurrency` no longer
    answers 1 for every FIFO queue, and knows the cores.
    """
    limit = lambda_svc._sqs_esm_concurrency

    def for_any_queue(mapping: object, function: object, config: object, _queue: object = None) -> Any:  # noqa: ANN401
        return min(limit(mapping, function, config), _AT_ONCE)

    lambda_svc._sqs_esm_concurrency = for_any_queue


def deliver_streams_as_lambda_does() -> None:
    """Honour what a stream mapping says about failures, and keep its function from holding up the queues.

    MiniStack skips records that the function reports as failed, retries a failing batch for ever whatever
    MaximumRetryAttempts and BisectBatchOnFunctionError say, and calls the function on the thread that polls all queues.
    Unnecessary when `_poll_dynamodb_streams` reads those properties and does not run the function itself.
    """
    lambda_svc._poll_dynamodb_streams = bool  # says: nothing found
    stream_mappings.start()


def keep_template_properties() -> None:
    """Apply what a template says of reserved concurrency, time to live, point-in-time recovery, deletion protection.

    MiniStack takes these by API but drops them from a template, or the last one's type. Unnecessary when
    `_lambda_create` reads ReservedConcurrentExecutions, and `_ddb_create` TimeToLiveSpecification,
    PointInTimeRecoverySpecification and DeletionProtectionEnabled that is text.
    """
    _after_provisioning("AWS::Lambda::Function", _reserve_concurrency)
    _after_provisioning("AWS::DynamoDB::Table", _configure_table)


def _after_provisioning(resource_type: str, follow_up: Callable[[str, dict[str, Any]], None]) -> None:
    handlers = provisioners._RESOURCE_HANDLERS[resource_type]
    create, update = handlers["create"], handlers["update"]

    def create_fully(logical_id: str, properties: dict[str, Any], stack: str) -> Any:  # noqa: ANN401
        created = create(logical_id, properties, stack)
        follow_up(created[0], properties)
        return created

    # Some kinds of resource are told their logical id, too.
    def update_fully(physical_id: str, old: object, new: dict[str, Any], stack: str, *logical_id: str) -> Any:  # noqa: ANN401
        updated = update(physical_id, old, new, stack, *logical_id)
        follow_up(updated[0], new)
        return updated

    handlers.update(create=create_fully, update=update_fully)


def _reserve_concurrency(name: str, properties: dict[str, Any]) -> None:
    reserved = properties.get("ReservedConcurrentExecutions")
    lambda_svc._functions[name]["concurrency"] = None if reserved is None else int(reserved)


def _configure_table(name: str, properties: dict[str, Any]) -> None:
    # A parameter brings "false" as text, which MiniStack takes for true.
    dynamodb._tables[name]["DeletionProtectionEnabled"] = _is_true(properties, "DeletionProtectionEnabled")
    if life := properties.get("TimeToLiveSpecification"):
        dynamodb._update_ttl(
            {"TableName": name, "TimeToLiveSpecification": {**life, "Enabled": _is_true(life, "Enabled")}}
        )
    if recovery := properties.get("PointInTimeRecoverySpecification"):
        enabled = {"PointInTimeRecoveryEnabled": _is_true(recovery, "PointInTimeRecoveryEnabled")}
        dynamodb._update_continuous_backups({"TableName": name, "PointInTimeRecoverySpecification": enabled})


def _is_true(properties: dict[str, Any], name: str) -> bool:
    return str(properties.get(name)).lower() == "true"


def end_logs_at_once() -> None:
    """End an invocation when its log does, instead of 50 ms after its answer.

    MiniStack reads a function's log from another pipe than its answer, and waits for a first line that may never come.
    Here the worker marks the end of each invocation's log. Unnecessary when `_drain_stderr_bounded` waits for no time.
    """
    script = lambda_runtime._PYTHON_WORKER_SCRIPT
    loop_end = "        _real_stdout.flush()\n\nrun()"
    if script.count(loop_end) != 1:
        raise SandboxError("MiniStack's Python worker does not end its loop where the end of the log is to be marked")
    mark = f"        sys.__stderr__.write({_END_OF_LOG + chr(10)!r})\n        sys.__stderr__.flush()\n"
    lambda_runtime._PYTHON_WORKER_SCRIPT = script.replace(loop_end, mark + loop_end)
    lambda_runtime.Worker._drain_stderr_bounded = _log_of_invocation


def _log_of_invocation(worker: Any, **_: float) -> str:  # noqa: ANN401
    lines: list[str] = []
    deadline = time.monotonic() + _LOG_SECONDS
    while (remaining := deadline - time.monotonic()) > 0:
        try:
            line = worker._stderr_queue.get(timeout=remaining)
        except queue.Empty:  # a worker that died marks nothing
            break
        text, mark, _after = line.partition(_END_OF_LOG)
        if text or not mark:
            lines.append(text)
        if mark:
            break
    return "\n".join(lines)


def log_failures_to_start() -> None:
    """Write the reason to the function's log when its module cannot be imported, as Lambda does.

    MiniStack answers the reason to the caller alone, who for a queue or a stream is nobody. Unnecessary when
    `_execute_function_warm` answers a log with every error.
    """
    execute = lambda_svc._execute_function_warm

    def execute_and_log(function: dict[str, Any], event: object, request_id: str) -> dict[str, Any]:
        answer: dict[str, Any] = execute(function, event, request_id)
        if answer.get("error") and not answer.get("log"):
            answer["log"] = str(answer["body"].get("errorMessage"))
        return answer

    lambda_svc._execute_function_warm = execute_and_log


def share_unpacked_code() -> None:
    """Unpack code and layers once, not for each worker.

    MiniStack unpacks a function's layers anew for every worker, which holds up everything else in it for about a second
    when they contain an SDK. Unnecessary when `Worker._spawn` takes layers from a cache.
    """
    lambda_runtime.zipfile = SimpleNamespace(
        ZipFile=layer_copies.SharedArchive,
        BadZipFile=zipfile.BadZipFile,
        LargeFileError=zipfile.LargeZipFile,  # so named in its `except`
    )
