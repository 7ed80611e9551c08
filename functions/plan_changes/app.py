"""The inbox: look at each subject again and write down what must change."""

from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.utilities.batch import SqsFifoPartialProcessor, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from dayone import wiring
from dayone.contracts.failed_messages import coming_back
from dayone.contracts.inbox import from_json
from dayone.observability import failures_told, logger_of
from dayone.usecases.let_come_back import let_come_back
from dayone.usecases.plan_changes import plan_changes

logger = logger_of("plan_changes")
# Skipping a group after its first failure keeps the order within it.
processor = SqsFifoPartialProcessor(skip_group_on_error=True)
# A raised error would cost a cold start and report the same failures.
processor.raise_on_entire_batch_failure = False


@logger.inject_lambda_context(clear_state=True)
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> Any:  # noqa: ANN401 - Powertools' own type
    """Report the messages that failed; a failed message blocks only its own subject."""
    answer = process_partial_response(event=event, record_handler=_plan, processor=processor, context=context)
    if soon := coming_back(event, answer):
        let_come_back(soon, returns=wiring.plan_changes().returns)
    return answer


def _plan(record: SQSRecord) -> None:
    with failures_told(logger, message_id=record.message_id):
        taken_at = datetime.fromtimestamp(int(record.attributes.sent_timestamp) / 1000, UTC)
        command = from_json(record.body, taken_at=taken_at)
        plan_changes(command, ports=wiring.plan_changes())
        logger.info("planned", extra={"subject": str(command.subject), "change": command.cause.change})
