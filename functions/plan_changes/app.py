"""The inbox: reconcile each subject and record the necessary operations."""

from datetime import UTC, datetime
from functools import partial
from typing import Any

from aws_lambda_powertools.utilities.batch import SqsFifoPartialProcessor, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from dayone.logs import log_failures, logger_of
from dayone.messages.inbox import from_json, handled_messages, without
from dayone.messages.origin import check_records
from dayone.reconcile.handler import plan_changes
from dayone.reconcile.inbox_batch import settle_batch
from dayone.wiring import functions as wiring

logger = logger_of("plan_changes")
# Skipping a group after a failure keeps its order. A raised error would have the same effect and cost a cold start.
processor = SqsFifoPartialProcessor(skip_group_on_error=True)
processor.raise_on_entire_batch_failure = False


@logger.inject_lambda_context(clear_state=True)
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> Any:  # noqa: ANN401 - Powertools' own type
    """Report the messages that failed; a failed message blocks only its own subject."""
    check_records(event, source=wiring.event_source())
    errors: dict[str, Exception] = {}
    answer: Any = process_partial_response(event, partial(_plan, errors=errors), processor, context=context)
    handled = handled_messages(event, answer, errors=errors)
    return without(answer, settle_batch(handled, ports=wiring.plan_changes_ports().batch))


def _plan(record: SQSRecord, *, errors: dict[str, Exception]) -> None:
    with log_failures(logger, message_id=record.message_id, errors=errors):
        taken_at = datetime.fromtimestamp(int(record.attributes.sent_timestamp) / 1000, UTC)
        command = from_json(record.body, taken_at=taken_at)
        plan_changes(command, ports=wiring.plan_changes_ports())
        logger.info("planned", extra={"subject": str(command.subject), "change": command.cause.change})
