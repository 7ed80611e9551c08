"""Propose a policy for an estate, and note all that it has to leave alone."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from dayone.adoption.policy_text import group_text, permission_set_text, read_text
from dayone.model.accounts import GONE
from dayone.model.policy.rules import AccountSelector, PersonSelector
from dayone.model.subjects import ITSELF, Resource, ResourceKind, SubjectKind
from dayone.ports.identity_center import AssignmentKey, PrincipalType
from dayone.takeover.estate import Attributes, Estate
from dayone.takeover.proof import group_mismatches, set_mismatches
from dayone.takeover.proposal import (
    LeftAlone,
    LeftReason,
    Proposal,
    ProposedAssignment,
    ProposedGroup,
    ProposedSet,
)
from dayone.takeover.selection import Pool, accounts_pool, people_pool
from dayone.takeover.users import Users, UserState

_SET = ITSELF[SubjectKind.PERMISSION_SET]
_PROVISIONING = Resource(ResourceKind.PROVISIONING)
# Source: sso-admin and identitystore API models (PermissionSetName); a group's key is the policy language's own.
_LONGEST_SET, _LONGEST_GROUP = 32, 128
_STRANGE = re.compile(r"[^\w .+=,@-]+")
# Source: AWS Control Tower User Guide, "IAM Identity Center groups for AWS Control Tower" and "What are the shared
# accounts": Control Tower makes these, assigns them in each account that it enrols, and repairs them.
_AWS_SETS = frozenset(
    {
        "AWSAdministratorAccess",
        "AWSOrganizationsFullAccess",
        "AWSPowerUserAccess",
        "AWSReadOnlyAccess",
        "AWSServiceCatalogAdminFullAccess",
        "AWSServiceCatalogEndUserAccess",
    }
)
_AWS_GROUPS = frozenset(
    {
        "AWSAccountFactory",
        "AWSAuditAccountAdmins",
        "AWSControlTowerAdmins",
        "AWSLogArchiveAdmins",
        "AWSLogArchiveViewers",
        "AWSSecurityAuditPowerUsers",
        "AWSSecurityAuditors",
        "AWSServiceCatalogAdmins",
    }
)
_BY_USER = {
    UserState.RENAMED: LeftReason.RENAMED_USER,
    UserState.LEFT: LeftReason.LEFT_USER,
    UserState.AWAITED: LeftReason.AWAITED_USER,
    UserState.TWICE: LeftReason.AMBIGUOUS_USER,
    UserState.UNKNOWN: LeftReason.UNKNOWN_USER,
}


def propose(estate: Estate, users: Users, *, by_rules: bool = True, with_management: bool = False) -> Proposal:
    """Return the policy that gives exactly what is there, by rules or, row by row, by ids."""
    people = people_pool(estate.working())
    accounts = accounts_pool(estate.assignable(with_management=with_management))
    if not by_rules:
        people, accounts = people.without_selectors(), accounts.without_selectors()
    return _Proposing(estate, users, people=people, accounts=accounts).proposal()


def _in_order(key: AssignmentKey) -> tuple[str, str, str]:
    return (key.account_id, key.permission_set_arn, key.principal_id)


class _Proposing:
    def __init__(
        self,
        estate: Estate,
        users: Users,
        *,
        people: Pool[PersonSelector],
        accounts: Pool[AccountSelector],
    ) -> None:
        self._estate, self._users = estate, users
        self._people, self._accounts = people, accounts
        self._left: list[LeftAlone] = []
        # What exists of a permission set or a group by AWS's id, and is given by no rule as things are.
        self._beside: dict[str, list[str]] = {}
        # By AWS's ids.
        self._sets: dict[str, ProposedSet] = {}
        self._groups: dict[str, ProposedGroup] = {}

    def proposal(self) -> Proposal:
        self._propose_sets()
        self._propose_groups()
        given = self._given()
        rows: dict[str, int] = {}
        for (name, _, _), accounts in given.items():
            rows[name] = rows.get(name, 0) + len(accounts)
        sets = [
            replace(each, rows=rows.get(each.key, 0), beside=tuple(self._beside.get(arn, ())))
            for arn, each in self._sets.items()
        ]
        groups = [replace(each, beside=tuple(self._beside.get(name, ()))) for name, each in self._groups.items()]
        return Proposal(
            permission_sets=tuple(sorted(sets, key=lambda each: each.key)),
            groups=tuple(sorted(groups, key=lambda group: group.key)),
            assignments=tuple(self._assignment(*of, accounts) for of, accounts in sorted(given.items())),
            left=tuple(sorted(self._left)),
            people=self._people,
            accounts=self._accounts,
        )

    def _leave(self, reason: LeftReason, what: str, *, detail: str = "", of: Sequence[str] = ()) -> None:
        self._left.append(LeftAlone(reason, what, detail))
        self._put_beside(f"{what}: {reason}", of=of)

    def _put_beside(self, what: str, *, of: Sequence[str]) -> None:
        for name in of:
            self._beside.setdefault(name, []).append(what)

    def _propose_sets(self) -> None:
        keys = _Keys(longest=_LONGEST_SET)
        for arn in sorted(self._estate.sets, key=lambda arn: (self._estate.set_name(arn), arn)):
            parts, name = dict(self._estate.sets[arn]), self._estate.set_name(arn)
            if name in _AWS_SETS:
                self._leave(LeftReason.OF_AWS, f"permission set {name}")
                continue
            attributes, is_outdated = parts.pop(_SET), parts.pop(_PROVISIONING, None) is not None
            key = keys.free(name)
            if mistakes := list(_unsayable(key, attributes=attributes, attached=parts)):
                self._leave(LeftReason.INEXPRESSIBLE, f"permission set {name}", detail="; ".join(mistakes))
                continue
            keys.take(key)
            self._sets[arn] = ProposedSet(key=key, attributes=attributes, attached=parts, is_outdated=is_outdated)

    def _propose_groups(self) -> None:
        keys, names = _Keys(longest=_LONGEST_GROUP), set[str]()
        for group_id, attributes in sorted(self._estate.groups.items(), key=lambda pair: (pair[1]["name"], pair[0])):
            name = attributes["name"]
            if name in _AWS_GROUPS:
                self._leave(LeftReason.OF_AWS, f"group {name}")
                continue
            mistakes: tuple[str, ...] = ("another group has this name, but for letter case",)
            if name.casefold() not in names:
                key, mistakes = _sayable_key(attributes, keys=keys)
            if mistakes:
                self._leave(LeftReason.INEXPRESSIBLE, f"group {name}", detail="; ".join(mistakes))
                continue
            keys.take(key)
            names.add(name.casefold())
            members = frozenset(self._members(group_id, name=name))
            rule = self._people.rule_for(self._people.set_of(members))
            self._groups[group_id] = ProposedGroup(key=key, attributes=attributes, members=members, rule=rule)

    def _members(self, group_id: str, *, name: str) -> Iterator[str]:
        for user_id in sorted(self._estate.members.get(group_id, ())):
            if person := self._users.person_of(user_id):
                yield person
            else:
                self._leave(self._of_user(user_id), f"{self._called(user_id)} in group {name}", of=[group_id])

    def _of_user(self, user_id: str) -> LeftReason:
        user = self._users.by_id.get(user_id)
        return _BY_USER[user.state] if user else LeftReason.ORPHANED

    def _called(self, user_id: str) -> str:
        return f"user {self._estate.users.get(user_id, {}).get('user_name', user_id)}"

    def _given(self) -> dict[tuple[str, str, str], set[str]]:
        """Return the accounts of each permission set, group and person by key and id; one of the latter is empty."""
        given: dict[tuple[str, str, str], set[str]] = {}
        for key in sorted(self._estate.assignments, key=_in_order):
            reason, group, person = self._recipient(key)
            reason = self._of_place(key) or reason
            name = f"{self._estate.set_name(key.permission_set_arn)} of {self._estate.principal_name(key)}"
            what, of = f"{name} in {key.account_id}", (key.permission_set_arn, key.principal_id)
            if reason:
                self._leave(reason, what, of=of)
                continue
            given.setdefault((self._sets[key.permission_set_arn].key, group, person), set()).add(key.account_id)
        return given

    def _of_place(self, key: AssignmentKey) -> LeftReason | None:
        account = self._estate.accounts.get(key.account_id)
        if key.permission_set_arn not in self._sets:
            of_aws = self._estate.set_name(key.permission_set_arn) in _AWS_SETS
            return LeftReason.OF_AWS if of_aws else LeftReason.NO_SET
        if account is None:
            return LeftReason.NO_ACCOUNT
        if account.state in GONE:
            return LeftReason.GONE_ACCOUNT
        return None if account.id in self._accounts.numbers else LeftReason.MANAGEMENT

    def _recipient(self, key: AssignmentKey) -> tuple[LeftReason | None, str, str]:
        """Return a group by key or a person by id, or the reason why neither can stand in the policy."""
        if key.principal_type is PrincipalType.USER:
            person = self._users.person_of(key.principal_id)
            return (None if person else self._of_user(key.principal_id)), "", person
        if key.principal_id not in self._estate.groups:
            return LeftReason.ORPHANED, "", ""
        group = self._groups.get(key.principal_id)
        return (None if group else LeftReason.NO_GROUP), group.key if group else "", ""

    def _assignment(self, permission_set: str, group: str, person: str, accounts: set[str]) -> ProposedAssignment:
        rule = self._accounts.rule_for(self._accounts.set_of(accounts))
        return ProposedAssignment(
            permission_set=permission_set, group=group, person=person, accounts=frozenset(accounts), rule=rule
        )


class _Keys:
    """Keys of one kind: no two differ in letter case alone."""

    def __init__(self, *, longest: int) -> None:
        self._longest = longest
        self._taken: set[str] = set()

    def free(self, name: str) -> str:
        """Return the name, or the name and a number where that is taken."""
        key, number = name, 1
        while key.casefold() in self._taken:
            number += 1
            key = f"{name[: self._longest - len(str(number)) - 1]}-{number}"
        return key

    def take(self, key: str) -> None:
        """Keep a key from being used again."""
        self._taken.add(key.casefold())


def _sayable_key(attributes: Attributes, *, keys: _Keys) -> tuple[str, tuple[str, ...]]:
    """Return a key for a group, its name if possible, and the reasons why the policy cannot say it, if so."""
    name = attributes["name"]
    mistakes: tuple[str, ...] = ()
    for wish in (name, _STRANGE.sub("-", name)[:100].strip(" -") or "group"):
        key = keys.free(wish)
        policy, findings = read_text(group_text(key, attributes=attributes, people=()))
        mistakes = tuple(findings)
        if not mistakes:
            (rule,) = policy.groups
            return key, tuple(group_mismatches(rule, attributes=attributes))
    return "", mistakes


def _unsayable(key: str, *, attributes: Attributes, attached: Mapping[Resource, Attributes]) -> Iterator[str]:
    """Yield what the policy cannot say of a permission set."""
    policy, mistakes = read_text(permission_set_text(key, attributes=attributes, attached=attached))
    yield from mistakes
    if not mistakes:
        yield from set_mismatches(key, policy=policy, attributes=attributes, attached=attached)
