"""Deliberate faults in what takes two: the trials are worth something when somebody wins by each of them."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from dayone.adoption import service as adoption_service
from dayone.changes import decisions as decide_change
from dayone.executor import adopt_existing
from dayone.hr import configuration_approval
from dayone.model import dependencies
from dayone.model import hr_sources as versions
from dayone.model.dependencies import Denies
from dayone.model.guardrails import HeldPart, Verdict
from dayone.model.operations import Action
from dayone.model.policy.context import ends_of
from dayone.model.policy.rules import PermissionSetRule, Policy, Reservations, SensitiveNames
from dayone.model.subjects import Resource, ResourceKind
from dayone.ops import hr_configuration_approval
from dayone.planning import desired_grants, evaluation, guards, held_gifts, judgement
from dayone.planning.first_days import FirstDayGifts
from dayone.planning.guards import with_reservations
from dayone.policy import sensitivity
from dayone.policy.language import parser
from dayone.policy.sensitive_notes import KeptAccess
from dayone.policy.sensitivity import Sensitivity
from dayone.reconcile import handler as plan_changes
from dayone.reconcile import policy_rollout as activate_policy
from dayone.reconcile import subject as reconcile_subject
from tests.simulation.adversaries.functions import OurFunction
from tests.simulation.adversaries.hr_author import HrAuthor
from tests.simulation.adversaries.judge import GAIN, NAME, REMOVAL
from tests.simulation.adversaries.parties import AccountOwner, Approver, Author, HrClerk, IdentityProvider, Party
from tests.simulation.adversaries.trial import Trial
from tests.simulation.mutations import Mutation


@dataclass(frozen=True)
class Fault:
    """A deliberate fault, and the parties who win by it, each with a world that has shown it; `kind` is how they win.

    With `act` they do nothing else.
    """

    mutation: Mutation
    won_by: Mapping[type[Party], int]
    kind: str = GAIN
    act: str = ""

    @property
    def name(self) -> str:
        return self.mutation.name

    def worlds(self, party: type[Party], most: int) -> Iterator[int]:
        """The seeds to try it in, for one of the parties."""
        return replace(self.mutation, shown_in=self.won_by[party]).worlds(most)

    def who(self, party: type[Party]) -> Callable[[Trial], Party]:
        """Return the party, which does all that it can, or this one act alone."""
        if not self.act:
            return party
        return type(party.__name__, (party,), {"acts": lambda self_: (getattr(self_, self.act),)})


def _always(answer: object) -> Callable[..., Any]:
    return lambda *_, **__: answer


def _fault(
    name: str,
    *changes: tuple[object, str, Any],
    won_by: Mapping[type[Party], int],
    kind: str = GAIN,
    act: str = "",
) -> Fault:
    return Fault(Mutation(name, frozenset(), changes), won_by, kind, act)


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


_of_both: Callable[..., SensitiveNames] = vars(guards)["_more_sensitive"]
_rank: Callable[..., int] = vars(dependencies)["_rank"]


def _with_own_birthrights(names: SensitiveNames, other: SensitiveNames) -> SensitiveNames:
    return replace(_of_both(names, other), birthrights=names.birthrights)


def _as_it_says(policy: Policy, **_in_force: object) -> KeptAccess:
    return KeptAccess(protection=policy.protection, ends=ends_of(policy.people))


def _by_name(rule: PermissionSetRule) -> str:
    return f"{rule.name} whatever it has"


def _rank_of_deny_first(action: Action, kind: ResourceKind, denies: Denies) -> int:
    is_removed = action is Action.DELETE and kind is ResourceKind.INLINE_POLICY
    return -1 if is_removed else _rank(action, kind, denies)


def _by_resource(ahead: FirstDayGifts, held: HeldPart, *, form: str) -> Collection[Resource]:
    if held.verdict is Verdict.AHEAD:
        return ahead.covered
    return frozenset() if held.form not in ("", form or ahead.forms.get(held.resource)) else ahead.gifts.keys()


_ANY_MAPPING = {**vars(versions)["_STRICTER"], "mapping": _always(answer=True)}

FAULTS: tuple[Fault, ...] = (
    _fault(
        "a command counts whoever sends it",
        (plan_changes, "needs_acceptance", _always(answer=False)),
        won_by={OurFunction: 1},
    ),
    _fault(
        "removals have no limit",
        (judgement, "why_over_the_limit", _always("")),
        (reconcile_subject, "limit", _always(1_000_000)),
        won_by={HrClerk: 0, Author: 4, Approver: 0, OurFunction: 1},
        kind=REMOVAL,
    ),
    _fault(
        "who causes may approve",
        (decide_change, "is_same", _always(answer=False)),
        (judgement, "is_same", _always(answer=False)),
        won_by={Approver: 0},
    ),
    _fault(
        "another session is somebody else",
        (decide_change, "is_same", _same_session),
        (judgement, "is_same", _same_session),
        won_by={Approver: 11, Author: 5},
    ),
    _fault(
        "an edit is judged by its own guards", (activate_policy, "judged_as_edit", _as_uploaded), won_by={Author: 0}
    ),
    _fault("nothing that is given is held", (evaluation, "held_gifts", _always({})), won_by={HrClerk: 0}),
    _fault(
        "memberships are given at once",
        (held_gifts, "_why_sensitive", _but_for(ResourceKind.MEMBERSHIP)),
        won_by={HrClerk: 0, OurFunction: 0},
    ),
    _fault(
        "assignments are given at once",
        (held_gifts, "_why_sensitive", _but_for(ResourceKind.ASSIGNMENT)),
        won_by={AccountOwner: 0, Author: 0},
    ),
    _fault("a set that lets do more is not held", (held_gifts, "_gifts_of_set", _always({})), won_by={Author: 1}),
    _fault(
        "the management account is like any other",
        (sensitivity.Sensitivity, "why_account", _always("")),
        won_by={Author: 4},
    ),
    _fault(
        "what the policy calls sensitive is not",
        (sensitivity.Sensitivity, "permission_sets", property(_by_contents)),
        won_by={Author: 9},
    ),
    _fault(
        "every account is a new one", (held_gifts, "is_of_new_account", _always(answer=True)), won_by={AccountOwner: 0}
    ),
    _fault("every rule is a birthright", (held_gifts, "_is_birthright", _always(answer=True)), won_by={HrClerk: 0}),
    _fault(
        "what is asked for is asked for once more", (held_gifts, "_is_repair", _always(answer=True)), won_by={Author: 1}
    ),
    _fault(
        "a user of the same name is the same person",
        (adopt_existing, "is_same_person", _always(answer=True)),
        won_by={IdentityProvider: 2},
        act="_makes_a_namesake",
    ),
    _fault(
        "whoever has something sensitive is renamed at once",
        (held_gifts, "_why_rename_is_sensitive", _always("")),
        won_by={HrClerk: 0},
        act="_renames_administrator",
        kind=NAME,
    ),
    _fault("a birthright counts at once", (guards, "_more_sensitive", _with_own_birthrights), won_by={Author: 7}),
    _fault(
        "harmless is a name",
        (sensitivity, "harmless_of", _by_name),
        (parser, "harmless_of", _by_name),
        won_by={Author: 0},
        act="_widens_what_is_harmless",
    ),
    _fault(
        "a Deny goes before what it limits",
        (dependencies, "_must_follow", _always(answer=False)),
        (dependencies, "_rank", _rank_of_deny_first),
        won_by={Author: 3},
        act="_edits_in_two_steps",
    ),
    _fault(
        "a group that is given less is not sensitive any more",
        (guards, "_with_groups_given_less", lambda _, *, in_force, **__: in_force.sensitive),
        won_by={Author: 1},
        act="_edits_in_two_steps",
    ),
    _fault(
        "an account at another place is like a new one",
        (held_gifts, "is_of_new_account", _always(answer=True)),
        won_by={AccountOwner: 0},
        act="_renames_unit",
    ),
    _fault(
        "a configuration of HR systems needs nobody else",
        (configuration_approval, "loosened", _always(())),
        won_by={HrAuthor: 1},
    ),
    _fault(
        "who writes what HR means approves it",
        (hr_configuration_approval, "is_same", _always(answer=False)),
        won_by={HrAuthor: 31},
    ),
    _fault(
        "what was granted for minutes stays for another reason",
        (desired_grants, "_sensitive_grants", _always({})),
        won_by={Author: 2},
        act="_is_sent_on_call",
    ),
    _fault(
        "what was approved stays for another reason",
        (evaluation, "with_approved_reasons", lambda desired, **_: desired),
        won_by={Author: 1},
        act="_keeps_who_is_moved",
    ),
    _fault(
        "who is protected counts at once",
        (guards, "keeps_access", _as_it_says),
        won_by={Author: 1},
        act="_protects_who_leaves",
    ),
    _fault(
        "what others have assigned an adopted group is forgotten",
        (adoption_service, "_assigned_by_others", _always(())),
        won_by={Author: 9},
        act="_takes_a_group_on",
    ),
    _fault(
        "an approval is of a name, whatever that means by now",
        (FirstDayGifts, "alike", _by_resource),
        won_by={Author: 14},
        act="_means_more_by_then",
    ),
    _fault(
        "what is read of a record needs nobody else",
        (versions, "_STRICTER", _ANY_MAPPING),
        won_by={HrAuthor: 11},
        act="_maps",
    ),
)
