"""The least that a function behind an API can do: answer a constant, or read one record before."""

import os
from functools import cache
from typing import Any

import boto3

ANSWER = {"statusCode": 200, "headers": {"Content-Type": "application/json"}, "body": '{"id":"e-1"}'}


def constant(_event: object, _context: object) -> dict[str, object]:
    """Answer."""
    return ANSWER


def one_read(_event: object, _context: object) -> dict[str, object]:
    """Ask the table for a record that is not there, and answer."""
    key = {"pk": {"S": "nothing"}, "sk": {"S": "at all"}}
    _client().get_item(TableName=os.environ["TABLE_NAME"], Key=key, ConsistentRead=True)
    return ANSWER


@cache
def _client() -> Any:  # noqa: ANN401 - a boto3 client
    return boto3.client("dynamodb")
