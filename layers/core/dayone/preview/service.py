"""Answer what would follow from another policy, or from a person or an account that were otherwise; writes nothing."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import chain
from typing import Protocol

from dayone.errors import NotFound, Unavailable
from dayone.executor.existing import ExistingNames
from dayone.executor.taken_over import TakeOver
from dayone.lookups import walk_company, walk_kind
from dayone.model.accounts import Account
from dayone.model.changes import CauseKind
from dayone.model.people import Person, has_access
from dayone.model.policy.rules import Policy
from dayone.model.subject_state import SubjectState
from dayone.model.subjects import THE_POLICY, Principal, Subject, SubjectKind
from dayone.planning.desired import without_sensitivity
from dayone.planning.evaluation import PolicyEvaluator
from dayone.planning.facts import evaluator_of
from dayone.planning.guards import CompanyRecords, judged_as_edit
from dayone.policy.protection import ProtectionPorts, check_protection
from dayone.policy.sensitive_notes import sensitive_sets
from dayone.policy.service import read_policy_here
from dayone.policy.unmatchable_rules import unassigned_sets, unmatchable_rules
from dayone.policy.unmatched_rules import UnmatchedRules
from dayone.ports.operations import Clock
from dayone.ports.records import Records
from dayone.ports.store import Company, Grants, Ledger, PolicyInForce
from dayone.preview.builder import PreviewBuilder
from dayone.preview.existing import with_existing
from dayone.preview.preview import LISTED, PlanPreview, listed_notes
from dayone.preview.request import Changes, WhatIf, changed_account, changed_person

_MOST_ACCOUNTS = 100
# API Gateway waits for 29 seconds; the answer needs some of them.
_TIME_TO_READ = timedelta(seconds=18)


class PreviewPorts(ProtectionPorts, Protocol):
    """Previewing plans: what it needs of the API's context."""

    records: Records
    policies: PolicyInForce
    company: Company
    ledger: Ledger
    grants: Grants
    existing: ExistingNames
    clock: Clock


@dataclass(frozen=True, kw_only=True)
class Previewed:
    """Preview of a plan; `is_complete` is false when there are too many subjects for one request.

    `policy_version` is the policy it was planned with, None for one in the request.
    """

    preview: PlanPreview
    is_complete: bool
    policy_version: int | None


def preview_plan(what_if: WhatIf, *, ports: PreviewPorts) -> Previewed:
    """Plan the given case; raise Invalid for an invalid policy, person or account."""
    if what_if.files is not None:
        return preview_policy(what_if.files, company=ports.company, ports=ports)
    if what_if.person is not None:
        return _of_person(what_if.person, ports=ports)
    return _of_account(what_if.account or {}, ports=ports)


def preview_policy(files: Mapping[str, str], *, company: Company, ports: PreviewPorts) -> Previewed:
    """Plan everybody with another policy; raise Invalid for one that is invalid."""
    in_force = ports.policies.current()
    policy = read_policy_here(files, in_force=in_force, version=in_force.version + 1, records=ports.records)
    accounts = partial(walk_kind, SubjectKind.ACCOUNT, company=company)
    take_over = TakeOver(inventory=ports.existing.access.inventory, clock=ports.clock)
    recorded = CompanyRecords(accounts=accounts, state_of=ports.records.subject, inventory=take_over.recent)
    policy = judged_as_edit(policy, in_force=in_force, recorded=recorded)
    evaluator = _evaluator(policy, ports=ports)
    with suppress(Unavailable):
        # Otherwise what exists is compared below, name by name.
        evaluator = replace(evaluator, existing=take_over.finder(policy, state_of=evaluator.state_of))
    unmatched = UnmatchedRules(policy, now=evaluator.now)
    everybody = _added_to(unmatched, walk_company(policy, company=company))
    if policy.reservations.guard:
        everybody = chain(everybody, [ports.records.subject(THE_POLICY)])
    planned = _looked_at(everybody, evaluator=evaluator, ports=ports, origin=CauseKind.POLICY)
    guards = check_protection(policy, in_force=in_force, ports=ports, near=unmatched.near)
    mistakes = [*unmatchable_rules(policy), *guards.mistakes]
    notes = [*guards.warnings, *guards.unread, *sensitive_sets(policy), *unassigned_sets(policy)]
    # People who were not checked may be the ones meant.
    if planned.is_complete:
        refused = {note.location for note in mistakes}
        notes += [note for note in unmatched.notes() if note.location not in refused]
    untried = [unmatched.untried()] if planned.is_complete and unmatched.untried() else []
    noted = (*listed_notes(notes), *untried, *planned.preview.notes)
    return replace(
        planned, preview=replace(planned.preview, notes=noted, mistakes=listed_notes(mistakes)), policy_version=None
    )


def _added_to(unmatched: UnmatchedRules, states: Iterable[SubjectState]) -> Iterable[SubjectState]:
    for state in states:
        unmatched.add(state.head.fact)
        yield state


def _of_person(changes: Changes, *, ports: PreviewPorts) -> Previewed:
    policy, now = ports.policies.current(), ports.clock()
    state = ports.records.subject(Subject(SubjectKind.PERSON, str(changes["id"])))
    existing = state.head.fact if isinstance(state.head.fact, Person) else None
    person = changed_person(existing, changes)
    states: Iterable[SubjectState] = [_with(state, person)]
    turns = _has_access(existing, policy=policy, now=now) != _has_access(person, policy=policy, now=now)
    # What is assigned to somebody directly hangs on the accounts.
    if turns and person.id in policy.people_assigned:
        states = chain(states, walk_kind(SubjectKind.ACCOUNT, company=ports.company))
    elif turns:
        states = chain(states, map(ports.records.subject, ports.grants.accounts_of(person.id)))
    return _looked_at(states, evaluator=_evaluator(policy, ports=ports, instead=person), ports=ports)


def _of_account(changes: Changes, *, ports: PreviewPorts) -> Previewed:
    state = ports.records.subject(Subject(SubjectKind.ACCOUNT, str(changes["id"])))
    existing = state.head.fact if isinstance(state.head.fact, Account) else None
    account = changed_account(existing, changes)
    if existing is None:
        account = replace(account, created_at=ports.clock())
    policy = ports.policies.current()
    evaluator = _evaluator(policy, ports=ports)
    state = replace(state, head=without_sensitivity(state.head, fact=account, policy=policy))
    return _looked_at([_with(state, account)], evaluator=evaluator, ports=ports, origin=CauseKind.ACCOUNT_EVENT)


def _looked_at(
    states: Iterable[SubjectState],
    *,
    evaluator: PolicyEvaluator,
    ports: PreviewPorts,
    origin: CauseKind = CauseKind.HR_EVENT,
) -> Previewed:
    until, is_complete = ports.clock() + _TIME_TO_READ, True
    is_edit = origin is CauseKind.POLICY
    builder = PreviewBuilder(evaluator=evaluator, is_edit=is_edit, most=LISTED, origin=origin)
    for state in states:
        if ports.clock() > until:
            is_complete = False
            break
        builder.add(state)
    # No change of this name can have let anything go.
    tally = ports.ledger.tally("", day=evaluator.now.astimezone(UTC).date())
    policy = evaluator.policy
    preview = with_existing(builder.preview(tally), policy=policy, names=_by(policy, ports=ports))
    return Previewed(preview=preview, is_complete=is_complete, policy_version=policy.version)


def _by(policy: Policy, *, ports: PreviewPorts) -> ExistingNames:
    """Return the comparison of existing resources with this policy, rather than with the one in force."""
    access = ports.existing.access
    desired = replace(access.desired, policies=_Instead(policy))
    return replace(ports.existing, access=replace(access, desired=desired))


@dataclass(frozen=True)
class _Instead:
    """A policy as if it were in force."""

    policy: Policy

    def current(self) -> Policy:
        """See PolicyInForce."""
        return self.policy

    def current_version(self) -> int:
        """See PolicyInForce."""
        return self.policy.version

    def version(self, version: int) -> Policy:
        """See PolicyInForce."""
        raise NotFound(f"there is no version {version} beside a policy that is tried")


def _evaluator(policy: Policy, *, ports: PreviewPorts, instead: Person | None = None) -> PolicyEvaluator:
    def state_of(person: Subject) -> SubjectState:
        state = ports.records.subject(person)
        return _with(state, instead) if instead and person.name == instead.id else state

    def accounts_with(person: str) -> Iterable[Subject]:
        page = ports.records.assignments_of(str(Principal(person=person)), cursor="", limit=_MOST_ACCOUNTS)
        return {Subject(SubjectKind.ACCOUNT, entry.account) for entry in page.entries}

    version_of, now = ports.policies.version, ports.clock()
    return evaluator_of(policy, state_of=state_of, now=now, accounts_with=accounts_with, version_of=version_of)


def _has_access(person: Person | None, *, policy: Policy, now: datetime) -> bool:
    return person is not None and has_access(person, cycle=policy.people, now=now)


def _with(state: SubjectState, fact: Person | Account) -> SubjectState:
    return SubjectState(replace(state.head, fact=fact), state.applied)
