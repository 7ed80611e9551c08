"""Versions of the policy: as they were uploaded, and under which circumstances one is in force."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class OffLimits:
    """Limits in the management account; all fields are empty where there are none.

    `account` is the id of the management account, `permission_sets` are AWS's names of those in use there, which a
    delegated administrator may not touch either. With `lacks_rights` Day One is in the management account itself, and
    the operator has not given it the IAM rights that AWS demands there: it can give nothing in that account.
    """

    account: str = ""
    permission_sets: frozenset[str] = frozenset()
    lacks_rights: bool = False

    @property
    def is_delegated(self) -> bool:
        """True if Day One is a delegated administrator."""
        return bool(self.account) and not self.lacks_rights


@dataclass(frozen=True)
class Terms:
    """By whom a policy was put in force, who else is named as its author, and what it cannot reach."""

    actor: str = ""
    off_limits: OffLimits = OffLimits()
    authors: tuple[str, ...] = ()

    @property
    def causes(self) -> tuple[str, ...]:
        """Everybody who answers for it, the actor first."""
        return (self.actor, *self.authors)


@dataclass(frozen=True, kw_only=True)
class PolicyVersion:
    """A policy as uploaded, and its change; several files are one text, JSON of name to text, and `file` is empty.

    `authors` are the people whom its actor, a pipeline, names as those who have written it. `names` are those of its
    files.
    """

    version: int
    text: str
    file: str
    actor: str
    at: datetime
    change: str
    authors: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
