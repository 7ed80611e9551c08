"""Runs a cheap command of each service of the AWS CLI, and prints which of them came to the endpoint."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from threading import Thread
from typing import Any

from awscli.clidriver import ServiceCommand  # type: ignore[import-untyped]
from botocore import xform_name
from botocore.model import OperationModel, ServiceModel
from botocore.utils import ArgumentGenerator

from sandbox.shell import aws_command

_CHEAP = ("List", "Describe", "Get", "Search", "Query")


class _Endpoint(BaseHTTPRequestHandler):
    """Refuses every request, and counts them."""

    requests = 0

    def _refuse(self) -> None:
        type(self).requests += 1
        self.send_response(400)
        self.send_header("Content-Length", "2")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(b"{}")

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = _refuse  # noqa: N815 - the standard library's names

    def log_message(self, *_words: object) -> None:
        """Say nothing."""


def main() -> None:
    """Print a JSON object of how many requests of each command came to the endpoint."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Endpoint)
    Thread(target=server.serve_forever, daemon=True).start()
    endpoints = [name for name in os.environ if name.startswith("AWS_ENDPOINT_URL")]
    os.environ.update(dict.fromkeys(endpoints, f"http://127.0.0.1:{server.server_address[1]}"))
    driver = aws_command.local_driver()
    sys.stdout.write(json.dumps({" ".join(words[:2]): _came(words, driver=driver) for words in _commands(driver)}))


def _came(words: list[str], *, driver: Any) -> int:  # noqa: ANN401 - the AWS CLI has no types
    before = _Endpoint.requests
    with redirect_stdout(StringIO()), redirect_stderr(StringIO()), suppress(SystemExit):
        driver.main(words)
    return _Endpoint.requests - before


def _commands(driver: Any) -> Iterator[list[str]]:  # noqa: ANN401
    yield ["s3", "ls"]
    for name, command in driver._get_command_table().items():
        if isinstance(command, ServiceCommand):
            commands = command._get_command_table()
            for operation in _chosen(command.service_model, names=set(commands)):
                yield [name, xform_name(operation.name, "-"), *_arguments(operation)]


def _chosen(service: ServiceModel, *, names: set[str]) -> list[OperationModel]:
    """The cheapest operation of a service, and the cheapest of those that put the same name before the host."""
    operations = [service.operation_model(name) for name in service.operation_names if xform_name(name, "-") in names]
    plain = [operation for operation in operations if not _streams(operation)]
    cheapest = sorted(plain, key=_cost)
    by_prefix = {json.dumps(operation.endpoint): operation for operation in reversed(cheapest)}
    return list({operation.name: operation for operation in [*cheapest[:1], *by_prefix.values()]}.values())


def _streams(operation: OperationModel) -> bool:
    return bool(operation.has_streaming_output or operation.has_event_stream_output)


def _cost(operation: OperationModel) -> tuple[int, bool]:
    required = operation.input_shape.required_members if operation.input_shape else []
    return len(required), not operation.name.startswith(_CHEAP)


def _arguments(operation: OperationModel) -> list[str]:
    shape = operation.input_shape
    if not (shape and shape.required_members):
        return []
    values = ArgumentGenerator(use_member_names=True).generate_skeleton(shape)
    return ["--cli-input-json", json.dumps({name: values[name] for name in shape.required_members}, default=str)]


if __name__ == "__main__":
    main()
