"""Context for finding who caused an operation, and the causes that gifts and removals have in common."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from dayone.model.accounts import Account
from dayone.model.hr_sources import BY_HAND
from dayone.model.people import LifeCycle, Person, Stage, stage_of
from dayone.model.policy.origins import Origins, cycle_parts
from dayone.model.policy.rules import Policy
from dayone.model.subject_state import Head, SourceRecord, SubjectState
from dayone.model.subjects import Resource
from dayone.planning.desired import assignment_reasons
from dayone.policy.sensitivity import sensitivity_of

# An actor, and by what they have brought it about.
type Causes = Iterator[tuple[str, str]]
# AWS may confirm access some time after the rule behind it has been removed.
_AT_MOST_LATE, _OF_LATE = timedelta(hours=1), timedelta(days=7)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_END, _BEFORE_OR_AWAY = ("end_date", "status"), ("start_date", "status", "leave_start", "leave_end")
# By which somebody is in employment at all.
EMPLOYMENT = frozenset({*_END, *_BEFORE_OR_AWAY})


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """Context in which a subject's plan holds operations.

    `state` is the state recorded before; `fact` and `source_records` are those in force now. `people` are the heads of
    the people with assignments of their own. `uploaded` is the policy without the guards of the previous one.
    `of_leavers` are removals caused by the end of the person's employment. `configured` has the authors of the HR
    configuration, each with the time since when what they wrote has been in force.
    """

    policy: Policy
    uploaded: Policy
    origins: Origins
    state: SubjectState
    fact: Person | Account | None
    source_records: tuple[SourceRecord, ...]
    now: datetime
    of_leavers: frozenset[Resource]
    people: Mapping[str, Head] = field(default_factory=dict)
    configured: Mapping[str, datetime] = field(default_factory=dict)


def of_employment(fact: object, at: Circumstances, *, source_records: Iterable[SourceRecord]) -> Causes:
    """Yield causes of an employment stage: manual entries, policy settings that differ from HR's dates, and authors."""
    if not isinstance(fact, Person):
        return
    stage = stage_of(fact, cycle=at.policy.people, now=at.now)
    yield from by_source_record(
        _END if stage is Stage.LEFT else _BEFORE_OR_AWAY, fact=fact, source_records=source_records
    )
    if stage is not stage_of(fact, cycle=LifeCycle(), now=at.now):
        for digest in cycle_parts(at.policy, person=fact.id):
            yield from by_bringing(digest, at, reason="put the part of `people` in force that ends the access")
    yield from by_configuring(at)


def by_opening(rule: str, at: Circumstances) -> Causes:
    """Yield whoever has recently removed a part of a rule, which may have prevented this."""
    for actor, when in at.origins.taken_out.get(rule, {}).items():
        if when > at.now - _OF_LATE:
            yield actor, f"took a part out of {rule}"


def by_configuring(at: Circumstances) -> Causes:
    """Yield the authors of an HR configuration that is recent, or in force since the last record of the person."""
    before = at.state.head.source_records
    is_new = before != at.source_records
    last = max((record.version.read_at or record.version.at for record in before), default=None)
    for actor, counts_since in at.configured.items():
        if counts_since > at.now - _OF_LATE or (is_new and last is not None and last < counts_since):
            yield actor, "wrote the configuration of HR systems by which it is so"


def by_moving(resource: Resource, at: Circumstances) -> Causes:
    """Yield who has lately made a call about the account while the rules did not give the assignment there."""
    rules = [rule for rule in at.policy.assignments if f"{rule.permission_set}/{rule.principal}" == resource.name]
    sensitivity = sensitivity_of(at.policy)
    for mover in at.state.head.movers:
        is_late = mover.at > at.now - _OF_LATE
        was_given = any(assignment_reasons(rule, mover.before) for rule in rules)
        if is_late and (not was_given or sensitivity.why_account(mover.before)):
            yield mover.actor, "changed the account or its unit, such as by a move or a tag, before it was given this"


def by_taking_out(resource: Resource, at: Circumstances, *, rules: Iterable[str]) -> Causes:
    """Yield whoever has removed a part of a rule since AWS confirmed the resource to be removed."""
    confirmed = confirmed_since(resource, at)
    for rule in rules:
        out = at.origins.taken_out.get(rule, {})
        yield from ((actor, f"took a part out of {rule}") for actor, when in out.items() if when > confirmed)


def by_bringing(digest: str, at: Circumstances, *, reason: str) -> Causes:
    """Yield the authors of a part of the policy."""
    return ((actor, reason) for actor in at.origins.of(digest, otherwise=at.policy.terms.causes))


def confirmed_since(resource: Resource, at: Circumstances) -> datetime:
    """Return when AWS confirmed a resource, with some margin."""
    have = at.state.applied.get(resource)
    return have.at - _AT_MOST_LATE if have and have.at else _LONG_AGO


def manual_record(source_records: Iterable[SourceRecord]) -> SourceRecord | None:
    """Return what was entered manually of a person, if anything was."""
    return next((record for record in source_records if record.source == BY_HAND), None)


def manual_in_force(
    attributes: Iterable[str], *, fact: object, source_records: Iterable[SourceRecord]
) -> Iterator[tuple[str, SourceRecord]]:
    """Yield those of the attributes whose manual entries are in force for a person, each with the manual record."""
    record = manual_record(source_records)
    for name in attributes if record else ():
        value = getattr(fact, name, None)
        if record and record.attributes.get(name) == ("" if value is None else str(value)):
            yield name, record


def by_source_record(attributes: Iterable[str], *, fact: Person, source_records: Iterable[SourceRecord]) -> Causes:
    """Yield the authors of manual entries whose values are in force for the person."""
    for name, record in manual_in_force(attributes, fact=fact, source_records=source_records):
        yield record.tellers.get(name, ""), f"told {name} of person {fact.id} by hand"
