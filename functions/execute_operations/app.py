"""The engine: carry out what was planned, under the quotas, for a quarter of a minute."""

from datetime import UTC, datetime, timedelta
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from dayone.executor.executor import execute_operations
from dayone.logs import log_failures, logger_of
from dayone.model.monitoring import Metric
from dayone.wiring import functions as wiring

logger = logger_of("execute_operations")

# A crash is noticed when the queue's visibility timeout ends, and a leaver must not wait for long.
LONGEST_RUN = timedelta(seconds=15)
# What one call to Identity Center may take at worst, before Lambda ends the process.
LAST_CALL = timedelta(seconds=13)


@logger.inject_lambda_context(clear_state=True)
def lambda_handler(_event: dict[str, Any], context: LambdaContext) -> None:
    """Work until nothing is left or the time is up. Raises when it cannot go on: the queue then rings again."""
    left = timedelta(milliseconds=context.get_remaining_time_in_millis()) - LAST_CALL
    deadline = datetime.now(UTC) + min(LONGEST_RUN, left)
    with log_failures(logger, message_id="engine"):
        had_turn = execute_operations(ports=wiring.execute_operations_ports(), deadline=deadline)
    logger.info("run over")
    wiring.meter("execute_operations").count({Metric.NO_TURN: not had_turn})
