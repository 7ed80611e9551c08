"""CloudFormation's resource StateTableClaim: take the state table for the stack, or refuse it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from dayone.logs import log_failures, logger_of
from dayone.setup.custom_resource import claimed, failure_response, is_deletion, request_in, succeeded, table_claim_in
from dayone.setup.state_table import claim_table
from dayone.wiring import functions as wiring

logger = logger_of("claim_table")

# What the last calls and the answer may take at worst before Lambda ends the process.
LAST_CALLS = timedelta(seconds=60)


@logger.inject_lambda_context(clear_state=True)
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Answer CloudFormation whatever happens: it would wait, and then roll back without a reason."""
    request, ports = request_in(event), wiring.claim_table_ports()
    deadline = datetime.now(UTC) + timedelta(milliseconds=context.get_remaining_time_in_millis()) - LAST_CALLS
    try:
        with log_failures(logger, message_id=request.request_id):
            # The table keeps its owner for as long as it exists: a stack that is created again finds it.
            if is_deletion(request):
                answer = succeeded(request, None)
            else:
                answer = claimed(request, claim_table(table_claim_in(request), ports=ports, deadline=deadline))
                logger.info("table taken")
    except Exception as error:  # noqa: BLE001 - the answer is the report
        answer = failure_response(request, reason=f"{error} (log of {context.function_name})")
    # When this fails, Lambda calls again, and the same is done once more.
    ports.answers.send(answer, to=request.answer_to)
