"""Each minute: notify whom the policy names, and collect what happens until then."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from dayone.logs import log_failures, logger_of
from dayone.notifications.service import send_notifications
from dayone.wiring import functions as wiring

logger = logger_of("send_notifications")


@logger.inject_lambda_context(clear_state=True)
def lambda_handler(_event: dict[str, Any], _context: LambdaContext) -> None:
    """Collect and send for some time. Raises when it cannot: the next run goes on from the same place."""
    with log_failures(logger, message_id="notifications"):
        notified = send_notifications(ports=wiring.send_notifications_ports())
    if notified.collected or notified.sent:
        logger.info("notified", extra={"collected": notified.collected, "sent": notified.sent})
    if notified.failed or notified.given_up:
        logger.warning("not notified", extra={"failed": notified.failed, "given_up": notified.given_up})
