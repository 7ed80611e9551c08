"""Existing Identity Center resources as YAML in the policy language, and the parts it cannot express."""

import json
from collections.abc import Iterable, Mapping, Sequence

import yaml

from dayone.errors import Invalid
from dayone.model.operations import tags_in
from dayone.model.policy.rules import AssignmentRule, Policy
from dayone.model.subjects import Resource, ResourceKind
from dayone.policy.language.fields import PREDEFINED_POLICIES
from dayone.policy.language.parser import read_policy

_FILE = "as-it-is.yaml"
_BESIDE = "groups.yaml"
_WIDEST = 110
_PREDEFINED = {path: name for name, path in PREDEFINED_POLICIES.items()}
# What any partition's ARN of an AWS managed policy is read as: the path below `policy/`.
_ARN = "arn:aws:iam::aws:policy/"


class _Block(str):
    """A text of several lines that is written as such."""

    __slots__ = ()


class _Dumper(yaml.SafeDumper):
    """Writes no alias, since no mapping and no list stands in a rule twice: the policy language has none."""


def _scalar(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    # Between double quotes what cannot be seen, such as U+2028, is written as an escape.
    style = "|" if isinstance(text, _Block) else None if text.isprintable() else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", str(text), style=style)


_Dumper.add_representer(str, _scalar)
_Dumper.add_representer(_Block, _scalar)


def permission_set_text(
    key: str,
    *,
    attributes: Mapping[str, str],
    attached: Mapping[Resource, Mapping[str, str]],
    assignments: Sequence[AssignmentRule] = (),
) -> str:
    """Return a policy with one permission set of this key, attributes, attached policies and assignments by id."""
    rule = permission_set_rule(key, attributes=attributes, attached=attached)
    given = [_assignment(assignment) for assignment in assignments]
    return _text("permission_sets", key, rule=rule, more={"assignments": given} if given else {})


def permission_set_rule(
    key: str, *, attributes: Mapping[str, str], attached: Mapping[Resource, Mapping[str, str]]
) -> Mapping[str, object]:
    """Return the rule of a permission set as the policy has it under its key, without what is empty."""
    managed = sorted(part.name for part in attached if part.kind is ResourceKind.MANAGED_POLICY)
    customer = sorted(part.name for part in attached if part.kind is ResourceKind.CUSTOMER_POLICY)
    inline = attached.get(Resource(ResourceKind.INLINE_POLICY), {}).get("document", "")
    rule = {
        **named_rule(key, attributes),
        "session_duration": attributes.get("session_duration", ""),
        "relay_state": attributes.get("relay_state", ""),
        "tags": dict(sorted(tags_in(attributes).items())),
        "managed_policies": [_managed_policy(path) for path in managed],
        "customer_managed_policies": [_customer_policy(name) for name in customer],
        "inline_policy": _document(inline),
        "permissions_boundary": _boundary(attached.get(Resource(ResourceKind.BOUNDARY), {})),
    }
    return {name: value for name, value in rule.items() if value}


def group_text(key: str, *, attributes: Mapping[str, str], people: Iterable[str]) -> str:
    """Return a policy with one group of this key and these attributes, with people by their HR ids."""
    return _text("groups", key, rule={**named_rule(key, attributes), "people": sorted(people)})


def renamed_group_text(key: str, *, attributes: Mapping[str, str]) -> str:
    """Return a policy with the name and the description of one group, and nothing else of it."""
    return _text("groups", key, rule=named_rule(key, attributes))


def assignment_text(rule: AssignmentRule) -> str:
    """Return a policy with one assignment, by the ids of its accounts."""
    return yaml_text({"version": 1, "assignments": [_assignment(rule)]})


def read_text(text: str, *, groups: Iterable[str] = ()) -> tuple[Policy, Sequence[str]]:
    """Parse such a text into a policy, and every mistake as `file:line:column: …`, which leaves the policy empty.

    It may name `groups`, which have their rules elsewhere.
    """
    beside = {"version": 1, "groups": {key: {"people": []} for key in groups}}
    try:
        return read_policy({_FILE: text, _BESIDE: yaml.dump(beside, Dumper=_Dumper)}, version=0), ()
    except Invalid as invalid:
        return Policy(), invalid.findings


def _text(section: str, key: str, *, rule: Mapping[str, object], more: Mapping[str, object] | None = None) -> str:
    return yaml_text({"version": 1, section: {key: rule}, **(more or {})})


def yaml_text(value: object, *, is_short: bool = False) -> str:
    """Write a value of a policy as YAML; a short one has lists and mappings of texts on one line each."""
    style = None if is_short else False
    written = yaml.dump(
        value, Dumper=_Dumper, sort_keys=False, width=_WIDEST, allow_unicode=True, default_flow_style=style
    )
    return str(written)


def _assignment(rule: AssignmentRule) -> dict[str, object]:
    accounts = [account for selector in rule.accounts for account in selector.ids]
    assignee = {"person": rule.person} if rule.person else {"group": rule.group}
    return {**assignee, "permission_set": rule.permission_set, "accounts": [{"id": accounts}]}


def named_rule(key: str, attributes: Mapping[str, str]) -> dict[str, object]:
    """Return the beginning of a rule: the name, where it is not the key, and the description, if there is one."""
    name = attributes.get("name", "")
    rule = {"name": "" if name == key else name, "description": attributes.get("description", "")}
    return {word: text for word, text in rule.items() if text}


def _managed_policy(path: str) -> str:
    """Return the name of a predefined policy, else the ARN, which nobody takes for a typing mistake."""
    return path if path.startswith("arn:") else _PREDEFINED.get(path, f"{_ARN}{path}")


def _customer_policy(name: str) -> dict[str, str]:
    path, _, last = name.rpartition("/")
    return {"name": last} if not path else {"name": last, "path": f"{path}/"}


def _boundary(attributes: Mapping[str, str]) -> dict[str, object]:
    if customer := attributes.get("customer_policy"):
        return {"customer_managed_policy": _customer_policy(customer)}
    managed = attributes.get("managed_policy")
    return {"managed_policy": _managed_policy(managed)} if managed else {}


def _document(inline: str) -> str:
    """As JSON text, so that no number and no word of it is read otherwise than IAM reads it."""
    try:
        return _Block(f"{json.dumps(json.loads(inline), indent=2)}\n") if inline else ""
    except (ValueError, RecursionError):
        return inline
