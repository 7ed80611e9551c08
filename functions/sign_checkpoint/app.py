"""Every hour: sign where the lanes of the audit log end, for places that whoever may write the table cannot reach."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from dayone.logs import log_failures, logger_of
from dayone.ops.checkpoints import sign_checkpoint
from dayone.wiring import functions as wiring

logger = logger_of("sign_checkpoint")


@logger.inject_lambda_context(clear_state=True)
def lambda_handler(_event: dict[str, Any], _context: LambdaContext) -> None:
    """Sign once. Raises when it cannot: Lambda tries twice more, and two checkpoints of an hour do no harm."""
    with log_failures(logger, message_id="checkpoint"):
        checkpoint = sign_checkpoint(ports=wiring.sign_checkpoint_ports())
    entries = sum(end.number for end in checkpoint.ends.values())
    logger.info("checkpoint signed", extra={"lanes": len(checkpoint.ends), "entries": entries})
