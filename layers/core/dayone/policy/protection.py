"""Check that whoever and whatever a policy protects exists: a guard with a typo protects nothing, in silence."""

from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from typing import Protocol

from dayone.errors import Rejected, Unavailable
from dayone.model.accounts import GONE, Account
from dayone.model.people import Person, Status
from dayone.model.policy.rules import Policy, PolicyNote
from dayone.model.subject_state import SubjectState
from dayone.model.subjects import Subject, SubjectKind
from dayone.policy.unmatched_rules import did_you_mean
from dayone.ports.identity_center import AwsPrincipal, LiveAccess
from dayone.ports.records import SubjectIndex
from dayone.ports.recovery import Fence

# The API may ask Identity Center five times in a second, and has to answer within some.
_MOST_LOOKED_UP = 25
_KINDS = {"people": SubjectKind.PERSON, "accounts": SubjectKind.ACCOUNT, "groups": SubjectKind.GROUP}
_WORDS = {"people": "person", "users": "user", "groups": "group", "accounts": "account"}
_ABSENT = "absent"
_LEFT = "is somebody who has left: nothing of theirs is touched, so remove what they have by hand, then this entry"
_GONE = "is an account that is gone: remove this entry"
_UNREAD = "could not be looked up in Identity Center now, so it was not checked"


class ProtectionPorts(Protocol):
    """Looking up what is protected: what it needs of the API's context."""

    index: SubjectIndex
    live: LiveAccess
    fence: Fence


@dataclass(frozen=True, kw_only=True)
class CheckedGuards:
    """Guards that protect nothing: `mistakes` in what an edit adds, `warnings` about what existed before it.

    `unread` are those that could not be looked up in Identity Center.
    """

    mistakes: tuple[PolicyNote, ...]
    warnings: tuple[PolicyNote, ...]
    unread: tuple[PolicyNote, ...]


def check_protection(
    policy: Policy,
    *,
    in_force: Policy,
    ports: ProtectionPorts,
    near: Callable[[str, str], str] = lambda key, name: "",  # noqa: ARG005 - nothing is near what was not read
) -> CheckedGuards:
    """Look up all protected names, within a bounded number of calls.

    A name that `in_force` does not have under the same key counts as added by the edit; so does nobody while a lost
    record is rebuilt, to which HR may not have sent them yet. `near` returns, for a key of
    `protect` and a name, the recorded name that was probably meant.
    """
    lookup = _Lookup(policy, ports)
    mistakes, warnings, unread = list[PolicyNote](), list[PolicyNote](), list[PolicyNote]()
    for (path, name), location in policy.places.items():
        section, _, key = path.partition(".")
        if section != "protect":
            continue
        problem = lookup.problem(key, name)
        if problem == _ABSENT:
            text = f"`{name}` under `{path}` protects nothing: there is no such {_WORDS[key]}"
            meant = _group_like(name, policy=policy) if key == "groups" else near(key, name)
            note = PolicyNote(location, text + did_you_mean(meant))
            is_to_come = key in ("people", "accounts") and lookup.is_rebuilding
            is_new = (path, name) not in in_force.places and not is_to_come
            (mistakes if is_new else warnings).append(note)
        elif problem:
            note = PolicyNote(location, f"`{name}` under `{path}` {problem}")
            (unread if problem == _UNREAD else warnings).append(note)
    return CheckedGuards(mistakes=tuple(mistakes), warnings=tuple(warnings), unread=tuple(unread))


class _Lookup:
    """Looks names up in what is recorded, then in Identity Center."""

    def __init__(self, policy: Policy, ports: ProtectionPorts) -> None:
        self._ports = ports
        self._groups = {name.casefold() for group in policy.groups for name in (group.name, group.called)}
        self._remaining = _MOST_LOOKED_UP
        names = [(path.removeprefix("protect."), name) for path, name in policy.places]
        subjects = [Subject(_KINDS[key], name) for key, name in names if key in _KINDS]
        self._recorded = ports.index.brief(subjects) if subjects else {}
        self._kinds_with_any: dict[SubjectKind, bool] = {}

    @cached_property
    def is_rebuilding(self) -> bool:
        """True while a recovery is open."""
        return self._ports.fence.recovery() is not None

    def problem(self, key: str, name: str) -> str:
        """Describe the problem of a name under a key of `protect`; empty for none, `_ABSENT` if it does not exist."""
        if key == "users":
            return self._of_user(name)
        state = self._recorded.get(Subject(_KINDS[key], name))
        if key == "groups":
            is_there = name.casefold() in self._groups or bool(state and state.applied)
            return "" if is_there else self._in_identity_center(self._ports.live.group_called, name)
        if state is None:
            return _ABSENT if self._has_any(_KINDS[key]) else ""
        return _of_fact(state)

    def _of_user(self, name: str) -> str:
        holder = self._ports.index.holder_of(f"user-name:{name.casefold()}")
        if not holder:
            return self._in_identity_center(self._ports.live.user_called, name)
        person = Subject(SubjectKind.PERSON, holder)
        state = self._ports.index.brief([person]).get(person)
        return _of_fact(state) if state else ""

    def _in_identity_center(self, find: Callable[[str], AwsPrincipal | None], name: str) -> str:
        self._remaining -= 1
        try:
            return _UNREAD if self._remaining < 0 else "" if find(name) else _ABSENT
        except (Rejected, Unavailable):
            # A guard is not reported as wrong because a service does not answer.
            return _UNREAD

    def _has_any(self, kind: SubjectKind) -> bool:
        """Return whether any subject of a kind is recorded: before that no name can be called wrong."""
        if kind not in self._kinds_with_any:
            self._kinds_with_any[kind] = bool(self._ports.index.listed(kind, cursor="", limit=1).entries)
        return self._kinds_with_any[kind]


def _of_fact(state: SubjectState) -> str:
    fact = state.head.fact
    if isinstance(fact, Person) and fact.status is Status.ENDED:
        return _LEFT
    return _GONE if isinstance(fact, Account) and fact.state in GONE else ""


def _group_like(name: str, *, policy: Policy) -> str:
    alike = get_close_matches(name, [group.called for group in policy.groups], n=1)
    return alike[0] if alike else ""
