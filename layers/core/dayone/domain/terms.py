"""Under which circumstances a version of the policy is in force."""

from dataclasses import dataclass


@dataclass(frozen=True)
class OffLimits:
    """What Day One may not touch where it is a delegated administrator; both are empty where it may touch everything.

    `account` is the id of the management account, `permission_sets` are AWS's names of those in use there.
    """

    account: str = ""
    permission_sets: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Terms:
    """By whom a policy was put in force, why removals that come with it are held, or "", and what it cannot reach."""

    actor: str = ""
    hold: str = ""
    off_limits: OffLimits = OffLimits()
