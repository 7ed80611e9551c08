"""The table's stream: publish the outcomes of operations and changes on the bus."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from dayone.events import publish_events
from dayone.logs import log_failures, logger_of
from dayone.messages.origin import check_records
from dayone.model.monitoring import Metric
from dayone.wiring import functions as wiring

logger = logger_of("publish_events")


@logger.inject_lambda_context(clear_state=True)
def lambda_handler(event: dict[str, Any], _context: LambdaContext) -> None:
    """Publish all or raise: Lambda then brings the same records again, and nothing is skipped."""
    with log_failures(logger, message_id="stream"):
        check_records(event, source=wiring.event_source())
        published = publish_events(event, ports=wiring.publish_events_ports())
    logger.info("published", extra={"events": published.events})
    if published.failed_operations:
        logger.error("operations failed", extra={"operations": published.failed_operations})
    if published.denied_operations:
        logger.error("operations denied", extra={"operations": published.denied_operations})
    wiring.meter("publish_events").count({Metric.DENIED: published.denied_operations})
