"""POST /hr/{source}: receive an HR system's event, or return the problem with it."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from dayone.errors import DayOneError, Unauthentic, Unavailable
from dayone.hr.webhook import receive_hr_event
from dayone.logs import logger_of
from dayone.messages.deliveries import answer, delivery_of, echo, nothing_to_do, refusal
from dayone.messages.origin import check_request
from dayone.model.monitoring import Metric
from dayone.wiring import functions as wiring

logger = logger_of("receive_hr_event")


@logger.inject_lambda_context(clear_state=True)
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer 202 when the event is on the inbox, 200 when it is ignored, else a problem with the correction."""
    try:
        function = context.invoked_function_arn
        check_request(event, resource="/hr/{source}", function=function, apis=wiring.own_apis())
        delivery = delivery_of(event)
        received = receive_hr_event(delivery, ports=wiring.receive_hr_event_ports())
    except DayOneError as error:
        # What is wrong with us is for whoever runs this to see; what is wrong with a delivery may be personal.
        reason = str(error) if isinstance(error, Unavailable) else ""
        if isinstance(error, Unauthentic):
            reason = str(error.__cause__ or error)  # fixed texts, which the sender does not get
            wiring.meter("receive_hr_event").count({Metric.HR_REFUSED: bool(error.source)}, source=error.source)
        logger.warning("HR event not taken", extra={"kind": type(error).__name__, "reason": reason})
        return refusal(error)
    fields = {"changes": received.changes, "source": delivery.source, "ignored": received.ignored}
    logger.info("HR event taken", extra=fields)
    if received.echo:
        return echo(received.echo)
    return nothing_to_do(received.ignored) if received.ignored else answer(received.changes, notes=received.notes)
