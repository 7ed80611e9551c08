"""What a permission set consists of, as resources with attributes."""

import hashlib
import json
from collections.abc import Mapping

from dayone.domain.policy import CustomerPolicy, PermissionSetRule
from dayone.domain.subjects import Resource, ResourceKind

# Before the key of a permission set's tag, where it stands among the set's attributes.
TAG_PREFIX = "tag:"


def parts_of(rule: PermissionSetRule) -> Mapping[Resource, Mapping[str, str]]:
    """The set, what is attached to it, and the mark of being provisioned in exactly this form, with attributes."""
    parts: dict[Resource, Mapping[str, str]] = {Resource(ResourceKind.PERMISSION_SET): _set_attributes(rule)}
    for path in rule.managed_policies:
        parts[Resource(ResourceKind.MANAGED_POLICY, path)] = {}
    for policy in rule.customer_policies:
        parts[Resource(ResourceKind.CUSTOMER_POLICY, str(policy))] = {}
    if rule.inline_policy:
        parts[Resource(ResourceKind.INLINE_POLICY)] = {"document": rule.inline_policy}
    if rule.boundary:
        kind = "customer_policy" if isinstance(rule.boundary, CustomerPolicy) else "managed_policy"
        parts[Resource(ResourceKind.BOUNDARY)] = {kind: str(rule.boundary)}
    parts[Resource(ResourceKind.PROVISIONING)] = {"definition": _fingerprint(parts)}
    return parts


def tags_in(attributes: Mapping[str, str]) -> Mapping[str, str]:
    """The tags among the attributes of a permission set, by their own keys."""
    tags = {word: text for word, text in attributes.items() if word.startswith(TAG_PREFIX)}
    return {word.removeprefix(TAG_PREFIX): text for word, text in tags.items()}


def _set_attributes(rule: PermissionSetRule) -> dict[str, str]:
    attributes = {
        "name": rule.called,
        "description": rule.description,
        "session_duration": rule.session_duration,
        "relay_state": rule.relay_state,
    }
    tags = {f"{TAG_PREFIX}{key}": value for key, value in rule.tags.items()}
    return {name: text for name, text in attributes.items() if text} | tags


def _fingerprint(parts: Mapping[Resource, Mapping[str, str]]) -> str:
    definition = sorted((str(resource), sorted(attributes.items())) for resource, attributes in parts.items())
    return hashlib.sha256(json.dumps(definition).encode()).hexdigest()
