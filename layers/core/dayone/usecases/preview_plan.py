"""Answer what would follow from another policy, or from a person or an account that were otherwise; writes nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import chain

from dayone.contracts.plan_request import Changes, WhatIf, changed_account, changed_person
from dayone.domain.accounts import Account
from dayone.domain.evaluation import PolicyEvaluator
from dayone.domain.life_cycle import has_access
from dayone.domain.people import Person
from dayone.domain.policy import Policy
from dayone.domain.selection import Selection
from dayone.domain.subject_states import SubjectState
from dayone.domain.subjects import Subject, SubjectKind
from dayone.usecases.access_api import AccessApi
from dayone.usecases.follow_people import Employed
from dayone.usecases.preview import PlanPreview, PreviewBuilder
from dayone.usecases.read_policy_here import read_policy_here
from dayone.usecases.walk_company import walk_company, walk_kind

LISTED = 1000
# API Gateway waits for 29 seconds; the answer needs some of them.
_TIME_TO_READ = timedelta(seconds=18)


@dataclass(frozen=True, kw_only=True)
class Previewed:
    """What would follow; `is_complete` is false when the company is too large to be looked at in one request.

    `policy_version` is the policy it was planned with, None for one that was sent.
    """

    preview: PlanPreview
    is_complete: bool
    policy_version: int | None


def preview_plan(what_if: WhatIf, *, api: AccessApi) -> Previewed:
    """Plan what is asked; raises Invalid for a policy, a person or an account that could not be."""
    if what_if.files is not None:
        return _of_policy(what_if.files, api=api)
    if what_if.person is not None:
        return _of_person(what_if.person, api=api)
    return _of_account(what_if.account or {}, api=api)


def _of_policy(files: Mapping[str, str], *, api: AccessApi) -> Previewed:
    in_force = api.policies.current()
    policy = read_policy_here(files, in_force=in_force, version=in_force.version + 1, api=api)
    evaluator = _evaluator(policy, api=api)
    everybody = walk_company(policy, company=api.company)
    return replace(_looked_at(everybody, evaluator=evaluator, api=api, replaced=in_force), policy_version=None)


def _of_person(changes: Changes, *, api: AccessApi) -> Previewed:
    policy, now = api.policies.current(), api.clock()
    state = api.records.subject(Subject(SubjectKind.PERSON, str(changes["id"])))
    known = state.head.fact if isinstance(state.head.fact, Person) else None
    person = changed_person(known, changes)
    states: Iterable[SubjectState] = [_with(state, person)]
    turns = _has_access(known, policy=policy, now=now) != _has_access(person, policy=policy, now=now)
    # What is assigned to somebody directly hangs on the accounts.
    if turns and person.id in policy.people_assigned:
        states = chain(states, walk_kind(SubjectKind.ACCOUNT, company=api.company))
    elif turns:
        states = chain(states, map(api.records.subject, api.grants.accounts_of(person.id)))
    return _looked_at(states, evaluator=_evaluator(policy, api=api, instead=person), api=api)


def _of_account(changes: Changes, *, api: AccessApi) -> Previewed:
    state = api.records.subject(Subject(SubjectKind.ACCOUNT, str(changes["id"])))
    known = state.head.fact if isinstance(state.head.fact, Account) else None
    account = changed_account(known, changes)
    evaluator = _evaluator(api.policies.current(), api=api)
    return _looked_at([_with(state, account)], evaluator=evaluator, api=api)


def _looked_at(
    states: Iterable[SubjectState], *, evaluator: PolicyEvaluator, api: AccessApi, replaced: Policy | None = None
) -> Previewed:
    until, is_complete = api.clock() + _TIME_TO_READ, True
    builder = PreviewBuilder(evaluator=evaluator, replaced=replaced, most=LISTED)
    for state in states:
        if api.clock() > until:
            is_complete = False
            break
        builder.add(state)
    # No change of this name can have let anything go.
    tally = api.ledger.tally("", day=evaluator.now.astimezone(UTC).date())
    version = evaluator.policy.version
    return Previewed(preview=builder.preview(tally), is_complete=is_complete, policy_version=version)


def _evaluator(policy: Policy, *, api: AccessApi, instead: Person | None = None) -> PolicyEvaluator:
    now = api.clock()

    def fact_of(person: Subject) -> object:
        return instead if instead and person.name == instead.id else api.records.subject(person).head.fact

    return PolicyEvaluator(policy, now, Selection(policy), Employed(fact_of, policy=policy, now=now))


def _has_access(person: Person | None, *, policy: Policy, now: datetime) -> bool:
    return person is not None and has_access(person, cycle=policy.people, now=now)


def _with(state: SubjectState, fact: Person | Account) -> SubjectState:
    return SubjectState(replace(state.head, fact=fact), state.applied)
