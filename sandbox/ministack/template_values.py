"""Takes from a template what MiniStack refuses or misreads: alarms over several metrics, and a mapping's numbers."""

# ruff: noqa: SLF001 - what is wrong is in private functions

from collections.abc import Mapping, Sequence
from typing import Any

from ministack.services.cloudformation import provisioners  # type: ignore[import-untyped]

# Source: Amazon CloudWatch API Reference, MetricDataQuery, as PutMetricAlarm takes it.
_MOST_METRICS = 10


def take_alarms_over_several_metrics() -> None:
    """Keep an alarm with an expression over metrics, refuse what PutMetricAlarm would, and evaluate none of them.

    MiniStack refuses every `Metrics` of a template. Unnecessary when `_cw_metric_alarm_record` reads Metrics.
    """
    record = provisioners._cw_metric_alarm_record

    def record_any(name: str, properties: Mapping[str, Any]) -> dict[str, Any]:
        if not (queries := properties.get("Metrics")):
            alarm: dict[str, Any] = record(name, properties)
            return alarm
        _refuse_as_aws_does(queries)
        rest = {key: value for key, value in properties.items() if key != "Metrics"}
        alarm = record(name, {**rest, "MetricName": "none", "Namespace": "none"})
        # Without these two MiniStack leaves the alarm in the state it is in.
        return {**alarm, "MetricName": "", "Namespace": "", "Metrics": queries}

    provisioners._cw_metric_alarm_record = record_any


def _refuse_as_aws_does(queries: Sequence[Mapping[str, Any]]) -> None:
    returned = [query for query in queries if str(query.get("ReturnData", True)).lower() == "true"]
    if len(returned) != 1:
        raise ValueError(f"Metrics: exactly one element must return data, not {len(returned)}")
    metrics = [query for query in queries if "MetricStat" in query]
    if len(metrics) > _MOST_METRICS:
        raise ValueError(f"Metrics: an alarm takes {_MOST_METRICS} metrics, not {len(metrics)}")


def read_numbers_of_mappings() -> None:
    """Read a mapping's MaximumConcurrency as a number, also where a parameter brings it as text.

    MiniStack keeps the text, and then fails to compare it with numbers. Unnecessary when `_lambda_esm_create` and
    `_lambda_esm_update` convert what is in ScalingConfig.
    """
    handlers = provisioners._RESOURCE_HANDLERS["AWS::Lambda::EventSourceMapping"]
    create, update = handlers["create"], handlers["update"]

    def create_with_numbers(logical_id: str, properties: dict[str, Any], stack: str) -> Any:  # noqa: ANN401
        return create(logical_id, _with_numbers(properties), stack)

    def update_with_numbers(physical_id: str, old: object, new: dict[str, Any], stack: str, **names: str) -> Any:  # noqa: ANN401
        return update(physical_id, old, _with_numbers(new), stack, **names)

    handlers.update(create=create_with_numbers, update=update_with_numbers)


def _with_numbers(properties: dict[str, Any]) -> dict[str, Any]:
    if not (scaling := properties.get("ScalingConfig")):
        return properties
    return {**properties, "ScalingConfig": {name: int(value) for name, value in scaling.items()}}
