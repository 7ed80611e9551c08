"""Describe held operations: the reason, who may decide and who may not, and what continues meanwhile."""

from collections.abc import Iterator
from datetime import datetime

from dayone.model.audit import AUTHOR
from dayone.model.changes import Change
from dayone.model.guardrails import HeldPart, Verdict

# What else causes something, such as an HR system, decides nothing anyway.
_PEOPLE = ("arn:", AUTHOR)
_DECIDES = "Whoever has the stack's OperatePolicyArn approves or rejects it"
_OTHERS_GO_ON = "everything else goes on"
_STAYS = "what is held to be given is not given, and what is held to be removed stays"
_NOT_THE_AUTHORS = ", but neither who applies this policy nor its authors"
_NOT_THOSE_BEHIND_IT = ", but nobody who has brought it about by a rule or a grant"
_NOT_THEIR_OWN = "; nobody decides on what they would be given themselves"
_ALONE = "SoleAdministrator=yes: those who have brought it about may decide as well"


def held_explanation(change: Change, *, sole_administrator: bool) -> tuple[str, ...]:
    """Sentences about what a change holds; none when it has never held anything."""
    if not change.held:
        return (f"It holds nothing any more; it did, because {change.held_reason}.",) if change.held_reason else ()
    others = change.operations - change.held
    done = f" ({change.done} of {_operations(others)} done)" if others else ""
    why = f"because {change.held_reason}"
    return (
        f"1 operation of this change waits for a decision, {why}."
        if change.held == 1
        else f"{change.held} operations of this change wait for a decision; what it held first, it held {why}.",
        *who_decides(change, sole_administrator=sole_administrator),
        f"Meanwhile {_OTHERS_GO_ON}{done}; {_STAYS}.",
    )


def who_decides(change: Change, *, sole_administrator: bool) -> tuple[str, ...]:
    """Sentences about who may approve or reject what a change holds, and who may not."""
    barred = () if sole_administrator else tuple(_barred(change))
    but = f", but not {'; nor '.join(barred)}" if barred else ""
    own = "" if sole_administrator else _NOT_THEIR_OWN
    return (f"{_DECIDES}{but}{own}.", *([f"{_ALONE}."] if sole_administrator else []))


def about_preview(held: int, *, others: int, is_edit: bool, sole_administrator: bool) -> tuple[str, ...]:
    """Describe operations that would be held: of a policy edit, or of facts from HR or AWS."""
    if not held:
        return ()
    but = _NOT_THE_AUTHORS if is_edit else _NOT_THOSE_BEHIND_IT
    meanwhile = f"{_operations(others)} would be carried out at once" if others else "nothing would be carried out"
    return (
        f"{_DECIDES}{'' if sole_administrator else but + _NOT_THEIR_OWN}.",
        *([f"{_ALONE}."] if sole_administrator else []),
        f"Meanwhile {meanwhile}; {_STAYS}.",
    )


def in_seconds(at: datetime) -> str:
    """Return a time for a sentence: ISO 8601 without fractions of a second."""
    return at.isoformat(timespec="seconds")


def about_held_part(removal: HeldPart) -> str:
    """Describe why one resource is held and the effect, as part of a sentence about the person or the account."""
    what, stays = ("giving it", "is not given") if removal.is_gift else ("its removal", "stays")
    match removal.verdict:
        case Verdict.REJECTED:
            rejected = f"{what} was rejected in change {removal.change}"
            return f"{rejected}, so it {stays} until a newer policy asks for that again"
        case Verdict.EXPIRED:
            when = f" until {in_seconds(removal.expires_at)}" if removal.expires_at else ""
            return (
                f"nobody decided on {what} in change {removal.change}{when}: it {stays} until a newer policy asks again"
            )
        case Verdict.AHEAD:
            by = f", if that comes before {in_seconds(removal.expires_at)}" if removal.expires_at else ""
            return (
                f"{what} was approved in change {removal.change}: that counts when it is given{by}, and for this alone"
            )
        case Verdict.APPROVED:
            return f"{what}, operation {removal.operation} of change {removal.change}, has been approved"
        case _:
            why = f", because it is sensitive ({removal.sensitive})" if removal.sensitive else ""
            barred = ", ".join(actor.removeprefix(AUTHOR) for actor in removal.blamed)
            by = f", but not by who brought it about or would gain by it ({barred})" if barred else ""
            waits = f"change {removal.change} waits for approval or rejection{by}"
            return f"{what} is held by a guardrail{why}: {waits}; until then it {stays}"


def _barred(change: Change) -> Iterator[str]:
    """Each who may not decide with the reason, such as `arn:…:user/ada, who caused the change`."""
    reasons: dict[str, list[str]] = {}
    for actor in (change.cause.actor, *change.cause.authors):
        if actor.startswith(_PEOPLE):
            reasons.setdefault(actor, []).append("caused the change" if actor == change.cause.actor else "wrote it")
    for blame in change.blamed:
        reasons.setdefault(blame.actor, []).append(blame.reason)
    for actor, what in reasons.items():
        yield f"{actor.removeprefix(AUTHOR)}, who {' and '.join(dict.fromkeys(what))}"


def _operations(number: int) -> str:
    return "1 operation" if number == 1 else f"{number} operations"
