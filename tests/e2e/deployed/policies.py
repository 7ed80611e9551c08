"""The policy that all of these tests share, and others made from it."""

import json
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

import yaml

FILE = "access/policy.yaml"
OLD_HANDS = {"description": "Here before Day One", "members": [{"department": "Legacy"}]}
MANY = {"percent": 100, "at_least": 1000}
BASE: dict[str, Any] = {
    "version": 1,
    "groups": {
        "Engineers": {
            "description": "Who builds",
            "members": [{"department": "Engineering", "employment": ["employee", "contractor"]}],
        },
        "Finance": {"members": [{"department": "Finance"}]},
        "Platform": {"members": [{"department": "Platform"}]},
        "On call": {"members": [{"department": "Platform"}]},
        "Operators": {"members": [{"department": "Platform"}]},
        "Old hands": OLD_HANDS,
    },
    "permission_sets": {"ViewOnly": {"managed_policies": ["ViewOnlyAccess"], "session_duration": "PT8H"}},
    "assignments": [{"group": "Engineers", "permission_set": "ViewOnly", "accounts": [{"ou": "/Workloads/**"}]}],
    # These tests take away from one another's people all day; what a guardrail holds has a test of its own.
    "guardrails": {"protect": {"groups": ["break-glass"]}, "removals": MANY, "additions": MANY},
}

# For where nobody has made the group that it protects.
UNPROTECTED: dict[str, Any] = {**BASE, "guardrails": {"removals": MANY, "additions": MANY}}


def text_of(policy: Mapping[str, Any]) -> bytes:
    """The policy as it is uploaded; what stands in it twice is written out twice."""
    return yaml.safe_dump(json.loads(json.dumps(policy)), sort_keys=False).encode()


def base_with(
    *,
    groups: Mapping[str, Any] | None = None,
    permission_sets: Mapping[str, Any] | None = None,
    assignments: Sequence[Mapping[str, Any]] = (),
    without_group: str = "",
) -> dict[str, Any]:
    """The shared policy with more in it, and less one group."""
    policy = deepcopy(BASE)
    policy["groups"] |= groups or {}
    policy["permission_sets"] |= permission_sets or {}
    policy["assignments"] += assignments
    policy["groups"].pop(without_group, None)
    return policy
