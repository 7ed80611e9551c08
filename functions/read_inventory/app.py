"""The inventory: go on reading what Identity Center has, and find what differs from the record."""

from datetime import timedelta
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from dayone.inventory.service import read_inventory
from dayone.logs import log_failures, logger_of
from dayone.model.monitoring import Metric
from dayone.wiring import functions as wiring

logger = logger_of("read_inventory")
# A run begins each minute, and the comparison at the end of a pass takes some time more.
_LONGEST = timedelta(seconds=45)


@logger.inject_lambda_context(clear_state=True)
def lambda_handler(_event: dict[str, Any], _context: LambdaContext) -> None:
    """Read for some time. Raises when it cannot: the next run goes on from the same place."""
    with log_failures(logger, message_id="inventory"):
        ports = wiring.read_inventory_ports()
        # Between two inventories nothing else is read of it.
        if reason := ports.center.why_unanswered():
            wiring.meter("read_inventory").count({Metric.IDENTITY_CENTER_SILENT: 1})
            logger.warning("Identity Center does not answer", extra={"reason": reason})
        current = read_inventory(ports=ports, longest=_LONGEST)
    if current is not None:
        counts = {"section": current.section, "calls": current.calls, "differences": current.differences}
        logger.info("inventory read", extra={**counts, "is_over": current.finished_at is not None})
        if current.finished_at:
            wiring.meter("read_inventory").count({Metric.DRIFT: current.differences})
