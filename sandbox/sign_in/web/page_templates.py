"""Turns the templates in `pages/` into answers for a browser, and serves the style sheet and the script."""

from functools import cache
from pathlib import Path

import jinja2
from werkzeug.wrappers import Response

_FOLDER = Path(__file__).parent
_ASSETS = {"portal.css": "text/css", "portal.js": "text/javascript"}
# Nothing from elsewhere is loaded, and no other page may frame these.
_POLICY = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'"


def shown(template: str, *, status: int = 200, **context: object) -> Response:
    """Answer with a page; whatever the context holds is escaped."""
    text = _templates().get_template(template).render(**context)
    response = Response(text, status=status, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["Cache-Control"] = "no-store"  # credentials are on some of these pages
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def redirected(location: str) -> Response:
    """Send the browser on, by GET."""
    return Response(status=303, headers={"Location": location})


def asset(name: str) -> Response | None:
    """Answer with the style sheet or the script; None for any other name."""
    if name not in _ASSETS:
        return None
    return Response((_FOLDER / "assets" / name).read_bytes(), content_type=f"{_ASSETS[name]}; charset=utf-8")


@cache
def _templates() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(_FOLDER / "pages"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
