"""Reasons for desired resources, and their desired attributes."""

from collections.abc import Mapping
from dataclasses import dataclass

from dayone.model.accounts import AccountState
from dayone.model.subjects import Resource


@dataclass(frozen=True)
class Reason:
    """A reason for a desired resource: the rule (`file:line`, or `employment`), and the facts that make it apply."""

    rule: str
    because: str


@dataclass(frozen=True)
class DesiredResource:
    """Desired attributes of one resource, with the reasons."""

    attributes: Mapping[str, str]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Desired:
    """All resources a subject should have; `left_alone` is the reason why nothing may be changed, if there is one.

    `gives_up` are resources to remove although their kind is kept otherwise, and `notes` list what is not done, and
    why. `gone` is the state of an account that is closed: its resources are cleaned up. `doubtful` is the reason why a
    human must decide on every removal, however small.
    """

    resources: Mapping[Resource, DesiredResource]
    left_alone: str = ""
    gives_up: frozenset[Resource] = frozenset()
    notes: tuple[str, ...] = ()
    gone: AccountState | None = None
    doubtful: str = ""
