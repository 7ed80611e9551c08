"""What is said of the route about the numbers of the last day."""

from dayone.contracts import api_metrics as api
from dayone.routes.described import Description

_METRICS: api.MetricsAnswer = {
    "since": "2026-11-22T08:00:00+00:00",
    "until": "2026-11-23T08:00:00+00:00",
    "complete": True,
    "changes": {
        "total": 42,
        "by_state": {"succeeded": 40, "running": 1, "held": 1},
        "by_cause": {"hr-event": 41, "policy": 1},
    },
    "operations": {
        "planned": 131,
        "succeeded": 118,
        "failed": 0,
        "superseded": 2,
        "held": 7,
        "removals": 12,
        "tried_again": 9,
    },
    "time_to_access": {"changes": 31, "p50": 6.2, "p95": 14.8, "longest": 21.4},
    "time_to_no_access": {"changes": 8, "p50": 3.9, "p95": 7.1, "longest": 7.1},
    "dead_letters": [{"queue": "inbox", "letters": 0}],
    "operations_open": True,
}

METRICS = Description(tag="operations", answer=api.MetricsAnswer, example=_METRICS)
