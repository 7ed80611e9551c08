"""Deliberate faults in Day One's own code: the simulation is worth something when it finds each of them."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any

from dayone.accounts import discovery
from dayone.executor import adopt_existing, rate_limits
from dayone.executor import attempt as attempts
from dayone.executor import executor as execute_operations
from dayone.executor import poll_requests as ask_aws
from dayone.executor import results as reports
from dayone.executor import scheduler as scheduling
from dayone.executor import worker as try_operation
from dayone.executor.attempt import Attempt
from dayone.executor.handlers import registry as perform_operation
from dayone.executor.results import Reviewed
from dayone.hr import merge, resolve_person
from dayone.model import dependencies as precedence
from dayone.model import people
from dayone.model.commands import Command, InPortions
from dayone.model.hr_sources import BY_HAND
from dayone.model.operations import Action, Succeeded
from dayone.model.subject_state import FactVersion, SourceRecord
from dayone.model.subjects import ResourceKind, ResourceOf
from dayone.planning import desired_grants, desired_people, facts, judgement
from dayone.planning import diff as planning
from dayone.planning import plan as make_plan
from dayone.planning.existing import Comparison, compare_attributes
from dayone.policy import ou_paths
from dayone.ports.identity_center import ExistingResource
from dayone.reconcile import requeue
from dayone.reconcile import subject as reconcile_subject
from dayone.reconcile import sweep as reconcile_access
from tests.simulation.model import day_one

Change = tuple[object, str, Any]
_A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Mutation:
    """A deliberate fault, the invariants that may notice it, and the changes: an object, an attribute, its new value.

    `shown_in` is a world that has shown it once, to begin with. Others are tried when it does so no longer. With
    `of_protocol` it is one of the executor's protocol, which the audit log alone shows.
    """

    name: str
    caught_by: frozenset[str]
    changes: tuple[Change, ...]
    shown_in: int = 0
    of_protocol: bool = False

    def worlds(self, most: int) -> Iterator[int]:
        """The seeds to try it in."""
        yield self.shown_in
        yield from (seed for seed in range(most) if seed != self.shown_in)

    @contextmanager
    def applied(self) -> Iterator[None]:
        before = [(where, name, vars(where)[name]) for where, name, _ in self.changes]
        try:
            for where, name, what in self.changes:
                setattr(where, name, what)
            # What was read without the fault is not what is read with it, and the other way around.
            day_one.read_again()
            yield
        finally:
            for where, name, what in before:
                setattr(where, name, what)
            day_one.read_again()


def _by(*invariants: str) -> frozenset[str]:
    return frozenset(invariants)


_END = "the end is what is desired"
_SUCCEEDED = "succeeded means done"
_APPLIED = "applied is what AWS has"
_WAITS = "what waits waits for something"
_HELD = "what is held is held for a reason"
_IN_TIME = "everything comes and goes in time"


def _without_doubt(real: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *args, **named: replace(real(*args, **named), doubt=None)


def _over_at_once(real: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *args, **named: {name: replace(entry, is_over=True) for name, entry in real(*args, **named).items()}


def _without_failures(real: Callable[..., Any]) -> Callable[..., Any]:
    return lambda operation, state, **named: real(operation, replace(state, failure_reason=""), **named)


def _twice_as_fast(real: Callable[..., None]) -> Callable[..., None]:
    return lambda self, rate, *, most, now: real(self, lambda at: 2 * rate(at), most=2 * most, now=now)


def _without_deletions_first(action: Action, kind: object) -> int:
    return 10 - _rank(action, kind) if action is Action.DELETE else _rank(action, kind)


def _always(answer: object) -> Callable[..., Any]:
    return lambda *_, **__: answer


def _with_units_below(real: Callable[..., Any]) -> Callable[..., Any]:
    def compiled(pattern: str) -> Any:  # noqa: ANN401
        exact = real(pattern)
        is_star = exact is not None and exact.levels[-1:] == (("", ""),)
        return replace(exact, is_below=True) if is_star else exact

    return compiled


_compiled: Callable[..., Any] = vars(ou_paths)["_compiled"]
_additions: Callable[..., Any] = vars(planning)["_additions"]
_rank: Callable[..., int] = vars(precedence)["_rank"]
_performers: dict[Any, Any] = dict(vars(perform_operation)["_PERFORMERS"])
_provisioning = [pair for pair in _performers if pair[1] is ResourceKind.PROVISIONING]
_states: Callable[..., Any] = vars(ask_aws)["_states"]
_entry_of: Callable[..., Any] = vars(try_operation)["entry_of"]
_attributes_of: Callable[..., Any] = vars(resolve_person)["attributes_of"]
_without_end: Callable[[SourceRecord], SourceRecord] = vars(merge)["_without_end"]


def _adopts_as_its_own(_: object, *, found: ExistingResource, **__: object) -> Succeeded:
    return Succeeded(found.references)


def _own_attributes(attempt: Attempt, *, found: ExistingResource, **_: object) -> Comparison:
    return Comparison(mismatches=tuple(compare_attributes(found.attributes, attempt.desired)))


def _sees_nobody(on: ResourceOf, **_: object) -> Reviewed:
    return Reviewed(on=on)


def _without_ends_by_hand(records: Iterable[SourceRecord], **named: Any) -> object:  # noqa: ANN401
    return _attributes_of([_without_end(each) if each.source == BY_HAND else each for each in records], **named)


def _in_a_day(*_: object, now: datetime, **__: object) -> datetime:
    return now + _A_DAY


MUTATIONS: tuple[Mutation, ...] = (
    Mutation(
        "no doubt before a call",
        _by(_APPLIED, _END, "it settles", "only its own is removed"),
        ((try_operation, "doubt_before", _without_doubt(try_operation.doubt_before)),),
        shown_in=0,
        of_protocol=True,
    ),
    Mutation(
        "in progress counts as done", _by(_SUCCEEDED), ((ask_aws, "_states", _over_at_once(_states)),), of_protocol=True
    ),
    Mutation(
        "a failed request counts as done",
        _by(_SUCCEEDED),
        ((execute_operations, "conclude", _without_failures(ask_aws.conclude)),),
        shown_in=36,
        of_protocol=True,
    ),
    Mutation(
        "predecessors are not waited for",
        _by(_END, _SUCCEEDED, _APPLIED, "it settles"),
        (
            (attempts, "_predecessors", _always(None)),
            (planning, "predecessors", _always(())),
        ),
        shown_in=40,
        of_protocol=True,
    ),
    Mutation(
        "a group goes before its members",
        _by(_APPLIED, _SUCCEEDED),
        ((attempts, "_followers", _always(None)),),
        shown_in=40,
        of_protocol=True,
    ),
    Mutation(
        "two requests at a time in an account",
        _by("budgets"),
        ((scheduling.Schedule, "_is_written_to", _always(answer=False)),),
        shown_in=6,
    ),
    Mutation(
        "calls at twice the budget",
        _by("budgets"),
        ((rate_limits.CallRate, "__init__", _twice_as_fast(rate_limits.CallRate.__init__)),),
    ),
    Mutation("a budget has no end", _by("budgets"), ((rate_limits.Allowances, "of", _always(answer=40.0)),)),
    Mutation(
        "the window has no end",
        _by("budgets"),
        ((rate_limits.InFlightLimit, "has_room", _always(answer=True)),),
        shown_in=34,
    ),
    Mutation("a retry comes in a day", _by("it settles"), ((reports, "retry_at", _in_a_day),)),
    Mutation(
        "grants before revocations",
        _by("revocations first", "it settles"),
        ((precedence, "_rank", _without_deletions_first),),
        shown_in=470,
    ),
    Mutation(
        "no limit to removals",
        _by("removals above the limit are held"),
        (
            (judgement, "why_over_the_limit", _always("")),
            (reconcile_subject, "limit", _always(1_000_000)),
        ),
        shown_in=0,
    ),
    Mutation(
        "an older telling wins",
        _by("acknowledged means recorded", _END),
        ((FactVersion, "is_newer_than", _always(answer=True)),),
        shown_in=5,
    ),
    Mutation(
        "what others made counts as ours",
        _by("only its own is removed"),
        (
            (adopt_existing, "adopt_if_identical", _adopts_as_its_own),
            (perform_operation, "adopt_if_identical", _adopts_as_its_own),
            (try_operation, "there_before", _always(None)),
        ),
        shown_in=13,
    ),
    Mutation(
        "a set is taken on for its own attributes",
        _by("only its own is removed"),
        ((adopt_existing, "_compared", _own_attributes),),
        shown_in=19,
    ),
    Mutation(
        "what is a person's own stays when they leave",
        _by(_END),
        ((requeue, "follow_person", _always(None)),),
        shown_in=137,
    ),
    Mutation("no day comes", _by(_END), ((make_plan, "next_look", _always(None)),), shown_in=9),
    Mutation(
        "nobody looks when a grant ends",
        _by(_END),
        ((make_plan, "next_turn", _always(None)), (desired_people, "next_turn", _always(None))),
        shown_in=20,
    ),
    Mutation(
        "a set that has changed does not reach its accounts",
        _by(_END),
        ((perform_operation, "_PERFORMERS", {**_performers, **dict.fromkeys(_provisioning, _always(Succeeded()))}),),
        shown_in=43,
        of_protocol=True,
    ),
    Mutation(
        "doubt does not count when planning",
        _by(_END, _APPLIED),
        ((planning, "_additions", lambda desired, *, applied: _additions_without_doubt(desired, applied)),),
        shown_in=6,
    ),
    Mutation(
        "AWS's request ids are not kept",
        _by("every change is in the audit log"),
        ((try_operation, "entry_of", lambda entry, **named: replace(_entry_of(entry, **named), request_id="")),),
        shown_in=14,
        of_protocol=True,
    ),
    Mutation(
        "the sweep wakes nothing that waits",
        _by(_WAITS),
        ((reconcile_access, "wake_waiting", _always(0)),),
        shown_in=10,
    ),
    Mutation(
        "the end of what is waited for wakes nobody",
        _by(_WAITS),
        ((execute_operations, "review_waiting", _sees_nobody), (reconcile_access, "wake_waiting", _always(0))),
        shown_in=0,
    ),
    Mutation("a leaver keeps everything", _by(_END), ((people, "has_left", _always(answer=False)),), shown_in=0),
    Mutation("access a day longer", _by(_END), ((people, "_last_moment", _always((2, time.min))),), shown_in=0),
    Mutation(
        "every removal is held",
        _by(_HELD),
        ((judgement, "why_over_the_limit", _always("because it is a removal")),),
        shown_in=2,
    ),
    Mutation(
        "a unit's glob matches two levels",
        _by(_END),
        ((ou_paths, "_compiled", _with_units_below(_compiled)),),
        shown_in=34,
    ),
    Mutation(
        "an evening ends where UTC's day does", _by(_END, _IN_TIME), ((people, "_MOST_DAYS_APART", 0),), shown_in=5
    ),
    Mutation(
        "a grant outlives the last day",
        _by(_END, _IN_TIME),
        (
            (facts, "has_left", _always(answer=False)),
            (desired_grants, "has_access", _always(answer=True)),
            (facts, "has_access", _always(answer=True)),
        ),
        shown_in=47,
    ),
    Mutation(
        "HR's word undoes an end by hand",
        _by(_END, _IN_TIME),
        ((resolve_person, "attributes_of", _without_ends_by_hand),),
        shown_in=18,
    ),
    Mutation(
        "nobody looks below a unit that was renamed",
        _by(_END, _IN_TIME),
        ((discovery, "_below", _always(())),),
        shown_in=79,
    ),
    Mutation(
        "the next portion is taken for the same message",
        _by("acknowledged means recorded", _END),
        ((InPortions, "identity", Command.identity),),
        shown_in=0,
    ),
    Mutation("the sweep wakes nobody", _by("it settles"), ((day_one, "reconcile_access", _always(0)),), shown_in=0),
)


def _additions_without_doubt(desired: Any, applied: Any) -> Any:  # noqa: ANN401
    return _additions(desired, applied={name: replace(entry, doubt=None) for name, entry in applied.items()})
