"""A policy file, read whole or refused with every mistake it has."""

from dayone.contracts.policy_findings import invalid_policy
from dayone.contracts.policy_mistakes import alike_groups, dangling, shape_of
from dayone.contracts.policy_shape import AccountShape, PersonShape, PolicyShape
from dayone.contracts.policy_yaml import Document, Path, read_yaml
from dayone.domain.policy import (
    AccountSelector,
    AssignmentRule,
    Condition,
    GroupRule,
    Location,
    PermissionSetRule,
    PersonSelector,
    Policy,
    Protection,
)


def read_policy(text: str, *, file: str, version: int) -> Policy:
    """The policy that the YAML text describes; `docs/policy.md` describes the language.

    `file` is the name by which messages and reasons speak of it. Raises Invalid, whose `findings` are all mistakes in
    reading order, each as `file:line: what is wrong, and the fix`.
    """
    document = read_yaml(text, file=file)
    shape, mistakes = shape_of(document)
    findings = [*document.findings, *mistakes, *dangling(document), *alike_groups(document)]
    if findings or shape is None:
        raise invalid_policy(findings, file=file)
    return _Translation(document, file=file).policy(shape, version=version)


class _Translation:
    def __init__(self, document: Document, *, file: str) -> None:
        self._document = document
        self._file = file

    def policy(self, shape: PolicyShape, *, version: int) -> Policy:
        protect = shape.guardrails.protect
        return Policy(
            version=version,
            groups=self._groups(shape),
            permission_sets=self._permission_sets(shape),
            assignments=self._assignments(shape),
            protection=Protection(frozenset(protect.people), frozenset(protect.groups), frozenset(protect.accounts)),
        )

    def _groups(self, shape: PolicyShape) -> tuple[GroupRule, ...]:
        return tuple(
            GroupRule(
                name=name,
                description=group.description,
                members=tuple(
                    self._person(one, path=("groups", name, "members", at)) for at, one in enumerate(group.members)
                ),
                location=self._location("groups", name),
            )
            for name, group in shape.groups.items()
        )

    def _permission_sets(self, shape: PolicyShape) -> tuple[PermissionSetRule, ...]:
        return tuple(
            PermissionSetRule(
                name=name,
                location=self._location("permission_sets", name),
                description=one.description,
                managed_policies=tuple(one.managed_policies),
                inline_policy=one.inline_policy,
                session_duration=one.session_duration,
                relay_state=one.relay_state,
            )
            for name, one in shape.permission_sets.items()
        )

    def _assignments(self, shape: PolicyShape) -> tuple[AssignmentRule, ...]:
        return tuple(
            AssignmentRule(
                group=rule.group,
                permission_set=rule.permission_set,
                accounts=tuple(
                    self._account(one, path=("assignments", at, "accounts", place))
                    for place, one in enumerate(rule.accounts)
                ),
                location=self._location("assignments", at),
            )
            for at, rule in enumerate(shape.assignments)
        )

    def _person(self, shape: PersonShape, *, path: Path) -> PersonSelector:
        conditions = tuple(Condition(attribute, any_of=tuple(globs)) for attribute, globs in shape if globs)
        return PersonSelector(conditions, self._location(*path))

    def _account(self, shape: AccountShape, *, path: Path) -> AccountSelector:
        return AccountSelector(
            location=self._location(*path),
            ids=tuple(shape.id),
            names=tuple(shape.name),
            ous=tuple(shape.ou),
            tags=tuple(Condition(tag, any_of=tuple(globs)) for tag, globs in shape.tags.items()),
        )

    def _location(self, *path: str | int) -> Location:
        return Location(self._file, self._document.spot(path).line)
