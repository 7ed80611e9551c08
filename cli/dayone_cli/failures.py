"""Everything that ends a command early, each with the exit code that scripts can tell it by.

Failure
├── Negative        1  the answer is no, or what was waited for has failed or is held
├── Misused         2  the command cannot be understood; typer ends with 2 as well
├── Refused         3  the API, or AWS, says that the request is wrong (4xx)
├── Unavailable     4  no answer, or one that says to try later (5xx, too many requests)
├── Unauthorised    5  no credentials, or they are not allowed to do this (401, 403)
├── Unfinished      6  what was waited for is not over when `--timeout` is, and goes on
└── Interrupted   130  somebody has pressed Ctrl-C; what was begun goes on
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

type Json = Mapping[str, Any]


class Failure(Exception):
    """End of a command: a title, the detail, and every finding.

    `problem` is the API's problem document and `status` HTTP's, None and 0 where there was none.
    """

    exit_code: ClassVar[int] = 1

    def __init__(
        self,
        title: str,
        *,
        detail: str = "",
        findings: Sequence[str] = (),
        problem: Json | None = None,
        status: int = 0,
    ) -> None:
        super().__init__(title)
        self.title = title
        self.detail = detail
        self.findings = tuple(findings)
        self.problem = problem
        self.status = status

    def as_document(self) -> Json:
        """Return the problem as JSON: the API's own words, or ours in the same members."""
        if self.problem is not None:
            return self.problem
        said: dict[str, Any] = {"title": self.title, "detail": self.detail, "findings": list(self.findings)}
        return {name: entry for name, entry in said.items() if entry}


class Negative(Failure):
    """The answer is no, or what was waited for has not come out well."""

    exit_code = 1


class Misused(Failure):
    """The command cannot be carried out as it was typed."""

    exit_code = 2


class Refused(Failure):
    """The request is wrong as it stands."""

    exit_code = 3


class Unavailable(Failure):
    """No answer, or one that says to try later."""

    exit_code = 4


class Unauthorised(Failure):
    """There are no credentials, or they do not allow this."""

    exit_code = 5


class Unfinished(Failure):
    """The awaited work is not over when the time is up, and continues."""

    exit_code = 6


class Interrupted(Failure):
    """Somebody has stopped the command, as shells say it: 128 and the number of the signal."""

    exit_code = 130
