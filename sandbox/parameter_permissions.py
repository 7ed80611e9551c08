"""Lets MiniStack authorise a read of several parameters as AWS does: on each of them, not on everything."""

import json
from typing import Any

from ministack.core import iam_actions  # type: ignore[import-untyped]

_TARGET = "AmazonSSM.GetParameters"


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
        if headers.get("x-amz-target") == _TARGET and (names := json.loads(body).get("Names")):
            body = json.dumps({"Name": names[0]}).encode()
        return extract(service, method, path, headers, body, *rest)

    iam_actions.extract_resource_arn = named
