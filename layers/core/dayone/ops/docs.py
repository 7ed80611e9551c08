"""Show the API's document: a page for readers, and what that page is made of."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dayone.errors import NotFound

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
