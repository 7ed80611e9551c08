"""Plan a policy for the whole company in portions beside each other, a step at a time, each kept as it is taken."""

import hashlib
import json
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, timedelta
from functools import partial

from dayone.errors import Awaited, Rejected
from dayone.executor.taken_over import TakeOver
from dayone.lookups import PolicyWithinReach, walk_kind, walk_with_policy
from dayone.messages.codec import decode, encode
from dayone.model.policy.company_plans import (
    PREPARATION,
    CompanyPlan,
    PlanState,
    PlanStep,
    PortionRequest,
    portions_done,
)
from dayone.model.policy.context import OffLimits
from dayone.model.policy.rules import Policy, Reservations
from dayone.model.subject_state import SubjectState
from dayone.model.subjects import THE_POLICY, Principal, Subject, SubjectKind
from dayone.planning.evaluation import PolicyEvaluator
from dayone.planning.facts import evaluator_of
from dayone.planning.guards import CompanyRecords, judged_as_edit, with_reservations
from dayone.policy.sensitive_notes import sensitive_sets
from dayone.policy.unmatchable_rules import unassigned_sets, unmatchable_rules
from dayone.policy.unmatched_rules import UnmatchedRules
from dayone.ports.company_plans import CompanyPlans
from dayone.ports.messaging import Returns
from dayone.ports.operations import Clock
from dayone.ports.records import Records
from dayone.ports.store import Company, Ledger, PolicyInForce
from dayone.preview.builder import PreviewBuilder
from dayone.preview.portions import Judge, PreviewPortion, joined_preview
from dayone.preview.preview import LISTED, TAKEN_ON, PlanPreview, listed_notes, not_looked_at

MOST_TRIES = 5
# A step that is cut off is taken again, so it is short; a page of large accounts fits into memory.
_MOST_SUBJECTS, _PAGE = 2_000, 100
_LONGEST_STEP, _LONGEST_RUN, _LONGEST_LOADING = timedelta(seconds=15), timedelta(seconds=25), timedelta(seconds=20)
_MOST_ACCOUNTS = 100
_MOST_BYTES = 350_000
GIVEN_UP = f"a portion could not be planned in {MOST_TRIES} tries: see the log of `preview_company`"
OUTDATED = "another policy is in force by now, or something held of it was decided: plan again"


@dataclass(frozen=True, kw_only=True)
class PlanRequest:
    """The texts of the policy to plan, by file name."""

    files: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class PreviewCompany:
    """Ports of a worker; it keeps what it has made ready of the `last` plan that it has worked at.

    `read_policy` parses the texts of a policy.
    """

    plans: CompanyPlans
    company: Company
    records: Records
    policies: PolicyInForce
    ledger: Ledger
    take_over: TakeOver
    read_policy: Callable[[Mapping[str, str], Policy], Policy]
    returns: Returns
    clock: Clock
    last: dict[str, PolicyEvaluator] = field(default_factory=dict)


def preview_company(request: PortionRequest, *, tries: int, ports: PreviewCompany) -> bool:
    """Take the next steps through a portion of a plan, and after the last one of all end the plan.

    Returns False when the time of a run is up before the portion is done: the same request goes on. A step that was
    taken is not taken again, whatever died since. The plan fails at the sixth of the `tries` that have come to nothing,
    and at once when no other try can do better.
    """
    plan = ports.plans.find(request.plan, now=ports.clock())
    if plan is None or plan.state is not PlanState.RUNNING or not 0 <= request.portion < plan.portions:
        return True
    policies = PolicyWithinReach(policies=ports.policies, standing=_Standing(plan.off_limits))
    taken = [step for step in ports.plans.steps(plan.id) if step.portion == request.portion]
    if tag_of(policies.current()) != plan.in_force:
        _end(plan, PlanState.OUTDATED, reason=OUTDATED, ports=ports)
    elif tries - len(taken) > MOST_TRIES:
        _end(plan, PlanState.FAILED, reason=GIVEN_UP, ports=ports)
    else:
        try:
            return _go_on(request.portion, taken, plan=plan, policies=policies, ports=ports)
        except Rejected as error:
            _end(plan, PlanState.FAILED, reason=str(error), ports=ports)
    return True


def portions_of(company: Company) -> Sequence[tuple[SubjectKind, int]]:
    """Return the portions of a company, in the order in which its subjects are planned one by one."""
    kinds = (SubjectKind.GROUP, SubjectKind.PERMISSION_SET)
    split = (SubjectKind.ACCOUNT, SubjectKind.PERSON)
    parts = [(kind, part) for kind in split for part in range(company.parts(kind))]
    return [*((kind, 0) for kind in kinds), *parts, (SubjectKind.POLICY, 0)]


def tag_of(policy: Policy) -> str:
    """Identify a policy in force, with all that is held of it and approved."""
    reservations = json.dumps(encode(policy.reservations), sort_keys=True)
    return f"{policy.version}-{hashlib.sha256(reservations.encode()).hexdigest()[:16]}"


def pack(value: object) -> bytes:
    """Pack a value of the domain into few bytes."""
    return zlib.compress(json.dumps(encode(value), separators=(",", ":")).encode())


def unpack[T](kind: type[T], packed: bytes) -> T:
    """Return the value of this kind that was packed."""
    return decode(kind, json.loads(zlib.decompress(packed)))


def packed_preview(preview: PlanPreview) -> bytes:
    """Pack a preview, with fewer operations listed where it would fill more than a record."""
    operations = tuple(replace(operation, attributes={}) for operation in preview.operations)
    packed = pack(preview := replace(preview, operations=operations))
    while len(packed) > _MOST_BYTES and operations:
        operations = operations[: len(operations) // 2]
        cut = len(preview.operations) - len(operations)
        shorter = replace(preview, operations=operations, unlisted=preview.unlisted + cut)
        packed = pack(replace(shorter, unlisted_new=preview.unlisted_new + cut))
    return packed


def _packed_portion(portion: PreviewPortion) -> bytes:
    # The attributes are of use only where names are looked up in Identity Center; the inventory has what is not new.
    listed = tuple(
        replace(each, operation=replace(each.operation, attributes={}, exists="" if each.is_new else TAKEN_ON))
        for each in portion.listed
    )
    packed = pack(portion := replace(portion, listed=listed))
    while len(packed) > _MOST_BYTES and listed:
        listed = listed[: len(listed) // 2]
        packed = pack(replace(portion, listed=listed))
    return packed


@dataclass(frozen=True)
class _Standing:
    """AWS's limits as they were at the start of a plan."""

    limits: OffLimits

    def off_limits(self) -> OffLimits:
        """See Standing."""
        return self.limits


def _end(plan: CompanyPlan, state: PlanState, *, reason: str, ports: PreviewCompany) -> None:
    ports.plans.end(plan, state=state, at=ports.clock(), reason=reason)


def _go_on(
    portion: int, taken: Sequence[PlanStep], *, plan: CompanyPlan, policies: PolicyInForce, ports: PreviewCompany
) -> bool:
    until = ports.clock() + _LONGEST_RUN
    evaluator = _evaluator(plan, policies=policies, ports=ports)
    last = taken[-1] if taken else None
    while last is None or last.last is not None:
        last = _take(portion, after=last, plan=plan, evaluator=evaluator, ports=ports)
        if last.last is not None and ports.clock() >= until:
            return False
    if portions_done(ports.plans.steps(plan.id)) == plan.portions:
        _complete(plan, policy=evaluator.policy, ports=ports)
    return True


def _judged(plan: CompanyPlan, *, in_force: Policy, policy: Policy, ports: PreviewCompany) -> Reservations:
    """Return what a policy would be in force under, as whichever worker came first has found it."""
    if ports.plans.step(plan.id, portion=PREPARATION, number=0) is None:
        recorded = CompanyRecords(
            accounts=partial(walk_kind, SubjectKind.ACCOUNT, company=ports.company),
            state_of=ports.records.subject,
            inventory=ports.take_over.recent,
        )
        judged = judged_as_edit(policy, in_force=in_force, recorded=recorded)
        ports.plans.keep(plan, PlanStep(portion=PREPARATION, number=0), content=pack(judged.reservations))
    return unpack(Reservations, ports.plans.content(plan.id, portion=PREPARATION, number=0))


def _evaluator(plan: CompanyPlan, *, policies: PolicyInForce, ports: PreviewCompany) -> PolicyEvaluator:
    if plan.id not in ports.last:
        in_force = policies.current()
        before = (*in_force.before[:1], in_force) if in_force.version else ()
        policy = ports.read_policy(unpack(PlanRequest, ports.plans.request(plan.id)).files, in_force)
        reservations = _judged(plan, in_force=in_force, policy=policy, ports=ports)
        policy = with_reservations(policy, reservations=reservations, before=before)
        evaluator = evaluator_of(
            policy,
            state_of=ports.records.subject,
            now=plan.created_at,
            accounts_with=partial(_accounts_with, records=ports.records),
            version_of=policies.version,
        )
        ports.last.clear()
        ports.last[plan.id] = _with_existing(evaluator, ports=ports)
    return ports.last[plan.id]


def _accounts_with(person: str, *, records: Records) -> set[Subject]:
    page = records.assignments_of(str(Principal(person=person)), cursor="", limit=_MOST_ACCOUNTS)
    return {Subject(SubjectKind.ACCOUNT, entry.account) for entry in page.entries}


def _with_existing(evaluator: PolicyEvaluator, *, ports: PreviewCompany) -> PolicyEvaluator:
    until = ports.clock() + _LONGEST_LOADING
    while True:
        try:
            existing = ports.take_over.finder(evaluator.policy, state_of=evaluator.state_of)
        except Awaited:
            if ports.clock() > until:
                raise
        else:
            return replace(evaluator, existing=existing)


def _take(
    portion: int, *, after: PlanStep | None, plan: CompanyPlan, evaluator: PolicyEvaluator, ports: PreviewCompany
) -> PlanStep:
    """Take the step after another one and keep it; return the one that counts, which another worker may have taken."""
    builder, last = PreviewBuilder(evaluator=evaluator, is_edit=True, most=LISTED), None
    unmatched = UnmatchedRules(evaluator.policy, now=evaluator.now)
    until = ports.clock() + _LONGEST_STEP
    name = after.last.name if after and after.last else ""
    for number, state in enumerate(_states(portion, after=name, policy=evaluator.policy, ports=ports), start=1):
        builder.add(state)
        unmatched.add(state.head.fact)
        if number == _MOST_SUBJECTS or ports.clock() >= until:
            last = state.head.subject
            break
    found = replace(builder.portion(), unmatched=unmatched.so_far())
    step = PlanStep(portion=portion, number=after.number + 1 if after else 0, looked_at=found.looked_at, last=last)
    return ports.plans.keep(plan, replace(step, counts=found.counts), content=_packed_portion(found))


def _states(number: int, *, after: str, policy: Policy, ports: PreviewCompany) -> Iterator[SubjectState]:
    kind, part = portions_of(ports.company)[number]
    match kind:
        case SubjectKind.POLICY:
            yield from [ports.records.subject(THE_POLICY)] if policy.reservations.guard else []
        case SubjectKind.GROUP | SubjectKind.PERMISSION_SET:
            yield from walk_with_policy(kind, policy, company=ports.company, after=after)
        case _:
            while page := ports.company.states_in(kind, part=part, after=after, limit=_PAGE):
                yield from page
                after = page[-1].head.subject.name


def _complete(plan: CompanyPlan, *, policy: Policy, ports: PreviewCompany) -> None:
    """Judge all portions together, and end the plan."""
    unmatched = UnmatchedRules(policy, now=plan.created_at)
    for portion in _portions(plan, ports=ports):
        unmatched.join(portion.unmatched)
    tally = ports.ledger.tally("", day=plan.created_at.astimezone(UTC).date())
    preview = joined_preview(
        partial(_portions, plan, ports=ports),
        judge=Judge(policy=policy, tally=tally, is_edit=True),
        most=LISTED,
    )
    mistakes = [*unmatchable_rules(policy), *plan.mistakes]
    refused = {note.location for note in mistakes}
    found = [note for note in unmatched.notes() if note.location not in refused]
    notes = listed_notes([*plan.notes, *sensitive_sets(policy), *unassigned_sets(policy), *found])
    notes = (*notes, *filter(None, [unmatched.untried()]), *preview.notes, *not_looked_at(preview))
    result = packed_preview(replace(preview, notes=notes, mistakes=listed_notes(mistakes)))
    ports.plans.end(plan, state=PlanState.COMPLETE, at=ports.clock(), result=result)


def _portions(plan: CompanyPlan, *, ports: PreviewCompany) -> Iterator[PreviewPortion]:
    return (unpack(PreviewPortion, content) for content in ports.plans.contents(plan.id))
