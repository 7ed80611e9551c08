"""The answer to whoever asked for something that takes a while: 202 and the change it leads to."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from aws_lambda_powertools.event_handler import Response, content_types

if TYPE_CHECKING:
    from dayone.contracts.api_people import TakenAnswer


def taken(change: str, *, headers: Mapping[str, str] | None = None) -> Response[str]:
    """202, with the change in the body and in `Location`."""
    answer: TakenAnswer = {"change": change, "href": f"/v1/changes/{change}"}
    said = {"Location": answer["href"], **(headers or {})}
    return Response(202, content_types.APPLICATION_JSON, json.dumps(answer), headers=said)
