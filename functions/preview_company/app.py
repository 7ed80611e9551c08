"""Plans for the whole company: plan a portion of it, several beside each other."""

import json
from functools import partial
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from dayone.logs import log_failures, logger_of
from dayone.messages.codec import decode
from dayone.messages.origin import check_records
from dayone.model.policy.company_plans import PortionRequest
from dayone.preview.company import preview_company
from dayone.wiring import functions as wiring

logger = logger_of("preview_company")
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


@logger.inject_lambda_context(clear_state=True)
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> Any:  # noqa: ANN401 - Powertools' own type
    """Report the portions that failed or go on, so that their queue gives them once more; the latter at once."""
    check_records(event, source=wiring.event_source())
    going_on: list[SQSRecord] = []
    handler = partial(_plan, going_on=going_on)
    answer: Any = process_partial_response(event=event, record_handler=handler, processor=processor, context=context)
    if going_on:
        wiring.preview_company_ports().returns.come_back({record.receipt_handle: 0 for record in going_on})
    return {"batchItemFailures": [*answer["batchItemFailures"], *({"itemIdentifier": r.message_id} for r in going_on)]}


def _plan(record: SQSRecord, *, going_on: list[SQSRecord]) -> None:
    with log_failures(logger, message_id=record.message_id):
        request = decode(PortionRequest, json.loads(record.body))
        tries = int(record.attributes.approximate_receive_count)
        is_done = preview_company(request, tries=tries, ports=wiring.preview_company_ports())
        going_on += [] if is_done else [record]
        logger.info("planned", extra={"plan": request.plan, "portion": request.portion, "is_done": is_done})
