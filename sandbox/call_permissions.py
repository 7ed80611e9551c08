"""Lets MiniStack authorise calls as AWS does: batches on SQS, and reads of parameters of Systems Manager."""

import json
from typing import Any

from ministack.core import iam_actions  # type: ignore[import-untyped]

# Source: Service Authorization Reference, Amazon SQS: there is no action for a batch.
_SINGLE = {
    "sqs:SendMessageBatch": "sqs:SendMessage",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
}
_GET_PARAMETERS = "AmazonSSM.GetParameters"


def authorise_as_aws_does() -> None:
    """Apply both."""
    authorise_batches_as_single_messages()
    authorise_parameters_by_name()


def authorise_batches_as_single_messages() -> None:
    """Ask for `sqs:SendMessage` where MiniStack asks for `sqs:SendMessageBatch`, which no policy on AWS can grant.

    Unnecessary when a role with `sqs:SendMessage` alone may call SendMessageBatch there.
    """
    extract = iam_actions.extract_iam_action

    def single(*arguments: Any) -> str | None:  # noqa: ANN401 - MiniStack's own
        action: str | None = extract(*arguments)
        return _SINGLE.get(action, action) if action else action

    iam_actions.extract_iam_action = single


def authorise_parameters_by_name() -> None:
    """Have MiniStack ask for `ssm:GetParameters` on the parameter that is named; of several, on the first.

    It asks for it on `*`, which a role that may read one parameter does not have. AWS asks on every parameter.
    Unnecessary when a role with the right to one parameter may call GetParameters for it there.
    Source: Service Authorization Reference, AWS Systems Manager, GetParameters: parameter*.
    """
    extract = iam_actions.extract_resource_arn

    def named(
        service: str,
        method: str,
        path: str,
        headers: dict[str, str],
        body: bytes,
        *rest: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401 - MiniStack's own
        if headers.get("x-amz-target") == _GET_PARAMETERS and (names := json.loads(body).get("Names")):
            body = json.dumps({"Name": names[0]}).encode()
        return extract(service, method, path, headers, body, *rest)

    iam_actions.extract_resource_arn = named
