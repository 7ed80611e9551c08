"""Responses of an HTTP API, and the failure of a refused request."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from dayone_cli.failures import Failure, Misused, Refused, Unauthorised, Unavailable

_FIRST_ERROR = 400
_FIRST_OF_THE_SERVER = 500
_TOO_MANY = 429
_NOT_ALLOWED = (401, 403)
# AWS's words to a signature for another Region than its own.
_WRONG_REGION = "scoped to a valid region"
_TRY_LATER = (_TOO_MANY, 502, 503, 504)
_MOST_OF_A_TEXT = 500
_NEXT = re.compile(r'<([^>]*)>;\s*rel="?next"?')


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The status, the headers by their names in lower case, and the body as text."""

    status: int
    headers: Mapping[str, str]
    text: str

    def json(self) -> Any:  # noqa: ANN401 - whatever the body holds
        """Parse the body as JSON; raise Unavailable if it is none."""
        try:
            return json.loads(self.text)
        except ValueError as error:
            raise Unavailable("The response is not JSON", detail=self.text[:_MOST_OF_A_TEXT]) from error

    @property
    def is_refusal(self) -> bool:
        """True if the response is a refusal or an error."""
        return self.status >= _FIRST_ERROR

    @property
    def next_cursor(self) -> str:
        """The cursor in the `Link` to the next part (RFC 8288), empty when there is none."""
        link = _NEXT.search(self.headers.get("link", ""))
        return parse_qs(urlsplit(link[1]).query).get("cursor", [""])[0] if link else ""

    @property
    def retry_after(self) -> float | None:
        """In how many seconds the same request is worth another try, None when it is not."""
        said = self.headers.get("retry-after", "")
        if said.isdecimal():
            return float(said)
        return 1.0 if self.status in _TRY_LATER else None


def failure_of(answer: Answer) -> Failure:
    """Return the failure of a response: in the API's own words if it is a problem document, else in the response's."""
    problem = _problem(answer.text)
    title = str(problem.get("title") or f"HTTP {answer.status}")
    detail = str(problem.get("detail") or problem.get("message") or problem.get("Message") or "")
    said: dict[str, Any] = {
        "detail": detail or ("" if problem else answer.text[:_MOST_OF_A_TEXT].strip()),
        "findings": [str(entry) for entry in problem.get("findings") or ()],
        "problem": problem if "title" in problem else None,
        "status": answer.status,
    }
    if answer.status in _NOT_ALLOWED and _WRONG_REGION in detail:
        advice = "add --region with the API's, or set AWS_REGION"
        return Misused("The request was signed for another Region", detail=f"{detail.rstrip(' .')}: {advice}")
    if answer.status in _NOT_ALLOWED:
        return Unauthorised(title, **said)
    if answer.status >= _FIRST_OF_THE_SERVER or answer.status == _TOO_MANY:
        return Unavailable(title, **said)
    return Refused(title, **said)


def _problem(text: str) -> Mapping[str, Any]:
    try:
        said = json.loads(text)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
