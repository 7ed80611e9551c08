"""The versions of the policy, for whoever wants to know what held when, and to go back to one."""

from dataclasses import dataclass

from dayone.domain.policy import PolicyVersion
from dayone.ports.records import Page
from dayone.usecases.access_api import AccessApi
from dayone.usecases.read_access import Window


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A version of the policy, and whether it is the one in force."""

    version: PolicyVersion
    is_in_force: bool


def read_policies(window: Window, *, api: AccessApi) -> Page[Kept]:
    """Part of all versions, the newest first; raises Invalid for a cursor that is none."""
    in_force = api.policies.current_version()
    page = api.archive.versions(cursor=window.cursor, limit=window.limit)
    return Page([Kept(version=one, is_in_force=one.version == in_force) for one in page.entries], page.cursor)


def read_policy_version(version: int, *, api: AccessApi) -> Kept:
    """One version; raises NotFound for one that was never kept."""
    kept = api.archive.version(version)
    return Kept(version=kept, is_in_force=kept.version == api.policies.current_version())
