"""Take a policy, roll back to an earlier one, and list the versions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from dayone.lookups import Window
from dayone.model.changes import Cause, CauseKind, ulid
from dayone.model.commands import ActivatePolicy
from dayone.model.policy.rules import Policy, PolicyVersion
from dayone.model.preconditions import NO_PRECONDITION, Precondition
from dayone.model.subjects import THE_POLICY
from dayone.policy.language.check import invalid_by
from dayone.policy.language.files import as_text, files_in
from dayone.policy.protection import ProtectionPorts, check_protection
from dayone.policy.reachable import read_policy_here
from dayone.policy.unmatchable_rules import unmatchable_rules
from dayone.ports.operations import Clock, RandomBytes
from dayone.ports.records import Page, Records
from dayone.ports.store import Changes, Inbox, PolicyArchive, PolicyInForce


class PolicyReadPorts(Protocol):
    """Reading policies: what it needs of the API's context."""

    archive: PolicyArchive
    policies: PolicyInForce


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A version of the policy, and whether it is the one in force."""

    version: PolicyVersion
    is_in_force: bool


def read_policies(window: Window, *, ports: PolicyReadPorts) -> Page[Kept]:
    """Part of all versions, the newest first; raises Invalid for a cursor that is none."""
    in_force = ports.policies.current_version()
    page = ports.archive.versions(cursor=window.cursor, limit=window.limit)
    return Page(
        [
            Kept(version=policy_version, is_in_force=policy_version.version == in_force)
            for policy_version in page.entries
        ],
        page.cursor,
    )


def read_policy_version(version: int, *, ports: PolicyReadPorts) -> Kept:
    """One version; raises NotFound for one that was never kept."""
    kept = ports.archive.version(version)
    return Kept(version=kept, is_in_force=kept.version == ports.policies.current_version())


class UploadPorts(ProtectionPorts, Protocol):
    """Taking a policy: what it needs of the API's context."""

    archive: PolicyArchive
    policies: PolicyInForce
    records: Records
    changes: Changes
    inbox: Inbox
    clock: Clock
    entropy: RandomBytes


def roll_back_policy(version: int, *, actor: str, authors: tuple[str, ...] = (), ports: UploadPorts) -> PolicyVersion:
    """Submit a stored version again; raise NotFound for an unknown one, Invalid for one this release cannot read."""
    kept = ports.archive.version(version)
    return submit_policy(files_in(kept), actor=actor, authors=authors, ports=ports, again=version)


def submit_policy(
    files: Mapping[str, str],
    *,
    actor: str,
    authors: tuple[str, ...] = (),
    ports: UploadPorts,
    again: int = 0,
    precondition: Precondition = NO_PRECONDITION,
) -> PolicyVersion:
    """Keep a policy as the next version and ask for it to be put in force; `files` are its texts by file name.

    `authors` are the people who wrote it, as `author:` and a user name or an ARN: they answer for it beside the actor.
    `again` is the earlier version that they are taken from, if any: its rules were accepted once, so they are not
    refused for what they match by now. Raises Invalid with every mistake in it and with what cannot be done in this
    deployment, Outdated unless the precondition holds for the newest version that was kept,
    in force yet or not.
    A crash on the way leaves at most a version that never comes into force; sending the policy again mends that.
    """
    in_force = ports.policies.current()
    policy = read_policy_here(files, in_force=in_force, version=0, records=ports.records)
    if not again:
        _refuse_mistakes(policy, in_force=in_force, ports=ports)
    at = ports.clock()
    change = ulid(at, entropy=ports.entropy())
    file, text = as_text(files)
    names = tuple(sorted(files))
    kept = ports.archive.add(
        text, file=file, actor=actor, at=at, change=change, authors=authors, names=names, precondition=precondition
    )
    reference = f"version {kept.version}" + (f", which is version {again} again" if again else "")
    cause = Cause(change=change, kind=CauseKind.POLICY, actor=actor, reference=reference, at=at, authors=authors)
    ports.inbox.put([ActivatePolicy(subject=THE_POLICY, cause=cause, version=kept.version)])
    # After the inbox has it: a change that nobody will ever plan must not be left behind.
    ports.changes.open(cause)
    return kept


def _refuse_mistakes(policy: Policy, *, in_force: Policy, ports: ProtectionPorts) -> None:
    guards = check_protection(policy, in_force=in_force, ports=ports)
    if mistakes := (*unmatchable_rules(policy), *guards.mistakes):
        raise invalid_by(mistakes)
