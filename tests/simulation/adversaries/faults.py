"""Deliberate faults in what takes two: the trials are worth something when somebody wins by each of them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dayone.changes import decisions as decide_change
from dayone.model.policy.rules import Policy, Reservations
from dayone.model.subjects import ResourceKind
from dayone.planning import evaluation, held_gifts, judgement
from dayone.planning.guards import with_reservations
from dayone.policy import sensitivity
from dayone.policy.sensitivity import Sensitivity
from dayone.reconcile import handler as plan_changes
from dayone.reconcile import policy_rollout as activate_policy
from dayone.reconcile import subject as reconcile_subject
from tests.simulation.adversaries.functions import OurFunction
from tests.simulation.adversaries.parties import AccountOwner, Approver, Author, HrClerk, Party
from tests.simulation.mutations import Mutation


@dataclass(frozen=True)
class Fault:
    """A deliberate fault, and the parties who win by it."""

    mutation: Mutation
    won_by: tuple[type[Party], ...]

    @property
    def name(self) -> str:
        return self.mutation.name


def _always(answer: object) -> Callable[..., Any]:
    return lambda *_, **__: answer


def _fault(name: str, *changes: tuple[object, str, Any], won_by: tuple[type[Party], ...]) -> Fault:
    return Fault(Mutation(name, frozenset(), changes), won_by)


def _by_contents(which: Sensitivity) -> dict[str, str]:
    reasons = {rule.name: sensitivity.why_contents_are_sensitive(rule) for rule in which.policy.permission_sets}
    return {name: reason for name, reason in reasons.items() if reason}


def _same_session(name: str, other: str) -> bool:
    return name == other


def _as_uploaded(policy: Policy, *, in_force: Policy, **_accounts: object) -> Policy:
    return with_reservations(policy, reservations=Reservations(), before=(in_force,) if in_force.version else ())


_is_sensitive: Callable[..., str] = vars(held_gifts)["_why_sensitive"]


def _but_for(kind: ResourceKind) -> Callable[..., str]:
    return lambda resource, **named: "" if resource.kind is kind else _is_sensitive(resource, **named)


FAULTS: tuple[Fault, ...] = (
    _fault(
        "a command counts whoever sends it",
        (plan_changes, "needs_acceptance", _always(answer=False)),
        won_by=(OurFunction,),
    ),
    _fault(
        "removals have no limit",
        (judgement, "why_over_the_limit", _always("")),
        (reconcile_subject, "limit", _always(1_000_000)),
        won_by=(HrClerk,),
    ),
    _fault(
        "who causes may approve",
        (decide_change, "is_same", _always(answer=False)),
        (judgement, "is_same", _always(answer=False)),
        won_by=(Approver,),
    ),
    _fault(
        "another session is somebody else",
        (decide_change, "is_same", _same_session),
        (judgement, "is_same", _same_session),
        won_by=(Approver, Author),
    ),
    _fault("an edit is judged by its own guards", (activate_policy, "judged_as_edit", _as_uploaded), won_by=(Author,)),
    _fault("nothing that is given is held", (evaluation, "held_gifts", _always({})), won_by=(HrClerk,)),
    _fault(
        "memberships are given at once",
        (held_gifts, "_why_sensitive", _but_for(ResourceKind.MEMBERSHIP)),
        won_by=(HrClerk, OurFunction),
    ),
    _fault(
        "assignments are given at once",
        (held_gifts, "_why_sensitive", _but_for(ResourceKind.ASSIGNMENT)),
        won_by=(AccountOwner, Author),
    ),
    _fault("a set that lets do more is not held", (held_gifts, "_gifts_of_set", _always({})), won_by=(Author,)),
    _fault(
        "the management account is like any other",
        (sensitivity.Sensitivity, "why_account", _always("")),
        won_by=(Author,),
    ),
    _fault(
        "what the policy calls sensitive is not",
        (sensitivity.Sensitivity, "permission_sets", property(_by_contents)),
        won_by=(Author,),
    ),
    _fault(
        "every account is a new one", (held_gifts, "is_of_new_account", _always(answer=True)), won_by=(AccountOwner,)
    ),
    _fault("every rule is a birthright", (held_gifts, "_is_birthright", _always(answer=True)), won_by=(HrClerk,)),
    _fault(
        "what is asked for is asked for once more", (held_gifts, "_is_repair", _always(answer=True)), won_by=(Author,)
    ),
)
