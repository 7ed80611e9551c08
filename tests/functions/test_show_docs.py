"""GET /docs: a page that shows the API's document, made of nothing but what was deployed."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from functions.show_docs import app
from tests.functions.conftest import LambdaContext, Log
from tests.project.repository import ROOT

type Event = dict[str, Any]


@pytest.fixture
def shown(event_of: Callable[[str], Event], context: LambdaContext) -> Callable[..., Any]:
    def show(name: str, *, page: str = "") -> Any:  # noqa: ANN401
        event = event_of(f"show_docs/{name}")
        return app.lambda_handler({**event, "pathParameters": {"page": page}} if page else event, context)

    return show


def test_the_page_is_made_of_parts_that_are_there(shown: Callable[..., Any]) -> None:
    page = shown("read_page")
    assert page["headers"]["Content-Type"].startswith("text/html")
    parts = re.findall(r'(?:src|href)="docs/([^"]+)"', page["body"])
    assert len(parts) == 4
    for part in parts:
        answer = shown("read_document", page=part)
        assert (answer["statusCode"], bool(answer["body"])) == (200, True), part


def test_the_page_has_nothing_written_into_it_that_its_policy_forbids(shown: Callable[..., Any]) -> None:
    page = shown("read_page")
    policy = page["headers"]["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in page["body"]
    assert not re.search(r"<script>|<style|style=| on\w+=", page["body"])


def test_the_document_is_the_one_in_the_project_and_names_this_api_as_its_server(shown: Callable[..., Any]) -> None:
    answer = shown("read_document")
    kept = json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))
    assert json.loads(answer["body"]) == {**kept, "servers": [{"url": ".."}]}
    assert answer["headers"]["Content-Type"] == "application/json"


@pytest.mark.parametrize("page", ["settings.py", "../settings.py", "/etc/passwd", "docs.html/..", "html.py"])
def test_nothing_else_is_shown(shown: Callable[..., Any], log: Log, page: str) -> None:
    answer = shown("read_unknown_page", page=page)
    assert answer["statusCode"] == 404
    assert answer["headers"]["Content-Type"] == "application/problem+json"
    assert json.loads(answer["body"])["type"] == "tag:dayone,2026:not-found"
    assert page not in log.text
