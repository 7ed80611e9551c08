"""Evaluate a policy for one subject: what it should have, and how that differs from what it has."""

from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache, cached_property

from dayone.model.accounts import Account
from dayone.model.dependencies import Adoption, Difference, adds_access, form_of, is_removal
from dayone.model.guardrails import Ground
from dayone.model.operations import Action, Applied
from dayone.model.people import LifeCycle, Person, has_left
from dayone.model.policy.rules import Policy
from dayone.model.subject_state import Head, SourceRecord, SubjectState
from dayone.model.subjects import Desired, Reason, Resource, ResourceKind, Subject, SubjectKind, assignment_in
from dayone.planning.approved_reasons import ApprovedBy, no_version, with_approved_reasons
from dayone.planning.compiled_rules import WithinReach, within_reach
from dayone.planning.desired import Rules, desired_for_account, desired_for_group, desired_for_permission_set
from dayone.planning.desired_grants import announced_ends, reasons_to_mend, with_approved_ends, with_grants
from dayone.planning.desired_people import desired_for_person, next_look, waiting_note
from dayone.planning.diff import differences, left_alone
from dayone.planning.first_days import FirstDayGifts, look_ahead
from dayone.planning.guards import desired_guards
from dayone.planning.held_gifts import Giving, held_gifts
from dayone.policy.matching import what_protects
from dayone.policy.sensitivity import exposed_anew, sensitivity_of

# Finds what exists of what is desired for a subject.
type FindExisting = Callable[[SubjectState, Person | Account | None, Desired], Collection[Resource]]


@dataclass(frozen=True)
class PolicyEvaluator:
    """One policy at one moment, compiled to be evaluated for any subject.

    `employed` are the ids of employed people with assignments in the policy; `state_of` looks up a recorded state.
    `before` has evaluators of the policies that it is compared with, while its removals are held. `accounts_with`
    returns the accounts in which a person has something of their own, `version_of` an earlier version of the policy.
    A first policy has `existing`, to find what it takes over.
    """

    policy: Policy
    now: datetime
    rules: Rules
    employed: Container[str] = frozenset()
    before: "tuple[PolicyEvaluator, ...]" = ()
    state_of: Callable[[Subject], SubjectState] = lambda subject: SubjectState(Head(subject=subject))
    accounts_with: Callable[[str], Iterable[Subject]] = lambda _person: ()
    version_of: Callable[[int], Policy] = no_version
    existing: FindExisting | None = None

    @cached_property
    def recorded(self) -> Callable[[Subject], SubjectState]:
        """The same, read once: of permission sets, which many accounts have."""
        return cache(self.state_of)

    def desired(self, state: SubjectState, *, fact: Person | Account | None) -> Desired:
        """Return the desired resources of the subject for this fact and its recorded grants."""
        desired, grants, policy, now = self._by_rules(state, fact=fact), state.head.grants, self.policy, self.now
        if grants:
            desired = with_grants(desired, fact=fact, grants=grants, policy=policy, employed=self.employed, now=now)
            desired = with_approved_ends(desired, state=state, fact=fact, policy=policy, now=now)
        named, sensitivity = {**state.applied, **desired.resources}, sensitivity_of(policy)
        sensitive = [each for each in named if sensitivity.why(each, fact=fact)]
        at = ApprovedBy(policy=policy, version_of=self.version_of, fact=fact, now=now)
        return with_approved_reasons(desired, sensitive=sensitive, state=state, at=at) if sensitive else desired

    def concerns(self, state: SubjectState) -> bool:
        """Return whether the subject must be planned again: by a difference, its due time, or open work."""
        head, fact = state.head, state.head.fact
        if head.outstanding > 0 or head.failed or head.held:
            return True
        if isinstance(fact, Person) and head.due_at != next_look(fact, state=state, policy=self.policy, now=self.now):
            return True
        if self.policy.sensitive.accounts and exposed_anew(state, fact=fact, policy=self.policy):
            return True
        diff = diff_recorded_state(state, evaluator=self)
        # Only permission sets can be left alone because AWS cannot do it; the change must note that.
        is_futile = head.subject.kind is SubjectKind.PERMISSION_SET and bool(diff.left_alone)
        # What a rule has come to give beside a grant is put on record, or the grant's end would take it unasked.
        return bool(diff.differences or diff.reasons) or is_futile

    def _by_rules(self, state: SubjectState, *, fact: Person | Account | None) -> Desired:
        subject = state.head.subject
        if isinstance(fact, Person):
            return desired_for_person(fact, policy=self.policy, now=self.now, rules=self.rules, state=state)
        if isinstance(fact, Account):
            return desired_for_account(fact, policy=self.policy, employed=self.employed, rules=self.rules)
        if subject.kind is SubjectKind.GROUP:
            return desired_for_group(subject.name, policy=self.policy)
        if subject.kind is SubjectKind.PERMISSION_SET:
            return desired_for_permission_set(subject.name, policy=self.policy)
        if subject.kind is SubjectKind.POLICY:
            return desired_guards(self.policy)
        return Desired({}, left_alone="no complete record of it is there")


@dataclass(frozen=True, kw_only=True)
class Diff:
    """Differences of a subject, the reason why nothing may change (or empty), notes, and the ground of removals.

    `ahead` has the gifts, also those of a future first day; `form` identifies the form of
    these, where there are several. `of_edit` are the removals that the policy makes and a previous one would not, by
    the same facts; without a previous one, all. `of_departed` are those in an account that take away a leaver's own
    assignments. `announced` are resources given by grants alone that are removed with the last of them, at its end or
    by a request; `reasons` are new reasons of unchanged resources. With `adoption` existing resources are adopted.
    """

    differences: tuple[Difference, ...]
    left_alone: str
    notes: tuple[str, ...]
    ground: Ground
    desired: Desired
    form: str = ""
    ahead: FirstDayGifts = field(default_factory=FirstDayGifts)
    of_edit: frozenset[Resource] = frozenset()
    of_departed: frozenset[Resource] = frozenset()
    announced: frozenset[Resource] = frozenset()
    reasons: Mapping[Resource, tuple[Reason, ...]] = field(default_factory=dict)
    adoption: Adoption | None = None

    @cached_property
    def removals(self) -> frozenset[Resource]:
        """Resources to be taken away from somebody."""
        return frozenset(difference.resource for difference in self.differences if is_removal(difference))

    @cached_property
    def added(self) -> frozenset[Resource]:
        """Memberships and assignments to be given that can only be held for their number."""
        return (
            frozenset(difference.resource for difference in self.differences if adds_access(difference))
            - self.ahead.gifts.keys()
        )

    def ground_of(self, resource: Resource) -> Ground:
        """On what ground this one is taken away."""
        return replace(self.ground, has_left=self.ground.has_left or resource in self.of_departed)


@dataclass(frozen=True)
class _Comparison:
    """The resources a policy desires for a subject, and the differences from them that can be resolved."""

    desired: Desired
    applied: Mapping[Resource, Applied]
    adoption: Adoption | None
    reach: WithinReach

    @property
    def removals(self) -> frozenset[Resource]:
        """Resources to be taken away from somebody."""
        return frozenset(difference.resource for difference in self.reach.differences if is_removal(difference))


def _compared(state: SubjectState, *, fact: Person | Account | None, evaluator: PolicyEvaluator) -> _Comparison:
    subject, applied, policy = state.head.subject, state.trusted, evaluator.policy
    desired, adoption = evaluator.desired(state, fact=fact), state.head.adoption
    if adoption is not None and (adoption := adoption if adoption.counts(desired.resources, applied=applied) else None):
        applied = adoption.with_surplus(applied)
    differing = differences(desired, applied=applied, subject=subject, protection=policy.protection)
    if policy.protection.users:
        # Of an account: what is assigned to a person alone hangs on their user, whatever their id is.
        found, guard = list(differing), evaluator.policy.protection
        holders = _holders([difference.resource for difference in found], evaluator=evaluator)
        guarded = {resource for resource, who, have in holders if what_protects(who, applied=have, protection=guard)}
        differing = [difference for difference in found if difference.resource not in guarded]
    return _Comparison(desired, applied, adoption, within_reach(differing, state=state, policy=policy))


def _of_edit(
    taken: frozenset[Resource], state: SubjectState, *, fact: Person | Account | None, evaluator: PolicyEvaluator
) -> frozenset[Resource]:
    before = evaluator.before if taken else ()
    kept = (taken - _compared(state, fact=fact, evaluator=each).removals for each in before)
    return frozenset().union(*kept) if evaluator.before else taken


def diff_subject(
    state: SubjectState,
    *,
    fact: Person | Account | None,
    evaluator: PolicyEvaluator,
    source_records: tuple[SourceRecord, ...] | None = None,
) -> Diff:
    """Compare a subject with the policy; `source_records` are those of the fact if they are not the recorded ones."""
    compared, policy, now = _compared(state, fact=fact, evaluator=evaluator), evaluator.policy, evaluator.now
    desired, applied, found = compared.desired, compared.applied, compared.reach.differences
    taken = frozenset(each.resource for each in found if is_removal(each))
    records = state.head.source_records if source_records is None else source_records
    # A policy does not make leavers of people by itself.
    cycles = (policy.people, *(before.policy.people for before in evaluator.before))
    is_over = isinstance(fact, Person) and all(has_left(fact, cycle=cycle, now=now) for cycle in cycles)
    giving = Giving(state, fact, desired, compared.adoption, records, evaluator.recorded, evaluator.accounts_with, now)
    ahead = _ahead(compared, giving=giving, evaluator=evaluator)
    return Diff(
        differences=(*found, *ahead.differences),
        left_alone=left_alone(desired, applied=applied),
        notes=tuple(filter(None, (*desired.notes, waiting_note(desired, applied=applied), compared.reach.note))),
        ground=Ground(policy_version=policy.version, has_left=is_over),
        desired=desired,
        ahead=ahead,
        form=form_of(desired) if state.head.subject.kind is SubjectKind.PERMISSION_SET else "",
        of_edit=_of_edit(taken, state, fact=fact, evaluator=evaluator),
        of_departed=_of_departed(taken, cycles=cycles, evaluator=evaluator) if taken else taken,
        announced=announced_ends(taken, state=state, fact=fact, policy=policy, now=now),
        reasons=reasons_to_mend(applied, desired=desired.resources) if state.head.grants else {},  # few have any
        adoption=compared.adoption,
    )


def _ahead(compared: _Comparison, *, giving: Giving, evaluator: PolicyEvaluator) -> FirstDayGifts:
    found, fact, sensitivity = compared.reach.differences, giving.fact, sensitivity_of(evaluator.policy)
    gifts, existing = held_gifts(found, giving=giving, sensitivity=sensitivity), frozenset[Resource]()
    if evaluator.existing and compared.adoption is None:
        existing = _existing(found, giving=giving, find=evaluator.existing)
        # Whoever has it already is given nothing.
        gifts = {resource: gift for resource, gift in gifts.items() if resource not in existing}
    begins = fact.start_date if isinstance(fact, Person) else evaluator.policy.people_assigned
    if gifts or giving.state.head.held or begins:
        ahead = look_ahead(gifts, giving=giving, rules=evaluator.rules, sensitivity=sensitivity)
        return replace(ahead, existing=existing) if existing else ahead
    return FirstDayGifts(gifts=gifts, existing=existing)


def _existing(found: Iterable[Difference], *, giving: Giving, find: FindExisting) -> frozenset[Resource]:
    """Return what is to be created and exists; nothing once something has failed, which may be gone by now."""
    state = giving.state
    there = {*state.applied, *(part.resource for part in state.head.held)}
    created = {each.resource for each in found if each.action is Action.CREATE} - there
    is_open = created and not state.head.failed
    return frozenset(created.intersection(find(state, giving.fact, giving.desired))) if is_open else frozenset()


def diff_recorded_state(state: SubjectState, *, evaluator: PolicyEvaluator) -> Diff:
    """Compare the recorded state of a subject with the resources a policy desires for its recorded fact."""
    return diff_subject(state, fact=state.head.fact, evaluator=evaluator)


def _holders(
    resources: Iterable[Resource], *, evaluator: PolicyEvaluator
) -> Iterator[tuple[Resource, Person, Mapping[Resource, Applied]]]:
    """Those that are assigned to one person alone, each with who that is and what they have."""
    for resource in resources:
        person = assignment_in(resource).principal.person if resource.kind is ResourceKind.ASSIGNMENT else ""
        state = evaluator.state_of(Subject(SubjectKind.PERSON, person)) if person else None
        if state and isinstance(state.head.fact, Person):
            yield resource, state.head.fact, state.applied


def _of_departed(
    taken: Iterable[Resource], *, cycles: Iterable[LifeCycle], evaluator: PolicyEvaluator
) -> frozenset[Resource]:
    theirs, now = _holders(taken, evaluator=evaluator), evaluator.now
    return frozenset(
        resource for resource, who, _ in theirs if all(has_left(who, cycle=each, now=now) for each in cycles)
    )
