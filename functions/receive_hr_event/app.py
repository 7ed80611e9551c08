"""POST /hr/{source}: take an HR system's event, or say what is wrong with it."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from dayone import wiring
from dayone.contracts.deliveries import answer, delivery_of, refusal
from dayone.errors import DayOneError
from dayone.observability import logger_of
from dayone.usecases.receive_hr_event import receive_hr_event

logger = logger_of("receive_hr_event")


@logger.inject_lambda_context(clear_state=True)
def lambda_handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Answer 202 when the event is on the inbox, else a problem that says what to do."""
    try:
        delivery = delivery_of(event)
        change = receive_hr_event(delivery, ports=wiring.receive_hr_event())
    except DayOneError as error:
        logger.warning("HR event not taken", extra={"kind": type(error).__name__})
        return refusal(error)
    logger.info("HR event taken", extra={"change": change, "source": delivery.source})
    return answer(change)
