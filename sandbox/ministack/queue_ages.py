"""Lets MiniStack's CloudWatch tell how long the oldest message of a queue has waited, as SQS reports it on AWS."""

# ruff: noqa: SLF001 - what is missing is in private functions

import time
from typing import Any

from ministack.services import cloudwatch, sqs  # type: ignore[import-untyped]


def report_ages_of_messages() -> None:
    """Have each question about a metric's statistics find ApproximateAgeOfOldestMessage of every queue with messages.

    MiniStack's queues report no metrics. SQS reports each minute; here the figure is that of the moment.
    Unnecessary when GetMetricStatistics of `cloudwatch` has a datapoint for a queue with a message in it.
    Source: Amazon SQS Developer Guide, "Available CloudWatch metrics for Amazon SQS".
    """
    statistics = cloudwatch._get_metric_statistics

    def with_ages(*request: Any, **options: Any) -> Any:  # noqa: ANN401 - MiniStack's own
        now = time.time()
        for queue in list(sqs._queues.values()):
            if sent := [message["sent_at"] for message in queue["messages"]]:
                dimensions = {"QueueName": queue["name"]}
                age = now - min(sent)
                cloudwatch.record_metric("AWS/SQS", "ApproximateAgeOfOldestMessage", age, "Seconds", dimensions)
        return statistics(*request, **options)

    cloudwatch._get_metric_statistics = with_ages
