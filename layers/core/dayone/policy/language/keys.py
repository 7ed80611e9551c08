"""Valid keys of each mapping in a policy."""

from pydantic import BaseModel

from dayone.model.people import SELECTABLE_DATES
from dayone.policy.language import shapes
from dayone.policy.language.selectors import (
    AccountShape,
    DateShape,
    GrantedAccountShape,
    MailShape,
    PeopleShape,
    PersonShape,
    TextShape,
    WelcomeShape,
)
from dayone.policy.language.yaml_source import Path

_IN_PEOPLE: dict[Path, type[BaseModel]] = {
    (): PeopleShape,
    ("welcome",): WelcomeShape,
    ("welcome", "mail"): MailShape,
}
_IN_GUARDRAILS: dict[Path, type[BaseModel]] = {
    (): shapes.GuardrailsShape,
    ("protect",): shapes.ProtectShape,
    ("removals",): shapes.RemovalsShape,
    ("additions",): shapes.AdditionsShape,
    ("grants",): shapes.GrantsShape,
}


def keys_at(path: Path) -> tuple[str, ...]:
    """Return the keys that the mapping at `path` may have."""
    return tuple(field.alias or name for name, field in _shape_at(path).model_fields.items())


def _shape_at(path: Path) -> type[BaseModel]:
    match path:
        case ("groups", _, *rest):
            return _in_group(tuple(rest))
        case ("permission_sets", _, *rest):
            return _in_permission_set(tuple(rest))
        case ("assignments", _, *rest):
            return _in_assignment(tuple(rest))
        case ("people", *rest):
            return _IN_PEOPLE.get(tuple(rest), shapes.PolicyShape)
        case ("guardrails", *rest):
            return _IN_GUARDRAILS.get(tuple(rest), shapes.PolicyShape)
        case ("sensitive", *rest):
            return _in_sensitive(tuple(rest))
        case _:
            return shapes.PolicyShape


def _in_sensitive(path: Path) -> type[BaseModel]:
    match path:
        case ("accounts", _):
            return AccountShape
        case (_, _, "tags", _):
            return TextShape
        case _:
            return shapes.SensitiveShape


def _in_group(path: Path) -> type[BaseModel]:
    match path:
        case ("members" | "except", _):
            return PersonShape
        case ("members" | "except", _, attribute):
            return DateShape if attribute in SELECTABLE_DATES else TextShape
        case _:
            return shapes.GroupShape


def _in_permission_set(path: Path) -> type[BaseModel]:
    match path:
        case ("permissions_boundary",):
            return shapes.BoundaryShape
        case ("customer_managed_policies", _) | ("permissions_boundary", "customer_managed_policy"):
            return shapes.CustomerPolicyShape
        case _:
            return shapes.PermissionSetShape


def _in_assignment(path: Path) -> type[BaseModel]:
    match path:
        case ("accounts", _):
            return GrantedAccountShape
        case ("except", _):
            return AccountShape
        case (_, _, "tags", _):
            return TextShape
        case _:
            return shapes.AssignmentShape
