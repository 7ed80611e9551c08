"""Logs: one JSON line each, with the ids that connect them and no personal data."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from aws_lambda_powertools import Logger

from dayone.errors import DayOneError
from dayone.model.operations import Operation


def logger_of(function: str) -> Logger:
    """Return the logger of one function."""
    return Logger(service=function)


@contextmanager
def log_failures(logger: Logger, *, message_id: str, errors: dict[str, Exception] | None = None) -> Iterator[None]:
    """Log the reason why a message failed before its queue takes it back: the queue itself only counts.

    The error is kept in `errors` under the message's id.
    """
    try:
        yield
    except Exception as error:
        if errors is not None:
            errors[message_id] = error
        if isinstance(error, DayOneError):
            entry = {"message_id": message_id, "kind": type(error).__name__, "reason": str(error)}
            logger.warning("message failed", extra=entry)
        else:
            logger.exception("message failed unexpectedly", extra={"message_id": message_id})
        raise


def log_unexpected(logger: Logger) -> Callable[[Operation, Exception], None]:
    """Return what logs an error of ours about one operation, with its traceback."""

    def log(operation: Operation, error: Exception) -> None:
        ids = {"operation": operation.id, "change": operation.change, "action": operation.action.value}
        kind = operation.resource.kind.value
        logger.error("operation failed unexpectedly", extra={**ids, "resource_kind": kind}, exc_info=error)

    return log
