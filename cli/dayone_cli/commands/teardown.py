"""`dayone teardown`: what stays in Identity Center when Day One is removed, and a way to go on with it without."""

import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

import typer

from dayone_cli.api_client import ApiClient, path
from dayone_cli.failures import Misused
from dayone_cli.output.screen import Sheet
from dayone_cli.run import Run, command

_MOST = 1_000_000
_NOTHING_GOES = "Nothing was removed. All of this stays in Identity Center when the stack is removed."


class Form(StrEnum):
    """Forms in which what stays is handed over."""

    LIST = "list"
    COMMANDS = "commands"
    TERRAFORM = "terraform"


@dataclass(frozen=True, kw_only=True)
class Left:
    """Something that stays: its kind by Terraform's name, what it is called, and its ids in AWS in Terraform's order.

    `see` and `remove` are the commands of the AWS CLI. With `adopted` it was there before Day One.
    """

    kind: str
    name: str
    ids: Sequence[str]
    between: str
    see: Sequence[str]
    remove: Sequence[str]
    adopted: bool = False


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "teardown")(teardown)


def teardown(
    run: Run,
    form: Annotated[
        Form, typer.Option("--as", help="A list, commands of the AWS CLI, or import blocks for Terraform.")
    ] = Form.LIST,
    identity_store: Annotated[str, typer.Option(help="The id of the identity store, d-…; not for a list.")] = "",
    *,
    removals: Annotated[
        bool, typer.Option("--removals", help="Print commands that remove everything, not commands that show it.")
    ] = False,
) -> None:
    """Print what stays in Identity Center when Day One is removed. It removes nothing itself."""
    if form is not Form.LIST and not identity_store:
        raise Misused("The identity store is not known", detail="give its id with --identity-store")
    if removals and form is not Form.COMMANDS:
        raise Misused("Only commands remove something", detail="add --as commands")
    found = list(left_in(run.api, store=identity_store))
    if form is Form.LIST:
        run.show([_entry(each) for each in found], lambda _: _sheet(found))
        return
    lines = _commands(found, removals=removals) if form is Form.COMMANDS else _import_blocks(found)
    run.screen.raw("\n".join(lines) + "\n")


def left_in(api: ApiClient, *, store: str) -> Iterator[Left]:
    """Yield everything that AWS has confirmed, in the order in which it can be removed."""
    groups = {each["group"]: _whole(api, "groups", each["group"], "members") for each in _all(api, "groups")}
    keys = [each["permission_set"] for each in _all(api, "permission-sets")]
    sets = [_whole(api, "permission-sets", key, "assignments") for key in keys]
    people = [api.read(path("v1", "people", each["id"])) for each in _all(api, "people") if each["has_user"]]
    principals = {("group", key): _reference(group["confirmed"], "group_id") for key, group in groups.items()}
    users = {person["id"]: _reference(person["user"], "user_id") for person in people}
    principals |= {("person", name): user for name, user in users.items()}
    for entry in sets:
        yield from _assignments(entry, principals)
    for key, group in groups.items():
        yield from _members(key, group, store=store)
    yield from (each for entry in sets if (each := _permission_set(entry)))
    for key, group in groups.items():
        if name := _reference(group["confirmed"], "group_id"):
            yield _in_store("group", key, name, store=store, adopted=group["confirmed"]["adopted"])
    for person in people:
        yield _in_store("user", person["id"], users[person["id"]], store=store, adopted=person["user"]["adopted"])


def _all(api: ApiClient, name: str) -> Iterator[Mapping[str, Any]]:
    for part in api.pages(f"/v1/{name}", {}, most=_MOST):
        yield from part[name.replace("-", "_")]


def _whole(api: ApiClient, name: str, key: str, members: str) -> dict[str, Any]:
    """Return one with all the pages of its members, or of its assignments."""
    parts = list(api.pages(path("v1", name, key), {}, most=_MOST))
    return {**parts[0], members: [entry for part in parts for entry in part[members]]}


def _reference(confirmed: Mapping[str, Any] | None, name: str) -> str:
    return str((confirmed or {}).get("references", {}).get(name, ""))


def _arn_of(entry: Mapping[str, Any]) -> tuple[str, bool]:
    itself = next((part for part in entry["confirmed"] if part["resource"] == "permission-set"), None)
    return _reference(itself, "permission_set_arn"), bool(itself and itself["adopted"])


def _instance_of(arn: str) -> str:
    """Return the ARN of the instance of a permission set, which has the instance's id in its own."""
    prefix, _, rest = arn.partition(":::permissionSet/")
    return f"{prefix}:::instance/{rest.partition('/')[0]}"


def _assignments(entry: Mapping[str, Any], principals: Mapping[tuple[str, str], str]) -> Iterator[Left]:
    arn, _ = _arn_of(entry)
    for each in entry["assignments"]:
        kind = "USER" if each["kind"] == "person" else "GROUP"
        principal, account = principals.get((each["kind"], each["principal"]), ""), str(each["account"])
        if not (arn and principal):
            continue
        words = ["--instance-arn", _instance_of(arn), "--permission-set-arn", arn]
        of = [*words, "--principal-type", kind, "--principal-id", principal]
        target = ["--target-type", "AWS_ACCOUNT", "--target-id", account]
        yield Left(
            kind="aws_ssoadmin_account_assignment",
            name=f"{entry['permission_set']} {each['principal']} {account}",
            ids=(principal, kind, account, "AWS_ACCOUNT", arn, _instance_of(arn)),
            between=",",
            see=["sso-admin", "list-account-assignments", *words, "--account-id", account],
            remove=["sso-admin", "delete-account-assignment", *of, *target],
        )


def _members(key: str, group: Mapping[str, Any], *, store: str) -> Iterator[Left]:
    for member in group["members"]:
        if name := _reference(member["confirmed"], "membership_id"):
            words = ["--identity-store-id", store, "--membership-id", name]
            yield Left(
                kind="aws_identitystore_group_membership",
                name=f"{key} {member['person']}",
                ids=(store, name),
                between="/",
                see=["identitystore", "describe-group-membership", *words],
                remove=["identitystore", "delete-group-membership", *words],
                adopted=member["confirmed"]["adopted"],
            )


def _permission_set(entry: Mapping[str, Any]) -> Left | None:
    arn, adopted = _arn_of(entry)
    if not arn:
        return None
    words = ["--instance-arn", _instance_of(arn), "--permission-set-arn", arn]
    return Left(
        kind="aws_ssoadmin_permission_set",
        name=entry["permission_set"],
        ids=(arn, _instance_of(arn)),
        between=",",
        see=["sso-admin", "describe-permission-set", *words],
        remove=["sso-admin", "delete-permission-set", *words],
        adopted=adopted,
    )


def _in_store(kind: str, name: str, aws_id: str, *, store: str, adopted: bool) -> Left:
    words = ["--identity-store-id", store, f"--{kind}-id", aws_id]
    return Left(
        kind=f"aws_identitystore_{kind}",
        name=name,
        ids=(store, aws_id),
        between="/",
        see=["identitystore", f"describe-{kind}", *words],
        remove=["identitystore", f"delete-{kind}", *words],
        adopted=adopted,
    )


def _entry(left: Left) -> Mapping[str, Any]:
    return {"kind": left.kind, "name": left.name, "ids": list(left.ids), "adopted": left.adopted}


def _sheet(found: Sequence[Left]) -> Sheet:
    rows = [(each.kind, each.name, "yes" if each.adopted else "") for each in found]
    return Sheet(columns=("kind", "name", "was there before"), rows=rows, foot=[_NOTHING_GOES])


def _commands(found: Iterable[Left], *, removals: bool) -> Iterator[str]:
    """Yield a shell script; what was there before Day One is never removed by it."""
    yield "#!/bin/sh"
    yield "# Made by `dayone teardown`: " + ("it removes what Day One has made." if removals else "it changes nothing.")
    if removals:
        yield "# AWS ends assignments in its own time: run it again where a permission set is still assigned."
    yield "set -u"
    for each in found:
        words = each.remove if removals else each.see
        mark = "# was there before Day One: " if removals and each.adopted else ""
        yield f"{mark}aws {shlex.join(words)}"


def _import_blocks(found: Iterable[Left]) -> Iterator[str]:
    """Yield import blocks, from which `terraform plan -generate-config-out=FILE` writes the resources."""
    for number, each in enumerate(found, start=1):
        yield f"# {each.name}"
        yield f'import {{\n  to = {each.kind}.dayone_{number}\n  id = "{each.between.join(each.ids)}"\n}}'
