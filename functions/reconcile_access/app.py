"""The sweep: requeue due subjects, and trigger the executor when operations wait."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from dayone.logs import log_failures, logger_of
from dayone.ops.silences import measure_silences
from dayone.reconcile.sweep import reconcile_access
from dayone.wiring import functions as wiring

logger = logger_of("reconcile_access")


@logger.inject_lambda_context(clear_state=True)
def lambda_handler(_event: dict[str, Any], _context: LambdaContext) -> None:
    """Sweep once. Raises when it cannot: the next sweep does it again."""
    with log_failures(logger, message_id="sweep"):
        swept = reconcile_access(ports=wiring.reconcile_access_ports())
        measured = measure_silences(ports=wiring.reconcile_access_measures())
    wiring.meter("reconcile_access").count(measured)
    logger.info("swept", extra={"due": swept.due})
    if swept.stuck:
        logger.error("subjects stuck", extra={"subjects": swept.stuck})
