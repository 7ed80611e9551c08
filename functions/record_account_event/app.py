"""Accounts that appear, move or change: read the account out of each event and put it on the inbox."""

from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from dayone.accounts.events import record_account_event
from dayone.logs import log_failures, logger_of
from dayone.messages.origin import check_records
from dayone.wiring import functions as wiring

logger = logger_of("record_account_event")
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


@logger.inject_lambda_context(clear_state=True)
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> Any:  # noqa: ANN401 - Powertools' own type
    """Report the messages that failed, so that their queue keeps them and at last dead-letters them."""
    check_records(event, source=wiring.event_source())
    return process_partial_response(event=event, record_handler=_record, processor=processor, context=context)


def _record(record: SQSRecord) -> None:
    with log_failures(logger, message_id=record.message_id):
        recorded = record_account_event(record.body, ports=wiring.record_account_event_ports())
        tell = logger.warning if recorded.is_dead_letter else logger.info
        tell(
            "account event",
            extra={
                "event": recorded.name,
                "account": recorded.account,
                "unit": recorded.unit,
                "reason": recorded.why_not,
            },
        )
