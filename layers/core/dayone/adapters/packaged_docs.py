"""Pages that come along with the packages of a function."""

from collections.abc import Mapping
from importlib.resources import files

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
