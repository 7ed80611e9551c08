"""Findings of the setup check: whether Day One can work in its environment, and the correction otherwise."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from dayone.errors import DayOneError
from dayone.ports.setup import InvokerSight, SeenInvokers


class FindingState(StrEnum):
    """States of a finding; `UNKNOWN` if it cannot be determined from here."""

    OK = "ok"
    WARNING = "warning"
    WRONG = "error"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One finding: the situation in words, and the correction, empty when there is nothing to do.

    `paste` is a text, of several lines, to put where `do` describes.
    """

    name: str
    state: FindingState
    message: str
    do: str = ""
    paste: str = ""


def fine(name: str, message: str) -> Finding:
    """Return a finding for a correct setting."""
    return Finding(name=name, state=FindingState.OK, message=message)


def doubtful(name: str, message: str, *, do: str) -> Finding:
    """Return a finding for a setting that works, though not as well as it could."""
    return Finding(name=name, state=FindingState.WARNING, message=message, do=do)


def amiss(name: str, message: str, *, do: str, paste: str = "") -> Finding:
    """Return a finding for a setting that does not work."""
    return Finding(name=name, state=FindingState.WRONG, message=message, do=do, paste=paste)


def unseen(name: str, message: str, *, do: str, paste: str = "") -> Finding:
    """Return a finding that cannot be determined from here."""
    return Finding(name=name, state=FindingState.UNKNOWN, message=message, do=do, paste=paste)


_NAME = "invocations"
_NAMED = 10
_NEEDS = "iam:ListUsers, iam:ListRoles, iam:SimulatePrincipalPolicy and lambda:GetPolicy"
_UNASKED = "not asked: other accounts' sessions, service control policies, and the account's root user"


def only_the_api_and_the_queues_invoke(
    functions: Sequence[str], *, api_role: str, is_denied: bool, sight: InvokerSight
) -> Finding:
    """Nobody may invoke the functions with these ARNs but those who may change their code, and could do anything.

    `api_role` is the ARN of the role by which the API does, `is_denied` whether the stack's parameter
    DenyOtherInvocations is on.
    """
    if is_denied:
        return fine(_NAME, "Lambda denies all but the API, the queues and the stream (DenyOtherInvocations=true)")
    return judged(
        _NAME,
        read_or_error(lambda: sight.invokers(functions)),
        needs=_NEEDS,
        judge=lambda seen: _judged(seen, api_role=api_role),
    )


def _judged(seen: SeenInvokers, *, api_role: str) -> Finding:
    others = [arn for arn in seen.others if arn != api_role]
    who = (
        f"of {seen.answered} users and roles, {len(seen.administrators)} may invoke the functions and change their code"
    )
    if others:
        listed = ", ".join(others[:_NAMED])
        more = f" and {len(others) - _NAMED} more" if len(others) > _NAMED else ""
        message = f"{who}; these may invoke them and not change them: {listed}{more}; {_UNASKED}{_left_out(seen)}"
        do = (
            "deny them lambda:InvokeFunction on the functions of this stack: with it they can approve changes as"
            " somebody else (SECURITY.md, Who could do what)"
        )
        return doubtful(_NAME, message, do=do)
    if seen.unanswered or seen.is_cut:
        do = "ask iam:SimulatePrincipalPolicy about the rest: lambda:InvokeFunction on the functions of this stack"
        return unseen(_NAME, f"{who}, and nobody else; {_UNASKED}{_left_out(seen)}", do=do)
    return fine(_NAME, f"{who}, and nobody else; {_UNASKED}")


def _left_out(seen: SeenInvokers) -> str:
    unanswered = f"; IAM did not answer for {seen.unanswered}" if seen.unanswered else ""
    return f"{unanswered}; the account has more users and roles than were asked about" if seen.is_cut else unanswered


def read_or_error[T](read: Callable[[], T]) -> T | DayOneError:
    """Return the result of a read, or the error that it raised."""
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
    """Return the finding about a result; after an error it is unknown, and `needs` are the required IAM actions."""
    if not isinstance(seen, DayOneError):
        return judge(seen)
    # AWS's own words name ARNs and callers; the code before them is the kind of error.
    kind = str(seen).partition(":")[0]
    return unseen(name, f"AWS did not answer: {kind}", do=f"allow the caller {needs}, then check again")
