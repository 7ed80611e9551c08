"""Find sensitive access to be given on a future first day: it can be held and decided on in advance."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from dayone.model.accounts import Account
from dayone.model.dependencies import Difference, form_of
from dayone.model.guardrails import COVERED_FOR, HeldPart, Verdict
from dayone.model.people import Person, Status, begins_at, has_access
from dayone.model.policy.origins import GIVES, assignment_rule, group_rule, part_digest
from dayone.model.policy.rules import AccountSelector, PersonSelector, Policy
from dayone.model.subject_state import SourceRecord
from dayone.model.subjects import Desired, DesiredResource, Resource, ResourceKind, Subject, SubjectKind, assignment_in
from dayone.planning.causes import manual_record
from dayone.planning.desired import Rules, people_named
from dayone.planning.diff import differences
from dayone.planning.held_gifts import Gift, Giving, held_gifts
from dayone.policy.matching import describes, what_protects
from dayone.policy.sensitivity import Sensitivity


@dataclass(frozen=True, kw_only=True)
class FirstDayGifts:
    """The gifts of a subject with those of first days that are still to come, by `differences`.

    Those `coming`, each on its day, are held already, and not to be given yet even when they are approved. `forms`
    stand for what an approval of each rests on. Those `covered` were approved before their day, in this form; `due` are
    to be given now. The last inventory has those that are `existing`: nobody is given them.
    """

    gifts: Mapping[Resource, Gift] = field(default_factory=dict)
    differences: tuple[Difference, ...] = ()
    forms: Mapping[Resource, str] = field(default_factory=dict)
    covered: frozenset[Resource] = frozenset()
    coming: Mapping[Resource, datetime] = field(default_factory=dict)
    due: frozenset[Resource] = frozenset()
    existing: frozenset[Resource] = frozenset()

    def alike(self, held: HeldPart, *, form: str) -> Collection[Resource]:
        """Return the gifts that match a held one; `form` is that of the whole subject, if it has one."""
        if held.verdict is Verdict.AHEAD:
            return self.covered
        if held.form not in ("", form or self.forms.get(held.resource)):
            return frozenset()
        is_open = held.verdict in (Verdict.WAITING, Verdict.APPROVED)
        if is_open and held.rests_on not in ("", self.forms.get(held.resource)):
            # It means something else by now than was shown, or was approved.
            return frozenset()
        # What was approved on its day runs at once: not when that has been put off since.
        return self.gifts.keys() - (self.coming.keys() if held.verdict is Verdict.APPROVED else frozenset())

    def form_of(self, resource: Resource) -> str:
        """Return the form in which a gift is held before its day, or a user with another name; empty for all others."""
        return self.forms[resource] if resource in self.coming or resource.kind is ResourceKind.USER else ""

    def since(self, resource: Resource, *, now: datetime) -> datetime:
        """From when on somebody has to decide on it: nobody is late before the day has come."""
        return self.coming.get(resource, now)

    def after(self, decided: Iterable[HeldPart], *, was: HeldPart, at: datetime) -> tuple[HeldPart, ...]:
        """Return the decided gifts; one approved before its day waits for that day, for a limited time."""
        is_early = was.verdict is Verdict.WAITING and was.resource in self.coming
        rests_on = was.rests_on if was.rests_on == self.forms.get(was.resource) else ""
        expires_at = at + COVERED_FOR if is_early else was.expires_at
        verdict = Verdict.AHEAD if is_early else Verdict.APPROVED
        return tuple(
            replace(removal, rests_on=rests_on, verdict=verdict, expires_at=expires_at)
            if removal.verdict is Verdict.APPROVED and was.verdict is Verdict.WAITING
            else removal
            for removal in decided
        )


def look_ahead(
    gifts: Mapping[Resource, Gift], *, giving: Giving, rules: Rules, sensitivity: Sensitivity
) -> FirstDayGifts:
    """Return today's gifts with those of a first day within the approval period, without those already covered."""
    head, found = giving.state.head, _coming(giving=giving, rules=rules, sensitivity=sensitivity)
    together = {**gifts, **{difference.resource: gift for difference, gift, _ in found}}
    forms = {
        resource: _rests_on(resource, giving=giving, sensitivity=sensitivity)
        for resource, gift in together.items()
        if gift.is_sensitive
    }
    early = [
        removal
        for removal in head.held
        if removal.verdict is Verdict.AHEAD and removal.form == forms.get(removal.resource)
    ]
    covered = frozenset(removal.resource for removal in early if removal.expires_at and giving.now < removal.expires_at)
    coming = {difference.resource: at for difference, _, at in found}
    return FirstDayGifts(
        gifts={resource: gift for resource, gift in together.items() if resource not in covered - coming.keys()},
        differences=tuple(difference for difference, _, _ in found),
        forms=forms,
        covered=covered,
        coming=coming,
        due=covered - coming.keys(),
    )


def _coming(*, giving: Giving, rules: Rules, sensitivity: Sensitivity) -> tuple[tuple[Difference, Gift, datetime], ...]:
    """Return what is sensitive and will be given on a first day within the approval period, and when."""
    policy, desired, state = sensitivity.policy, giving.desired, giving.state
    if desired.left_alone or desired.gone:
        return ()
    there, found = {*state.applied, *desired.resources}, list[tuple[Difference, Gift, datetime]]()
    for person, at in _beginners(giving, policy=policy):
        given = {
            resource: needed
            for resource, needed in _given_to(person, giving.fact, at=at, rules=rules).items()
            if resource not in there
        }
        new = differences(Desired(given), applied={}, subject=state.head.subject, protection=policy.protection)
        gifts = held_gifts(new, giving=replace(giving, now=at), sensitivity=sensitivity)
        when = f", given on the first day, {person.start_date}"
        found += [
            (difference, replace(gift, reason=gift.reason + when), at)
            for difference in new
            if (gift := gifts.get(difference.resource)) and gift.is_sensitive
        ]
    return tuple(found)


def _beginners(giving: Giving, *, policy: Policy) -> Iterator[tuple[Person, datetime]]:
    """Yield the person themselves, or those assigned something alone in the account, whose first day is near."""
    account = giving.fact
    if isinstance(account, Account) and policy.terms.off_limits.account == account.id:
        return
    names = people_named(account, policy=policy) if isinstance(account, Account) else ()
    states = [giving.recorded(Subject(SubjectKind.PERSON, name)) for name in sorted(names)]
    for state in (giving.state, *states):
        person = giving.fact if state is giving.state else state.head.fact
        if not isinstance(person, Person) or person.status is Status.MISSING:
            continue
        if what_protects(person, applied=state.applied, protection=policy.protection):
            continue
        at = begins_at(person, cycle=policy.people, now=giving.now)
        if at and at <= giving.now + COVERED_FOR and has_access(person, cycle=policy.people, now=at):
            yield person, at


def _given_to(
    person: Person, fact: Person | Account | None, *, at: datetime, rules: Rules
) -> Mapping[Resource, DesiredResource]:
    """Return what a person is given on their first day: memberships, or what they alone are given in an account."""
    if not isinstance(fact, Account):
        return rules.memberships(person, now=at)
    given = rules.assignments(fact, employed={person.id})
    return {each: needed for each, needed in given.items() if assignment_in(each).principal.person == person.id}


def _rests_on(resource: Resource, *, giving: Giving, sensitivity: Sensitivity) -> str:
    """Return a digest of all that an approval covers: rules, rights, relevant facts, grants and manual entries."""
    fact, head = giving.fact, giving.state.head
    if head.subject.kind is SubjectKind.PERMISSION_SET:
        return form_of(giving.desired)
    grants = [(grant.id, grant.until) for grant in head.grants if grant.resource == resource]
    meaning: dict[str, object] = {
        "because": sensitivity.why(resource, fact=fact),
        **({"grants": grants} if grants else {}),
    }
    if isinstance(fact, Person):
        rule = group_rule(resource.name)
        meaning |= _of_membership(resource, fact, giving=giving, sensitivity=sensitivity)
    else:
        rule = assignment_rule(resource.name)
        meaning |= _of_assignment(resource, giving=giving, sensitivity=sensitivity)
    return part_digest(rule, GIVES, meaning)[:16]


def _of_membership(
    resource: Resource, person: Person, *, giving: Giving, sensitivity: Sensitivity
) -> Mapping[str, object]:
    part = sensitivity.part_of(resource)
    attributes = {
        condition.attribute
        for each in part.selectors
        if isinstance(each, PersonSelector)
        for condition in each.conditions
    }
    return {
        **part.meaning,
        # Who it is counts too: the same record may become somebody else.
        "facts": {name: str(getattr(person, name, None)) for name in {*attributes, "user_name", "email"}},
        "by hand": _by_hand(giving.source_records),
    }


def _of_assignment(resource: Resource, *, giving: Giving, sensitivity: Sensitivity) -> Mapping[str, object]:
    account, person = giving.fact, assignment_in(resource).principal.person
    head = giving.recorded(Subject(SubjectKind.PERSON, person)).head if person else None
    part = sensitivity.part_of(resource)
    selectors = (each for each in part.selectors if isinstance(each, AccountSelector))
    return {
        **part.meaning,
        "facts": [isinstance(account, Account) and describes(selector, account) for selector in selectors],
        "by hand": _by_hand(head.source_records) if head else {},
        "who": (head.fact.user_name, head.fact.email) if head and isinstance(head.fact, Person) else (),
    }


def _by_hand(source_records: Iterable[SourceRecord]) -> Mapping[str, str]:
    record = manual_record(source_records)
    return record.attributes if record else {}
