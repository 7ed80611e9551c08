"""Lets MiniStack authorise batches on SQS as AWS does: by the action for a single message."""

from typing import Any

from ministack.core import iam_actions  # type: ignore[import-untyped]

# Source: Service Authorization Reference, Amazon SQS: there is no action for a batch.
_SINGLE = {
    "sqs:SendMessageBatch": "sqs:SendMessage",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
}


def authorise_batches_as_single_messages() -> None:
    """Ask for `sqs:SendMessage` where MiniStack asks for `sqs:SendMessageBatch`, which no policy on AWS can grant.

    Unnecessary when a role with `sqs:SendMessage` alone may call SendMessageBatch there.
    """
    extract = iam_actions.extract_iam_action

    def single(*arguments: Any) -> str | None:  # noqa: ANN401 - MiniStack's own
        action: str | None = extract(*arguments)
        return _SINGLE.get(action, action) if action else action

    iam_actions.extract_iam_action = single
