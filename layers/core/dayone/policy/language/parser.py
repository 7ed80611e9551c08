"""The files of a policy, read whole or refused with every mistake they have."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from dayone.model.inventory import DriftKind
from dayone.model.policy.origins import birthrights_of, harmless_of
from dayone.model.policy.rules import (
    AccountSelector,
    AssignmentRule,
    Condition,
    CustomerPolicy,
    GroupRule,
    Guardrails,
    Location,
    PermissionSetRule,
    PersonSelector,
    Policy,
    Protection,
    SensitiveNames,
)
from dayone.policy.language.notification_shapes import destinations
from dayone.policy.language.selectors import AccountShape, DateShape, PeopleShape, PersonShape, TextShape, life_cycle
from dayone.policy.language.shapes import (
    AssignmentShape,
    BoundaryShape,
    CustomerPolicyShape,
    DriftShape,
    GroupShape,
    GuardrailsShape,
    PermissionSetShape,
    PolicyShape,
    ProtectShape,
)
from dayone.policy.language.validation import mistakes_between, shape_of
from dayone.policy.language.yaml_source import Document, Path, invalid_policy, read_yaml


class Translation:
    """One file of a policy, whose shape is right, in the words of the domain."""

    def __init__(self, document: Document, shape: PolicyShape) -> None:
        self._document = document
        self.shape = shape

    def groups(self) -> tuple[GroupRule, ...]:
        """Its groups, in the order of the file."""
        return tuple(self._group(name, group) for name, group in self.shape.groups.items())

    def permission_sets(self) -> tuple[PermissionSetRule, ...]:
        """Its permission sets, in the order of the file."""
        return tuple(self._permission_set(name, shape) for name, shape in self.shape.permission_sets.items())

    def assignments(self) -> tuple[AssignmentRule, ...]:
        """Its assignments, in the order of the file."""
        return tuple(self._assignment(at, rule) for at, rule in enumerate(self.shape.assignments))

    def sensitive(self) -> SensitiveNames:
        """Names declared sensitive, and harmless."""
        names = self.shape.sensitive
        return SensitiveNames(
            permission_sets=frozenset(names.permission_sets),
            groups=frozenset(names.groups),
            accounts=self._accounts(names.accounts, path=("sensitive", "accounts")),
            harmless=frozenset(names.harmless),
        )

    def places(self) -> dict[tuple[str, str], Location]:
        """Locations of protected names and of people recorded twice, by the key and the name."""
        protected = {
            (f"protect.{kind}", name): self._location("guardrails", "protect", kind, at)
            for kind, names in self.shape.guardrails.protect
            for at, name in enumerate(names)
        }
        same = self.shape.people.same_person.items()
        return protected | {
            ("same_person", name): self._location("people", "same_person", duplicate)
            for duplicate, original in same
            for name in (duplicate, original)
        }

    def _group(self, name: str, group: GroupShape) -> GroupRule:
        path = ("groups", name)
        return GroupRule(
            name=name,
            display_name=group.name,
            description=group.description,
            members=self._people(group.members, path=(*path, "members")),
            people={name: self._location(*path, "people", at) for at, name in enumerate(group.people)},
            exceptions=self._people(group.except_, path=(*path, "except")),
            location=self._location(*path),
            birthright=group.birthright,
        )

    def _permission_set(self, name: str, shape: PermissionSetShape) -> PermissionSetRule:
        return PermissionSetRule(
            name=name,
            location=self._location("permission_sets", name),
            display_name=shape.name,
            description=shape.description,
            managed_policies=tuple(shape.managed_policies),
            customer_policies=tuple(_customer_policy(each) for each in shape.customer_managed_policies),
            inline_policy=shape.inline_policy,
            boundary=_boundary(shape.permissions_boundary),
            session_duration=shape.session_duration,
            relay_state=shape.relay_state,
            tags=dict(shape.tags),
        )

    def _assignment(self, at: int, rule: AssignmentShape) -> AssignmentRule:
        path = ("assignments", at)
        return AssignmentRule(
            group=rule.group,
            person=rule.person,
            permission_set=rule.permission_set,
            accounts=self._accounts(rule.accounts, path=(*path, "accounts")),
            exceptions=self._accounts(rule.except_, path=(*path, "except")),
            location=self._location(*path),
            birthright=rule.birthright,
        )

    def _people(self, shapes: Iterable[PersonShape], *, path: Path) -> tuple[PersonSelector, ...]:
        return tuple(
            PersonSelector(_conditions(shape), self._location(*path, place)) for place, shape in enumerate(shapes)
        )

    def _accounts(self, shapes: Iterable[AccountShape], *, path: Path) -> tuple[AccountSelector, ...]:
        return tuple(
            AccountSelector(
                location=self._location(*path, place),
                ids=tuple(shape.id),
                names=tuple(shape.name),
                ous=tuple(shape.ou),
                ou_ids=tuple(shape.ou_id),
                tags=tuple(_of_text(tag, condition) for tag, condition in shape.tags.items()),
                include_management=getattr(shape, "include_management_account", False),
            )
            for place, shape in enumerate(shapes)
        )

    def _location(self, *path: str | int) -> Location:
        return Location(self._document.file, self._document.spot(path).line)


def _conditions(shape: PersonShape) -> tuple[Condition, ...]:
    # In the order of the shape, so that the same conditions are the same rule in whatever order they are written.
    given = ((name, condition) for name, condition in shape if condition.model_fields_set)
    return tuple(
        _of_date(name, condition) if isinstance(condition, DateShape) else _of_text(name, condition)
        for name, condition in given
    )


def _of_text(attribute: str, shape: TextShape) -> Condition:
    present = shape.present if "present" in shape.model_fields_set else None
    return Condition(attribute, any_of=tuple(shape.any), none_of=tuple(shape.not_), present=present)


def _of_date(attribute: str, shape: DateShape) -> Condition:
    given = shape.model_fields_set
    return Condition(
        attribute,
        present=shape.present if "present" in given else None,
        reached=shape.reached if "reached" in given else None,
        not_reached=shape.not_reached if "not_reached" in given else None,
    )


def _customer_policy(shape: CustomerPolicyShape) -> CustomerPolicy:
    return CustomerPolicy(shape.name, shape.path)


def _boundary(shape: BoundaryShape) -> str | CustomerPolicy | None:
    if "customer_managed_policy" in shape.model_fields_set:
        return _customer_policy(shape.customer_managed_policy)
    return shape.managed_policy or None


_SOURCE = "identity_center"


def read_policy(files: Mapping[str, str], *, version: int) -> Policy:
    """Parse the policy that these YAML texts, by file name, form together; `docs/policy.md` describes the language.

    Messages and reasons use these file names; the files count in the order of their names. Raises Invalid, whose
    `findings` are all mistakes in reading order, each as `file:line:column: the mistake, and the fix`.
    """
    documents = [read_yaml(text, file=file) for file, text in sorted(files.items())]
    findings = [*mistakes_between(documents)]
    parts: list[Translation] = []
    for document in documents:
        shape, mistakes = shape_of(document) if document.is_read else (None, [])
        findings += [*document.findings, *mistakes]
        if shape is not None:
            parts.append(Translation(document, shape))
    if findings:
        raise invalid_policy(findings)
    return _merged(parts, version=version)


def _merged(parts: Sequence[Translation], *, version: int) -> Policy:
    groups = tuple([group for part in parts for group in part.groups()])
    # Those that are read here stand in one file at most.
    stated: dict[str, Any] = {name: getattr(part.shape, name) for part in parts for name in part.shape.model_fields_set}
    guardrails: GuardrailsShape = stated.get("guardrails", GuardrailsShape())
    permission_sets = tuple([rule for part in parts for rule in part.permission_sets()])
    assignments = tuple([rule for part in parts for rule in part.assignments()])
    named = (part.sensitive() for part in parts if "sensitive" in part.shape.model_fields_set)
    sensitive = next(named, SensitiveNames())
    harmless = frozenset([harmless_of(rule) for rule in permission_sets if rule.name in sensitive.harmless])
    return Policy(
        version=version,
        groups=groups,
        permission_sets=permission_sets,
        assignments=assignments,
        protection=_protection(guardrails.protect, groups=groups),
        people=life_cycle(stated.get("people", PeopleShape()), source=stated.get("identity_source", _SOURCE)),
        guardrails=Guardrails(
            percent=guardrails.removals.percent,
            at_least=guardrails.removals.at_least,
            longest_grant=guardrails.grants.longest,
            additions_percent=guardrails.additions.percent,
            additions_at_least=guardrails.additions.at_least,
            removes_unmanaged=guardrails.unmanaged == "remove",
        ),
        sensitive=replace(sensitive, birthrights=birthrights_of((*groups, *assignments)), harmless=harmless),
        repairs=frozenset(DriftKind(kind) for kind, how in stated.get("drift", DriftShape()) if how == "repair"),
        notifications=destinations(stated["notifications"]) if "notifications" in stated else (),
        places={key: place for part in parts for key, place in part.places().items()},
    )


def _protection(protect: ProtectShape, *, groups: Sequence[GroupRule]) -> Protection:
    # A group is protected by what people call it: its key, or its name in Identity Center in any letter case.
    called = {name.casefold() for name in protect.groups}
    keys = {group.name for group in groups if {group.name.casefold(), group.called.casefold()} & called}
    return Protection(
        people=frozenset(protect.people),
        users=frozenset(name.casefold() for name in protect.users),
        groups=frozenset(protect.groups) | keys,
        accounts=frozenset(protect.accounts),
    )
