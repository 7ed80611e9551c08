"""The state of Terraform: what of an estate it manages, and under which address."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from dayone.ports.identity_center import AssignmentKey, PrincipalType
from dayone.takeover.estate import Estate

type Json = Mapping[str, Any]

# What has one of AWS's ids for itself. Source: the provider hashicorp/aws, its documents of these resources.
_IDS = {
    "aws_ssoadmin_permission_set": "arn",
    "aws_identitystore_group": "group_id",
    "aws_identitystore_user": "user_id",
}
_ASSIGNMENT, _MEMBERSHIP = "aws_ssoadmin_account_assignment", "aws_identitystore_group_membership"


@dataclass(frozen=True, kw_only=True)
class TerraformState:
    """Addresses of what Terraform manages: permission sets, groups and users by AWS's ids, and the other two kinds."""

    addresses: dict[str, str] = field(default_factory=dict)
    memberships: dict[tuple[str, str], str] = field(default_factory=dict)
    assignments: dict[AssignmentKey, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ManagedByTerraform:
    """Parts of an estate that Terraform manages: permission sets, groups and users by their names, and all rows.

    `stale` are addresses of what the inventory has not read.
    """

    sets: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    users: Mapping[str, str] = field(default_factory=dict)
    rows: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()


NOT_MANAGED = ManagedByTerraform()


def read_states(texts: Mapping[str, str]) -> TerraformState:
    """Read states by the names of their files, as Terraform keeps them or as `terraform show -json` prints them.

    Raises ValueError for a text that is neither.
    """
    state = TerraformState()
    for name, text in texts.items():
        try:
            for address, kind, attributes in _resources(json.loads(text)):
                _add(state, address, kind, attributes)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"{name}: not a state of Terraform: {error!r}") from error
    return state


def managed_in(estate: Estate, state: TerraformState) -> ManagedByTerraform:
    """Return what of an estate is managed by Terraform."""
    sets = {estate.set_name(arn): address for arn in estate.sets if (address := state.addresses.get(arn))}
    groups = {of["name"]: address for name, of in estate.groups.items() if (address := state.addresses.get(name))}
    users = {of["user_name"]: address for name, of in estate.users.items() if (address := state.addresses.get(name))}
    members = {(group, user) for group, users_of in estate.members.items() for user in users_of}
    rows = [address for pair, address in state.memberships.items() if pair in members]
    rows += [address for key, address in state.assignments.items() if key in estate.assignments]
    found = {*sets.values(), *groups.values(), *users.values(), *rows}
    every = {*state.addresses.values(), *state.memberships.values(), *state.assignments.values()}
    return ManagedByTerraform(
        sets=sets, groups=groups, users=users, rows=tuple(sorted(rows)), stale=tuple(sorted(every - found))
    )


def _resources(state: Json) -> Iterator[tuple[str, str, Json]]:
    """Yield the address, the type and the attributes of everything that is managed, not only read."""
    if "values" in state:
        yield from _shown(state["values"].get("root_module", {}))
        return
    for resource in state["resources"]:
        for instance in resource["instances"] if resource["mode"] == "managed" else ():
            key = instance.get("index_key")
            index = "" if key is None else f"[{json.dumps(key)}]"
            module = f"{resource['module']}." if resource.get("module") else ""
            yield f"{module}{resource['type']}.{resource['name']}{index}", resource["type"], instance["attributes"]


def _shown(module: Json) -> Iterator[tuple[str, str, Json]]:
    for resource in module.get("resources", ()):
        if resource["mode"] == "managed":
            yield resource["address"], resource["type"], resource["values"]
    for child in module.get("child_modules", ()):
        yield from _shown(child)


def _add(state: TerraformState, address: str, kind: str, attributes: Json) -> None:
    if kind in _IDS:
        state.addresses[attributes[_IDS[kind]]] = address
    elif kind == _MEMBERSHIP:
        state.memberships[attributes["group_id"], attributes["member_id"]] = address
    elif kind == _ASSIGNMENT:
        key = AssignmentKey(
            account_id=attributes["target_id"],
            permission_set_arn=attributes["permission_set_arn"],
            principal_id=attributes["principal_id"],
            principal_type=PrincipalType(attributes["principal_type"]),
        )
        state.assignments[key] = address
