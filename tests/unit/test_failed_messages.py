"""How soon a message that failed comes back."""

from collections.abc import Mapping
from typing import Any

from dayone.contracts.failed_messages import coming_back


def _event(**received: int) -> Mapping[str, Any]:
    return {
        "Records": [
            {
                "messageId": name,
                "receiptHandle": f"handle {name}",
                "attributes": {"ApproximateReceiveCount": str(count)},
            }
            for name, count in received.items()
        ]
    }


def _failed(*names: str) -> Mapping[str, Any]:
    return {"batchItemFailures": [{"itemIdentifier": name} for name in names]}


def test_what_failed_for_the_first_time_is_tried_again_at_once_and_then_a_little_later() -> None:
    assert coming_back(_event(a=1, b=2), _failed("a", "b")) == {"handle a": 5, "handle b": 20}


def test_what_goes_on_failing_waits_as_long_as_the_queue_says() -> None:
    assert coming_back(_event(a=3, b=7), _failed("a", "b")) == {}


def test_what_succeeded_does_not_come_back() -> None:
    assert coming_back(_event(a=1, b=1), _failed("b")) == {"handle b": 5}
