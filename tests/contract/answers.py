"""Lets a real boto3 client get an answer that the local AWS does not give by itself, and shows what it sends."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def answering(
    client: Any,  # noqa: ANN401
    operation: str,
    code: str,
    *,
    status: int = 400,
    message: str = "as the test asked",
) -> Iterator[None]:
    """Inside the block the operation is not carried out, and answers with this error."""

    def refuse(**_: object) -> tuple[Any, dict[str, Any]]:
        answer = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {}}
        return _Answer(status), answer

    with _hooked(client, f"before-call.{_service_id(client)}.{operation}", refuse):
        yield


@contextmanager
def altering(client: Any, operation: str, alter: Callable[[dict[str, Any]], None]) -> Iterator[None]:  # noqa: ANN401
    """Inside the block `alter` may change each answer of the operation in place."""

    def change(parsed: dict[str, Any], **_: object) -> None:
        alter(parsed)

    with _hooked(client, f"after-call.{_service_id(client)}.{operation}", change):
        yield


@contextmanager
def sending(client: Any, operation: str) -> Iterator[list[dict[str, Any]]]:  # noqa: ANN401
    """Inside the block the list grows by the parameters of each call of the operation."""
    sent: list[dict[str, Any]] = []

    def note(params: dict[str, Any], **_: object) -> None:
        sent.append(params)

    with _hooked(client, f"provide-client-params.{_service_id(client)}.{operation}", note):
        yield sent


@contextmanager
def _hooked(client: Any, event: str, hook: Callable[..., Any]) -> Iterator[None]:  # noqa: ANN401
    client.meta.events.register(event, hook)
    try:
        yield
    finally:
        client.meta.events.unregister(event, hook)


def _service_id(client: Any) -> str:  # noqa: ANN401
    return str(client.meta.service_model.service_id.hyphenize())


class _Answer:
    def __init__(self, status: int) -> None:
        self.status_code = status
