"""What is said of who may invoke the functions that believe their events."""

from collections.abc import Sequence

from dayone.domain.findings import Finding, doubtful, fine, unseen
from dayone.ports.surroundings import InvokerSight, SeenInvokers
from dayone.usecases.check_reading import attempt, judged

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
        attempt(lambda: sight.invokers(functions)),
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
        says = f"{who}; these may invoke them and not change them: {listed}{more}; {_UNASKED}{_left_out(seen)}"
        do = (
            "deny them lambda:InvokeFunction on the functions of this stack: with it they can approve changes as"
            " somebody else (SECURITY.md, Who could do what)"
        )
        return doubtful(_NAME, says, do=do)
    if seen.unanswered or seen.is_cut:
        do = "ask iam:SimulatePrincipalPolicy about the rest: lambda:InvokeFunction on the functions of this stack"
        return unseen(_NAME, f"{who}, and nobody else; {_UNASKED}{_left_out(seen)}", do=do)
    return fine(_NAME, f"{who}, and nobody else; {_UNASKED}")


def _left_out(seen: SeenInvokers) -> str:
    unanswered = f"; IAM did not answer for {seen.unanswered}" if seen.unanswered else ""
    return f"{unanswered}; the account has more users and roles than were asked about" if seen.is_cut else unanswered
