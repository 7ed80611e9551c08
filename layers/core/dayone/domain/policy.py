"""The policy: who belongs in which group, what permission sets exist, and which group gets which set where."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

# AWS's predefined permission-set policies by the name people use, with their path below `policy/`.
# Source: IAM Identity Center User Guide, "Predefined permissions for AWS managed policies".
PREDEFINED_POLICIES = {
    "AdministratorAccess": "AdministratorAccess",
    "Billing": "job-function/Billing",
    "DatabaseAdministrator": "job-function/DatabaseAdministrator",
    "DataScientist": "job-function/DataScientist",
    "NetworkAdministrator": "job-function/NetworkAdministrator",
    "PowerUserAccess": "PowerUserAccess",
    "ReadOnlyAccess": "ReadOnlyAccess",
    "SecurityAudit": "SecurityAudit",
    "SupportUser": "job-function/SupportUser",
    "SystemAdministrator": "job-function/SystemAdministrator",
    "ViewOnlyAccess": "job-function/ViewOnlyAccess",
}


@dataclass(frozen=True)
class Location:
    """Where in the policy something is said: a file's name and a line counted from 1."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True)
class PersonSelector:
    """Conditions on people: attribute to glob patterns; every attribute must match one of its patterns."""

    conditions: Mapping[str, tuple[str, ...]]
    location: Location


@dataclass(frozen=True)
class AccountSelector:
    """Conditions on accounts: any of `ids`, `names` and `ous` (globs), and every tag; what is empty does not limit."""

    location: Location
    ids: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    ous: tuple[str, ...] = ()
    tags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class GroupRule:
    """One group, and the selectors of its members: a person that matches any of them belongs in it."""

    name: str
    description: str
    members: tuple[PersonSelector, ...]
    location: Location


@dataclass(frozen=True)
class PermissionSetRule:
    """One permission set; `managed_policies` are paths below `policy/`, `inline_policy` is JSON text or empty."""

    name: str
    location: Location
    description: str = ""
    managed_policies: tuple[str, ...] = ()
    inline_policy: str = ""
    session_duration: str = "PT1H"
    relay_state: str = ""


@dataclass(frozen=True)
class AssignmentRule:
    """A group gets a permission set in every account that any of the selectors matches."""

    group: str
    permission_set: str
    accounts: tuple[AccountSelector, ...]
    location: Location


@dataclass(frozen=True)
class Protection:
    """What Day One never touches, by person id, group name and account id."""

    people: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    accounts: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Policy:
    """A whole policy, valid and complete; version 0 is the empty one that holds before the first upload."""

    version: int = 0
    groups: tuple[GroupRule, ...] = ()
    permission_sets: tuple[PermissionSetRule, ...] = ()
    assignments: tuple[AssignmentRule, ...] = ()
    protection: Protection = Protection()


@dataclass(frozen=True, kw_only=True)
class PolicyVersion:
    """A policy as it was uploaded: its text, from which file, by whom, when, and the change it led to."""

    version: int
    text: str
    file: str
    actor: str
    at: datetime
    change: str
