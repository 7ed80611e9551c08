"""Lets MiniStack authorise calls as AWS does: batches on SQS, reads of parameters, schedules in their groups."""

import json
import re
from typing import Any

from ministack.core import iam_actions, iam_evaluator  # type: ignore[import-untyped]

# Source: Service Authorization Reference, Amazon SQS: there is no action for a batch.
_SINGLE = {
    "sqs:SendMessageBatch": "sqs:SendMessage",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
}
_GET_PARAMETERS = "AmazonSSM.GetParameters"


def authorise_as_aws_does() -> None:
    """Apply all of them."""
    authorise_batches_as_single_messages()
    authorise_parameters_by_name()
    authorise_schedules_by_group()
    tell_callers_from_services()


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


def authorise_schedules_by_group() -> None:
    """Have MiniStack ask for a right to a schedule in the group that the call names.

    It takes every schedule for one of the group `default`. Unnecessary when `extract_resource_arn` reads GroupName of a
    body and groupName of a query. Source: Service Authorization Reference, Amazon EventBridge Scheduler: the ARN of a
    schedule is schedule/GROUP/NAME.
    """
    extract = iam_actions.extract_resource_arn

    def in_its_group(
        service: str,
        method: str,
        path: str,
        headers: dict[str, str],
        body: bytes,
        query: dict[str, Any],
        *rest: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401 - MiniStack's own
        arn = extract(service, method, path, headers, body, query, *rest)
        if service != "scheduler" or not (group := _group_of(body, query)):
            return arn
        return re.sub(r":schedule/default/", f":schedule/{group}/", arn)

    iam_actions.extract_resource_arn = in_its_group


def _group_of(body: bytes, query: dict[str, Any]) -> str:
    named = query.get("groupName", "")
    if named:
        return str(named[0] if isinstance(named, list) else named)
    return str(json.loads(body).get("GroupName", "")) if body else ""


def tell_callers_from_services() -> None:
    """Give every signed call the condition key `aws:PrincipalIsAWSService`, which MiniStack does not know.

    Whoever calls it from outside is no service. Unnecessary when a policy may deny by the key there. Source: IAM User
    Guide, AWS global condition context keys: the key is present in all signed requests.
    """
    keys_of = iam_evaluator._principal_keys  # noqa: SLF001 - there is no public way

    def with_that_key(credential: Any) -> dict[str, Any]:  # noqa: ANN401 - MiniStack's own
        return {**keys_of(credential), "aws:principalisawsservice": "false"}

    iam_evaluator._principal_keys = with_that_key  # noqa: SLF001 - the same
