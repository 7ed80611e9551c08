"""The numbers of the last day: /v1/metrics."""

from aws_lambda_powertools.event_handler import APIGatewayRestResolver

from dayone.contracts.api_metrics import MetricsAnswer, OperationsCounted, SpreadAnswer
from dayone.routes.answers import time_answer
from dayone.routes.described import described
from dayone.routes.described_metrics import METRICS
from dayone.usecases.access_api import AccessApi
from dayone.usecases.read_metrics import Metrics, Spread, read_metrics


def metric_routes(app: APIGatewayRestResolver, api: AccessApi) -> None:
    """Add the route about the numbers of the last day."""

    @app.get("/v1/metrics")
    @described(METRICS)
    def get_metrics() -> MetricsAnswer:
        """Read metrics of the last 24 hours: changes, operations, provisioning times and dead letters."""
        return _answer(read_metrics(ports=api))


def _answer(found: Metrics) -> MetricsAnswer:
    return {
        "since": time_answer(found.since),
        "until": time_answer(found.until),
        "complete": found.complete,
        "changes": {
            "total": sum(found.by_state.values()),
            "by_state": {str(state): number for state, number in found.by_state.items()},
            "by_cause": {str(kind): number for kind, number in found.by_cause.items()},
        },
        "operations": _operations(found),
        "time_to_access": _spread(found.to_access),
        "time_to_no_access": _spread(found.to_no_access),
        "dead_letters": [{"queue": str(queue), "letters": number} for queue, number in found.dead_letters.items()],
        "operations_open": found.operations_open,
    }


def _operations(found: Metrics) -> OperationsCounted:
    counted = found.operations
    tried = counted.get("attempts", 0) - counted.get("succeeded", 0) - counted.get("failed", 0)
    return {
        "planned": counted.get("planned", 0),
        "succeeded": counted.get("succeeded", 0),
        "failed": counted.get("failed", 0),
        "superseded": counted.get("superseded", 0),
        "held": counted.get("held", 0),
        "removals": counted.get("removals", 0),
        # What was superseded, or found to be done already, may have had none at all.
        "tried_again": max(0, tried),
    }


def _spread(one: Spread | None) -> SpreadAnswer | None:
    if one is None:
        return None
    return {
        "changes": one.changes,
        "p50": round(one.p50, 3),
        "p95": round(one.p95, 3),
        "longest": round(one.longest, 3),
    }
