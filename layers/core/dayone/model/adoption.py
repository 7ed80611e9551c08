"""A human's decision to take on what exists under the name of something that the policy or HR asks for."""

import hashlib
import json
from collections.abc import Container, Mapping
from dataclasses import dataclass

from dayone.model.dependencies import PARTS_OF_A_SET, ROOTS
from dayone.model.operations import Applied
from dayone.model.reasons import Wanted
from dayone.model.subjects import Resource


@dataclass(frozen=True, kw_only=True)
class Adoption:
    """The decision to take on what exists and to bring it in line.

    It holds for what its `digest` was made of: all that exists, and all that was wanted of it; `wanted` is made of the
    latter alone. `surplus` are the policies attached to a permission set that are to go. `in_use` says in words who
    uses what exists, or is empty; if it is not, another person than `actor` has to approve. `reason` is the actor's.
    """

    digest: str
    wanted: str
    actor: str
    reason: str
    surplus: tuple[Resource, ...] = ()
    in_use: str = ""

    @property
    def held_because(self) -> str:
        """Why another person has to approve."""
        return f"what exists is in use by others ({self.in_use}), and would be brought in line: {self.reason}"

    def counts(self, desired: Mapping[Resource, Wanted], *, applied: Container[Resource]) -> bool:
        """Whether there is still something to take on: it is wanted in the form that was decided on, and not there."""
        is_new = any(resource.kind in ROOTS and resource not in applied for resource in desired)
        return is_new and self.wanted == wanted_digest(desired)

    def with_surplus(self, applied: Mapping[Resource, Applied]) -> Mapping[Resource, Applied]:
        """What is on record, and what is attached to the permission set beside it."""
        return {**{resource: Applied(resource=resource) for resource in self.surplus}, **applied}


def wanted_digest(desired: Mapping[Resource, Wanted]) -> str:
    """Stands for what is wanted of a user, a group, or a permission set with all that is attached to it."""
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
