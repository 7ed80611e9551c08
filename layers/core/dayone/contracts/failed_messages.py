"""Which messages of a batch failed, and how soon each is to come back."""

from collections.abc import Mapping
from typing import Any

# Another try a moment later mends most failures: two wrote the same record, or AWS throttled. The others come back
# when the queue's own time is up, so that a longer failure does not use up the times a message is received.
_SOON = (5, 20)  # seconds


def coming_back(event: Mapping[str, Any], answer: Mapping[str, Any]) -> Mapping[str, int]:
    """Seconds by receipt handle, of those messages of an SQS event that a partial batch response names.

    All messages of a group that failed are among them: SQS hands out none of a group while one of it is hidden.
    """
    failed = {one["itemIdentifier"] for one in answer["batchItemFailures"]}
    found = [one for one in event["Records"] if one["messageId"] in failed]
    received = {one["receiptHandle"]: int(one["attributes"]["ApproximateReceiveCount"]) for one in found}
    return {receipt: _SOON[count - 1] for receipt, count in received.items() if count <= len(_SOON)}
