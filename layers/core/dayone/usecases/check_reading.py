"""Reads for the check of the settings what may not be readable, and says so instead of breaking the rest."""

from collections.abc import Callable

from dayone.domain.findings import Finding, unseen
from dayone.errors import DayOneError


def attempt[T](read: Callable[[], T]) -> T | DayOneError:
    """The result of a read, or the error that it ended with."""
    try:
        return read()
    except DayOneError as error:
        return error


def pair[A, B](first: A | DayOneError, second: B | DayOneError) -> tuple[A, B] | DayOneError:
    """Two results that are judged together, or the first error of them."""
    if isinstance(first, DayOneError):
        return first
    return second if isinstance(second, DayOneError) else (first, second)


def judged[T](name: str, seen: T | DayOneError, *, needs: str, judge: Callable[[T], Finding]) -> Finding:
    """The finding about a result; about an error it is unknown, and `needs` are the IAM actions that it takes."""
    if not isinstance(seen, DayOneError):
        return judge(seen)
    # AWS's own words name ARNs and callers; the code before them says which kind of trouble it is.
    kind = str(seen).partition(":")[0]
    return unseen(name, f"AWS did not answer: {kind}", do=f"allow the caller {needs}, then check again")
