"""Documentation pages over API Gateway: the pages that are packaged, and the response to a request."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from dayone.errors import DayOneError, NotFound
from dayone.messages.problems import MEDIA_TYPE, problem_of

DOCUMENT = "openapi.json"
_MEDIA_TYPES: Mapping[str, str] = {
    "docs.html": "text/html; charset=utf-8",
    "docs.js": "text/javascript; charset=utf-8",
    "swagger-ui.js": "text/javascript; charset=utf-8",
    "swagger-ui.css": "text/css; charset=utf-8",
    DOCUMENT: "application/json",
}


@dataclass(frozen=True, kw_only=True)
class DocPage:
    """Something to show, under its name."""

    name: str
    media_type: str
    text: str


def show_docs(name: str, *, text: Callable[[str], str]) -> DocPage:
    """Return the page of a name, with `text` for its content; raise NotFound for any other name."""
    if name not in _MEDIA_TYPES:
        raise NotFound("page not found: start at /docs")
    found = text(name)
    return DocPage(name=name, media_type=_MEDIA_TYPES[name], text=_at_home(found) if name == DOCUMENT else found)


def _at_home(document: str) -> str:
    """Return the document with this API as its server: the folder above that in which it is served."""
    return json.dumps({**json.loads(document), "servers": [{"url": ".."}]}, ensure_ascii=False)


_START = "docs.html"
# Nothing from elsewhere, nothing written into the page, and no page of somebody else's around it. Swagger UI draws its
# icons from `data:` addresses.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


def page_requested(event: Mapping[str, Any]) -> str:
    """Return the name of the page in the path, or of the first page."""
    return str((event.get("pathParameters") or {}).get("page") or _START)


def page_answer(page: DocPage) -> dict[str, Any]:
    """Return a page, with security headers for the browser."""
    return _answer(200, page.text, media_type=page.media_type)


def page_refusal(error: DayOneError) -> dict[str, Any]:
    """Return a problem document instead of a page."""
    problem = problem_of(error)
    return _answer(problem["status"], json.dumps(problem), media_type=MEDIA_TYPE)


def _answer(status: int, body: str, *, media_type: str) -> dict[str, Any]:
    return {"statusCode": status, "headers": {**_HEADERS, "Content-Type": media_type}, "body": body}


# Powertools ships Swagger UI, of which this is all that a page needs.
_SWAGGER_UI: Mapping[str, str] = {
    "swagger-ui.js": "swagger-ui-bundle.min.js",
    "swagger-ui.css": "swagger-ui.min.css",
}


def page_text(name: str) -> str:
    """Return the text of one of our pages, or of a part of Swagger UI."""
    theirs = _SWAGGER_UI.get(name)
    # Not as a package: importing that takes pydantic and half a second.
    folder = files("aws_lambda_powertools").joinpath("event_handler", "openapi", "swagger_ui")
    place = folder / theirs if theirs else files("dayone").joinpath("pages", name)
    return place.read_text(encoding="utf-8")
