"""A policy as it was written, as plain data: its rules, and the forms of its permission sets."""

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import yaml

from tests.simulation.oracle.facts import Form

Rule = Mapping[str, Any]

# Source: docs/policy.md, names of AWS's that are no paths.
_JOB_FUNCTIONS = frozenset(
    {
        "Billing",
        "DatabaseAdministrator",
        "DataScientist",
        "NetworkAdministrator",
        "SupportUser",
        "SystemAdministrator",
        "ViewOnlyAccess",
    }
)
_ALWAYS_SENSITIVE = frozenset({"AdministratorAccess", "IAMFullAccess", "PowerUserAccess", "SystemAdministrator"})


@lru_cache(maxsize=4096)
def read(text: str) -> Rule:
    """Return a text of the policy as data; no text is a policy without rules."""
    return dict(yaml.safe_load(text) or {}) if text else {}


def groups(policy: Rule) -> Mapping[str, Rule]:
    return policy.get("groups") or {}


def sets(policy: Rule) -> Mapping[str, Rule]:
    return policy.get("permission_sets") or {}


def assignments(policy: Rule) -> list[Rule]:
    return list(policy.get("assignments") or [])


def people(policy: Rule) -> Rule:
    return policy.get("people") or {}


def protected(policy: Rule, kind: str) -> frozenset[str]:
    guardrails = policy.get("guardrails") or {}
    return frozenset(map(str, (guardrails.get("protect") or {}).get(kind, ())))


def fewest_removals(policy: Rule) -> int:
    """Return how many removals go without a human, however little there is."""
    return int(((policy.get("guardrails") or {}).get("removals") or {}).get("at_least", 5))


def most_removals(policy: Rule, *, existing: int) -> int:
    """Return how many removals go in a day, or with a change, without a human."""
    percent = int(((policy.get("guardrails") or {}).get("removals") or {}).get("percent", 10))
    return max(fewest_removals(policy), existing * percent // 100)


def called(rules: Mapping[str, Rule], key: str) -> str:
    """Return what AWS calls the group or permission set of a key."""
    return str(rules.get(key, {}).get("name", key))


def form(rule: Rule) -> Form:
    """Return the form that a rule wants of a permission set."""
    return Form(
        description=str(rule.get("description", "")),
        session=str(rule.get("session_duration", "PT1H")),
        relay_state=str(rule.get("relay_state", "")),
        managed=frozenset(map(_path, rule.get("managed_policies", ()))),
        customer=frozenset(map(_own_path, rule.get("customer_managed_policies", ()))),
        inline=document(rule.get("inline_policy", "")),
        boundary=_boundary(rule.get("permissions_boundary", {})),
        tags=tuple(sorted(rule.get("tags", {}).items())),
    )


def document(given: Any) -> str:  # noqa: ANN401 - YAML
    """Return an IAM policy in one way to write it, from a mapping or its JSON; empty for none."""
    return (
        json.dumps(json.loads(given) if isinstance(given, str) else given, sort_keys=True, default=str) if given else ""
    )


def is_sensitive(rule: Rule) -> bool:
    """Return whether a permission set may be sensitive by what it has: what is certain, and what needs a table."""
    return is_surely_sensitive(rule) or bool(rule.get("inline_policy"))


def is_surely_sensitive(rule: Rule) -> bool:
    """Return whether it is sensitive by a policy that always is."""
    names = {str(policy).rpartition("/")[2] for policy in rule.get("managed_policies", ())}
    return bool(names & _ALWAYS_SENSITIVE or rule.get("customer_managed_policies"))


def given_to(policy: Rule, group: str) -> Iterator[str]:
    """Yield the keys of the permission sets that a group is given somewhere."""
    yield from (str(rule["permission_set"]) for rule in assignments(policy) if rule.get("group") == group)


def _path(policy: str) -> str:
    path = policy.partition(":policy/")[2] or policy
    return f"job-function/{path}" if path in _JOB_FUNCTIONS else path


def _own_path(policy: Rule) -> str:
    return f"{policy.get('path', '/')}{policy['name']}"


def _boundary(rule: Rule) -> str:
    if "managed_policy" in rule:
        return _path(str(rule["managed_policy"]))
    return _own_path(rule["customer_managed_policy"]) if rule else ""
