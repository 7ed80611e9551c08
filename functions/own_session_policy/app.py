"""The stack's own resource: make, attach, detach and delete the policy that ends live sessions."""

from datetime import UTC, datetime, timedelta
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from dayone.logs import log_failures, logger_of
from dayone.setup.custom_resource import failure_response, request_in, session_policy_in, succeeded
from dayone.setup.session_policy import own_session_policy
from dayone.wiring import functions as wiring

logger = logger_of("own_session_policy")

# What the last calls and the answer may take at worst before Lambda ends the process.
LAST_CALLS = timedelta(seconds=60)


@logger.inject_lambda_context(clear_state=True)
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Answer CloudFormation whatever happens: it would wait, and then roll back without a reason."""
    request, ports = request_in(event), wiring.own_session_policy_ports()
    left = timedelta(milliseconds=context.get_remaining_time_in_millis()) - LAST_CALLS
    status = "SUCCESS"
    try:
        with log_failures(logger, message_id=request.request_id):
            deadline = datetime.now(UTC) + left
            answer = succeeded(request, own_session_policy(session_policy_in(request), ports=ports, deadline=deadline))
    except Exception as error:  # noqa: BLE001 - the answer is the report
        status, answer = "FAILED", failure_response(request, reason=f"{error} (log of {context.function_name})")
    # When this fails, Lambda calls again, and the same is done once more.
    ports.answers.send(answer, to=request.answer_to)
    logger.info("answered", extra={"request": event.get("RequestType", ""), "status": status})
