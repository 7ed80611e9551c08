"""The limits of removals and additions, and the operations that are held for approval."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import groupby

from dayone.model.dependencies import COUNTED, Difference
from dayone.model.operations import Action, Applied
from dayone.model.policy.rules import Guardrails, Policy
from dayone.model.subjects import Resource, ResourceKind, assignment_in

# What is given and is not sensitive is part of what others made, else.
_GIFTS = {ResourceKind.GUARDRAILS: "guardrails", ResourceKind.ASSIGNMENT: "first-assignments"}
# What something may be held as.
HELD_AS = ("removals", "sensitive-access", "additions", "first-assignments", "guardrails", "adoption")
# So long an approval counts for what it was about: for a first day, and for another try of what AWS has refused.
COVERED_FOR = timedelta(days=30)
_MOST_NAMES = 10


@dataclass(frozen=True, kw_only=True)
class Tally:
    """Counts for the guardrails: existing memberships and assignments, and removals of today and of this change.

    `added_today` and `added_in_change` are the same for additions.
    """

    existing: int = 0
    today: int = 0
    in_change: int = 0
    added_today: int = 0
    added_in_change: int = 0


@dataclass(frozen=True, kw_only=True)
class RemovalBudget:
    """Removals or additions that a plan carries out: `count`, while the day (UTC) and the change stay within limits.

    The limit is `at_most` of the kind.
    """

    day: date
    count: int
    at_most: int


def limit(guardrails: Guardrails, *, existing: int) -> int:
    """Return how many removals a change, and a day, may make without approval."""
    return max(guardrails.at_least, existing * guardrails.percent // 100)


def addition_limit(guardrails: Guardrails, *, existing: int) -> int:
    """Return how many additions a change, and a day, may make without approval."""
    return max(guardrails.additions_at_least, existing * guardrails.additions_percent // 100)


def with_count(applied: Applied) -> Applied:
    """Return a confirmed resource, marked if it is part of the total that the limit is a percentage of."""
    is_confirmed = applied.doubt is None or applied.counted
    return replace(applied, counted=applied.resource.kind in COUNTED and is_confirmed)


def why_over_the_limit(removals: int, *, guardrails: Guardrails, tally: Tally) -> str:
    """Return the reason to hold this many further removals, or "" if they are within the limit."""
    most = limit(guardrails, existing=tally.existing)
    before = max(tally.today, tally.in_change)
    if removals + before <= most:
        return ""
    others = f" after {before} others" if before else ""
    message = f"{guardrails.percent} % of {tally.existing}, at least {guardrails.at_least}"
    return f"{counted(removals)}{others}, the limit is {most} ({message})"


def why_ruinous(
    removals: Collection[Resource], *, found: Sequence[Difference], applied: Mapping[Resource, Applied]
) -> str:
    """Return the reason to hold removals that would leave an account without any group assignment, or "".

    This applies below any limit. A leaver's own assignments are exempt: their removal does not wait for approval.
    """
    # One whose creation was begun and never confirmed is nobody's yet.
    assigned = {
        resource
        for resource, entry in applied.items()
        if resource.kind is ResourceKind.ASSIGNMENT
        and entry.doubt is not Action.CREATE
        and not assignment_in(resource).principal.person
    }
    gains = any(
        difference.resource.kind is ResourceKind.ASSIGNMENT and difference.action is Action.CREATE
        for difference in found
    )
    if assigned and assigned <= set(removals) and not gains:
        return f"the account would lose every assignment it has ({len(assigned)})"
    return ""


def gives_nothing(policy: Policy) -> bool:
    """Return whether a policy in force asks for nothing at all, which is more likely a mistake than intended."""
    return policy.version > 0 and not (policy.groups or policy.permission_sets or policy.assignments)


def counted(removals: int) -> str:
    """Format a number of removals in words."""
    return "1 removal" if removals == 1 else f"{removals} removals"


class Verdict(StrEnum):
    """Status of held removals and gifts; the operation of a `WITHDRAWN` or `EXPIRED` one is to be superseded.

    An `EXPIRED` one was not decided on in time and counts as rejected from then on. One approved `AHEAD` is given by a
    future plan, on a first day or at a retry, unless that comes later than `expires_at`.
    """

    WAITING = "waiting"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    AHEAD = "pre-approved"


@dataclass(frozen=True, kw_only=True)
class HeldPart:
    """A held removal (or with `is_gift` a held gift), and the operation that carries it out.

    It outlives plans: while the same removal is desired on the same ground, no plan creates it again. `has_left` is
    that ground: the person's employment is over, or else the policy. `policy_version` is the version against which a
    rejection holds; a newer one may ask again. `sensitive` is the reason why giving it is sensitive, or empty; `form`
    identifies the form in which it would be given, where there are several. It has been held since `at`, and none of
    those `blamed`, by ARN or as named authors, may decide on it; entries of an earlier release lack both. One that
    `is_addition` is a gift, too, and is held because of the number of additions. A removal `of_edit` is held with all
    that an edit removes. A gift expires at `expires_at`; None is never.
    """

    resource: Resource
    change: str
    operation: str
    has_left: bool = False
    verdict: Verdict = Verdict.WAITING
    policy_version: int = 0
    is_gift: bool = False
    is_addition: bool = False
    of_edit: bool = False
    sensitive: str = ""
    form: str = ""
    at: datetime | None = None
    expires_at: datetime | None = None
    blamed: tuple[str, ...] = ()
    rests_on: str = ""

    @property
    def is_refused(self) -> bool:
        """True if it is not carried out under the same policy: it was rejected, or nobody decided on it in time."""
        return self.verdict in (Verdict.REJECTED, Verdict.EXPIRED)

    @property
    def held_as(self) -> str:
        """Kind: `removals`, `sensitive-access`, `additions`, `first-assignments`, `guardrails` or `adoption`."""
        if not self.is_gift:
            return "removals"
        if self.is_addition:
            return "additions"
        return "sensitive-access" if self.sensitive else _GIFTS.get(self.resource.kind, "adoption")


@dataclass(frozen=True, kw_only=True)
class Ground:
    """Ground for removals in a plan: the version of the policy, and whether the person's employment is over."""

    policy_version: int
    has_left: bool


def reviewed(held: Iterable[HeldPart], *, removals: Collection[Resource], ground: Ground) -> tuple[HeldPart, ...]:
    """Return the held removals after their subject is planned again with the desired `removals`.

    Those that are no longer desired, or on another ground, are withdrawn, and dropped by the next plan. A rejected one
    keeps its resource until a newer policy asks for the removal.
    """
    looked_at = (_reviewed(removal, removals=removals, ground=ground) for removal in held)
    return tuple(removal for removal in looked_at if removal is not None)


def decided(
    held: Iterable[HeldPart], *, change: str, is_approved: bool, removals: Collection[Resource], ground: Ground
) -> tuple[HeldPart, ...]:
    """Return the held removals after a decision on those of a change that were waiting.

    They are approved, or rejected under the version of the policy, or withdrawn if they are not among `removals`, the
    removals desired now on the same ground.
    """
    verdict = Verdict.APPROVED if is_approved else Verdict.REJECTED

    def decide(removal: HeldPart) -> HeldPart:
        if removal.change != change or removal.verdict is not Verdict.WAITING:
            return removal
        is_requested = removal.resource in removals and _is_on_ground(removal, ground, is_approved=is_approved)
        given = verdict if is_requested else Verdict.WITHDRAWN
        return replace(removal, verdict=given, policy_version=ground.policy_version)

    return tuple(map(decide, held))


def spoken_for(held: Iterable[HeldPart]) -> frozenset[Resource]:
    """Return the resources whose removal no plan may create, because it is held, approved or rejected."""
    return frozenset(removal.resource for removal in held if removal.verdict is not Verdict.WITHDRAWN)


def held_as(held: Iterable[HeldPart]) -> str:
    """Their name in the audit log: what all of them are held as, or `operations`."""
    kinds = {removal.held_as for removal in held}
    return "operations" if len(kinds) > 1 else next(iter(kinds), "removals")


def released(held: Iterable[HeldPart]) -> tuple[str, ...]:
    """Return the operations that may run whichever plan is in force."""
    return tuple(removal.operation for removal in held if removal.verdict is Verdict.APPROVED)


def after_ends(
    held: Iterable[HeldPart], *, ended: Collection[str], failed: Collection[str], at: datetime
) -> tuple[HeldPart, ...]:
    """Return what is left once operations have ended; what AWS has refused stays approved for a retry."""
    return tuple(
        replace(removal, verdict=Verdict.AHEAD, form=removal.rests_on, expires_at=at + COVERED_FOR)
        if removal.operation in ended
        else removal
        for removal in held
        if removal.operation not in ended or (removal.operation in failed and removal.sensitive and removal.rests_on)
    )


def expires_at(since: datetime, *, after: timedelta) -> datetime | None:
    """Return the expiry of what is held since then, rounded up to the hour to share one scan; None if `after` is 0."""
    if not after:
        return None
    at = since + after
    on_the_hour = at.replace(minute=0, second=0, microsecond=0)
    return at if at == on_the_hour else on_the_hour + timedelta(hours=1)


def expired(held: Iterable[HeldPart], *, now: datetime, policy_version: int) -> tuple[HeldPart, ...]:
    """Return the held removals with those marked expired that nobody decided on in time."""

    def look_at(removal: HeldPart) -> HeldPart:
        is_over = removal.verdict is Verdict.WAITING and removal.expires_at is not None and removal.expires_at <= now
        return replace(removal, verdict=Verdict.EXPIRED, policy_version=policy_version) if is_over else removal

    return tuple(map(look_at, held))


def next_expiry(held: Iterable[HeldPart]) -> datetime | None:
    """Return the time at which the first waiting removal expires, or None."""
    return min(
        (removal.expires_at for removal in held if removal.verdict is Verdict.WAITING and removal.expires_at),
        default=None,
    )


def _reviewed(removal: HeldPart, *, removals: Collection[Resource], ground: Ground) -> HeldPart | None:
    if removal.verdict is Verdict.WITHDRAWN:
        return None
    is_outdated = removal.is_refused and ground.policy_version > removal.policy_version
    is_approved = removal.verdict is Verdict.APPROVED
    if removal.resource in removals and _is_on_ground(removal, ground, is_approved=is_approved) and not is_outdated:
        return removal
    return None if removal.is_refused else replace(removal, verdict=Verdict.WITHDRAWN)


def _is_on_ground(removal: HeldPart, ground: Ground, *, is_approved: bool) -> bool:
    # What was approved anyway goes no less when the person turns out to have left.
    return removal.has_left == ground.has_left or (is_approved and ground.has_left)


def notes_on(held: Iterable[HeldPart]) -> Iterator[str]:
    """Yield a sentence for each change and verdict, with the resources that they are about."""
    words = {
        (Verdict.WAITING, False): "held by change {change}",
        (Verdict.WAITING, True): "held by change {change}",
        (Verdict.REJECTED, False): "kept, since its removal was rejected in change {change}",
        (Verdict.REJECTED, True): "not given, since it was rejected in change {change}",
        (Verdict.AHEAD, True): "approved before it is given in change {change}",
        (Verdict.EXPIRED, True): "not given, since nobody decided on it in time in change {change}",
    }
    parts = ((removal.verdict, removal.is_gift, removal.change, str(removal.resource)) for removal in held)
    ordered = sorted(pair for pair in parts if pair[:2] in words)
    for (verdict, is_gift, change), group in groupby(ordered, key=lambda operation: operation[:3]):
        yield f"{words[verdict, is_gift].format(change=change)}: {_names_of(name for *_, name in group)}"


def _names_of(names: Iterable[str]) -> str:
    first = list(names)
    more = f" and {len(first) - _MOST_NAMES} more" if len(first) > _MOST_NAMES else ""
    return ", ".join(first[:_MOST_NAMES]) + more
