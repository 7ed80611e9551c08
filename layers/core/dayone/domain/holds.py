"""Removals that a guardrail has stopped, gifts to an account that await a first approval, and what was said to them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from dayone.domain.subjects import Resource


class Verdict(StrEnum):
    """What has become of a removal that was held; the operation of a `WITHDRAWN` one is to be superseded."""

    WAITING = "waiting"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, kw_only=True)
class HeldRemoval:
    """A removal, or with `is_gift` a first gift, that was held, and the operation that carries it out once approved.

    It outlives plans: as long as the same removal is asked for on the same ground, no plan makes it anew. `has_left`
    is that ground: the person's employment is over, or else the policy. `policy_version` is the version a rejection
    holds against; a newer one may ask again.
    """

    resource: Resource
    change: str
    operation: str
    has_left: bool = False
    verdict: Verdict = Verdict.WAITING
    policy_version: int = 0
    is_gift: bool = False


@dataclass(frozen=True, kw_only=True)
class Ground:
    """On what a plan asks for removals: the version of the policy, and whether the person's employment is over."""

    policy_version: int
    has_left: bool


def reviewed(held: Iterable[HeldRemoval], *, removals: Collection[Resource], ground: Ground) -> tuple[HeldRemoval, ...]:
    """What becomes of held removals when a subject is planned again and `removals` are asked for.

    Those that are asked for no more, or on another ground, are withdrawn, and forgotten at the next look. A rejected
    one keeps its resource until a newer policy asks for the removal.
    """
    looked_at = (_reviewed(one, removals=removals, ground=ground) for one in held)
    return tuple(one for one in looked_at if one is not None)


def decided(
    held: Iterable[HeldRemoval], *, change: str, is_approved: bool, removals: Collection[Resource], ground: Ground
) -> tuple[HeldRemoval, ...]:
    """The held removals with those of a change that waited decided on.

    They are approved, or rejected under the version of the policy, or withdrawn when they are not among `removals`,
    which are those asked for now, on the same ground.
    """
    verdict = Verdict.APPROVED if is_approved else Verdict.REJECTED

    def decide(one: HeldRemoval) -> HeldRemoval:
        if one.change != change or one.verdict is not Verdict.WAITING:
            return one
        is_asked_for = one.resource in removals and one.has_left == ground.has_left
        said = verdict if is_asked_for else Verdict.WITHDRAWN
        return replace(one, verdict=said, policy_version=ground.policy_version)

    return tuple(map(decide, held))


def spoken_for(held: Iterable[HeldRemoval]) -> frozenset[Resource]:
    """The resources whose removal is not for a plan to make, because it is held, approved or rejected."""
    return frozenset(one.resource for one in held if one.verdict is not Verdict.WITHDRAWN)


def released(held: Iterable[HeldRemoval]) -> tuple[str, ...]:
    """The operations that may run, whatever plan is in force."""
    return tuple(one.operation for one in held if one.verdict is Verdict.APPROVED)


def _reviewed(one: HeldRemoval, *, removals: Collection[Resource], ground: Ground) -> HeldRemoval | None:
    if one.verdict is Verdict.WITHDRAWN:
        return None
    is_outdated = one.verdict is Verdict.REJECTED and ground.policy_version > one.policy_version
    if one.resource in removals and one.has_left == ground.has_left and not is_outdated:
        return one
    return None if one.verdict is Verdict.REJECTED else replace(one, verdict=Verdict.WITHDRAWN)
