"""Logs, one JSON line each with the ids that connect them, and metrics; neither has personal data."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from dayone.errors import DayOneError
from dayone.model.monitoring import METRICS, Metric, Monitoring
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


class Meter:
    """Publishes the metrics of one function: lines of its log that CloudWatch reads (embedded metric format).

    They need no right, hold numbers alone, and no LogLevel hides them. The dimensions are `service`, which is the
    function, and for HR `source` besides.
    """

    def __init__(self, function: str, *, namespace: str, monitoring: Monitoring) -> None:
        self._function, self._namespace, self._monitoring = function, namespace, monitoring

    def count(self, values: Mapping[Metric, float], *, source: str = "") -> None:
        """Publish those of the metrics that this monitoring has, and that are not 0."""
        counted = {metric: value for metric, value in values.items() if value and metric in METRICS[self._monitoring]}
        if not counted:
            return
        metrics = EphemeralMetrics(namespace=self._namespace, service=self._function)
        for metric, value in counted.items():
            metrics.add_metric(name=metric.value, unit=MetricUnit.Count, value=value)
        if source and self._monitoring is Monitoring.FULL:
            metrics.add_dimensions(service=self._function, source=source)
        metrics.flush_metrics()
