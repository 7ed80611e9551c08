"""Say what sensitive access a first day will give: it is held and decided on before, for a while."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from dayone.domain.desired import Desired, Rules
from dayone.domain.guardrails import HeldRemoval, Verdict
from dayone.domain.held_gifts import Gift, Giving, held_gifts
from dayone.domain.hr_sources import BY_HAND
from dayone.domain.life_cycle import begins_at, has_access
from dayone.domain.origins import GIVES, group_rule, part_digest
from dayone.domain.people import Person, Status
from dayone.domain.planning import differences
from dayone.domain.precedence import Difference
from dayone.domain.sensitivity import Sensitivity
from dayone.domain.subject_states import Telling
from dayone.domain.subjects import Resource, ResourceKind

# So long an approval counts for a first day, and so long before it what it gives is shown.
COVERED_FOR = timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class Ahead:
    """The gifts of a subject with those of a first day that is still to come, by `differences` on `first_day`.

    Those `coming` are held already, and not to be given yet even when they are approved. `forms` stand for what an
    approval of each rests on. Those `covered` were approved before their day, in this form; `due` are to be given now.
    """

    gifts: Mapping[Resource, Gift] = field(default_factory=dict)
    differences: tuple[Difference, ...] = ()
    first_day: datetime | None = None
    forms: Mapping[Resource, str] = field(default_factory=dict)
    covered: frozenset[Resource] = frozenset()
    coming: frozenset[Resource] = frozenset()
    due: frozenset[Resource] = frozenset()

    def alike(self, held: HeldRemoval, *, form: str) -> Collection[Resource]:
        """The gifts for which the same is asked as what is held; `form` is that of the whole subject, if it has one."""
        if held.verdict is Verdict.AHEAD:
            return self.covered
        if held.form not in ("", form or self.forms.get(held.resource)):
            return frozenset()
        # What was approved on its day runs at once: not when that has been put off since.
        return self.gifts.keys() - (self.coming if held.verdict is Verdict.APPROVED else frozenset())

    def form_of(self, resource: Resource) -> str:
        """The form in which something is held before its day; empty of all else."""
        return self.forms[resource] if resource in self.coming else ""

    def since(self, resource: Resource, *, now: datetime) -> datetime:
        """From when on somebody has to decide on it: nobody is late before the day has come."""
        return self.first_day if self.first_day and resource in self.coming else now

    def after(self, decided: Iterable[HeldRemoval], *, was: HeldRemoval, at: datetime) -> tuple[HeldRemoval, ...]:
        """What has been decided: what is approved before its day waits for that, and not for long."""
        is_early = was.verdict is Verdict.WAITING and was.resource in self.coming
        return tuple(
            replace(one, verdict=Verdict.AHEAD, expires_at=at + COVERED_FOR)
            if is_early and one.verdict is Verdict.APPROVED
            else one
            for one in decided
        )


def look_ahead(gifts: Mapping[Resource, Gift], *, giving: Giving, rules: Rules, sensitivity: Sensitivity) -> Ahead:
    """The gifts of today with those of a first day within the time that an approval counts for, less what it covers."""
    person, policy, head = giving.fact, sensitivity.policy, giving.state.head
    if not isinstance(person, Person):
        return Ahead(gifts=gifts)
    at = begins_at(person, cycle=policy.people, now=giving.now)
    found = _coming(person, at=at, giving=giving, rules=rules, sensitivity=sensitivity) if at else ()
    together = {**gifts, **{one.resource: gift for one, gift in found}}
    forms = {
        one: _rests_on(one, person, tellings=giving.tellings, sensitivity=sensitivity)
        for one in together
        if one.kind is ResourceKind.MEMBERSHIP
    }
    early = [one for one in head.held if one.verdict is Verdict.AHEAD and one.form == forms.get(one.resource)]
    covered = frozenset(one.resource for one in early if one.expires_at and giving.now < one.expires_at)
    coming = frozenset(one.resource for one, _ in found)
    return Ahead(
        gifts={one: gift for one, gift in together.items() if one not in covered - coming},
        differences=tuple(one for one, _ in found),
        first_day=at,
        forms=forms,
        covered=covered,
        coming=coming,
        due=covered - coming,
    )


def _coming(
    person: Person, *, at: datetime, giving: Giving, rules: Rules, sensitivity: Sensitivity
) -> tuple[tuple[Difference, Gift], ...]:
    policy, desired = sensitivity.policy, giving.desired
    is_near = at <= giving.now + COVERED_FOR and has_access(person, cycle=policy.people, now=at)
    if not is_near or desired.left_alone or person.status is Status.MISSING:
        return ()
    there = {*giving.state.applied, *desired.resources}
    given = {one: wanted for one, wanted in rules.memberships(person, now=at).items() if one not in there}
    subject = giving.state.head.subject
    found = differences(Desired(given), applied={}, subject=subject, protection=policy.protection)
    gifts = held_gifts(found, giving=replace(giving, now=at), sensitivity=sensitivity)
    when = f", given on the first day, {person.start_date}"
    return tuple(
        (one, replace(gift, reason=gift.reason + when))
        for one in found
        if (gift := gifts.get(one.resource)) and gift.is_sensitive
    )


def _rests_on(resource: Resource, person: Person, *, tellings: Iterable[Telling], sensitivity: Sensitivity) -> str:
    """Stands for the rule, what the policy gives the group, the facts that count, and what was told by hand."""
    group, policy = resource.name, sensitivity.policy
    rules = tuple(one for one in policy.groups if one.name == group)
    assigned = tuple(one for one in policy.assignments if one.group == group)
    names = {one.permission_set for one in assigned}
    selectors = [each for one in rules for each in (*one.members, *one.exceptions)]
    attributes = {condition.attribute for each in selectors for condition in each.conditions}
    by_hand = [one for one in tellings if one.source == BY_HAND]
    meaning = {
        "because": sensitivity.why(resource, fact=person),
        "rules": rules,
        "assigned": assigned,
        "rights": {one.name: one.rights for one in policy.permission_sets if one.name in names},
        "facts": {name: str(getattr(person, name, None)) for name in attributes},
        "by hand": {name: text for one in by_hand for name, text in one.attributes.items()},
    }
    return part_digest(group_rule(group), GIVES, meaning)[:16]
