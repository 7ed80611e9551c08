"""A human's decision to adopt an existing resource whose name the policy or HR uses."""

import hashlib
import json
from collections.abc import Container, Mapping
from dataclasses import dataclass

from dayone.model.dependencies import PARTS_OF_A_SET, ROOTS
from dayone.model.operations import Applied
from dayone.model.reasons import DesiredResource
from dayone.model.subjects import Resource


@dataclass(frozen=True, kw_only=True)
class Adoption:
    """The decision to adopt existing resources and to bring them in line with the policy.

    `digest` covers everything that exists and everything desired; `desired` the desired part alone. `surplus` are
    the policies attached to a permission set that are to be removed. `in_use` describes who uses the existing resource,
    or is empty; if it is set, a person other than `actor` must approve. `reason` is given by the actor. `assigned` are
    the permission sets, by their names in AWS, that others have assigned a group beside the policy; one in a sensitive
    account has no name.
    """

    digest: str
    desired: str
    actor: str
    reason: str
    surplus: tuple[Resource, ...] = ()
    in_use: str = ""
    assigned: tuple[str, ...] = ()

    @property
    def held_reason(self) -> str:
        """Reason why another person must approve."""
        return f"what exists is in use by others ({self.in_use}), and would be brought in line: {self.reason}"

    def counts(self, desired: Mapping[Resource, DesiredResource], *, applied: Container[Resource]) -> bool:
        """Return whether the adoption is still due: the desired form is the one decided on, and is not applied yet."""
        is_new = any(resource.kind in ROOTS and resource not in applied for resource in desired)
        return is_new and self.desired == desired_digest(desired)

    def with_surplus(self, applied: Mapping[Resource, Applied]) -> Mapping[Resource, Applied]:
        """Return the recorded resources plus the surplus policies attached to the permission set."""
        return {**{resource: Applied(resource=resource) for resource in self.surplus}, **applied}


def desired_digest(desired: Mapping[Resource, DesiredResource]) -> str:
    """Return the digest of the desired user, group, or permission set with everything attached to it."""
    kinds = ROOTS | PARTS_OF_A_SET
    return digest_of({resource: how.attributes for resource, how in desired.items() if resource.kind in kinds})


def digest_of(*parts: object) -> str:
    """16 hexadecimal digits that stand for mappings and lists of texts, whatever their order."""
    text = json.dumps([_ordered(part) for part in parts])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _ordered(part: object) -> object:
    if isinstance(part, Mapping):
        return sorted((str(name), _ordered(member)) for name, member in part.items())
    return sorted(map(str, part)) if isinstance(part, list | tuple) else str(part)
