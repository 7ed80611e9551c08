"""Take a policy: nothing of a wrong one is kept, and a right one leads to a change."""

from collections.abc import Mapping
from typing import Protocol

from dayone.contracts.kept_policy import as_one_text
from dayone.contracts.policy_check import invalid_by
from dayone.domain.changes import Cause, CauseKind, ulid
from dayone.domain.commands import ActivatePolicy
from dayone.domain.policy import Policy, PolicyVersion
from dayone.domain.preconditions import NO_PRECONDITION, Precondition
from dayone.domain.subjects import THE_POLICY
from dayone.domain.unmatchable_rules import unmatchable_rules
from dayone.ports.clock import Clock, RandomBytes
from dayone.ports.records import Records
from dayone.ports.state import Changes, Inbox, PolicyArchive, PolicyInForce
from dayone.usecases.check_protection import ProtectionPorts, check_protection
from dayone.usecases.read_policy_here import read_policy_here


class UploadPorts(ProtectionPorts, Protocol):
    """Taking a policy: what it needs of the API's context."""

    archive: PolicyArchive
    policies: PolicyInForce
    records: Records
    changes: Changes
    inbox: Inbox
    clock: Clock
    entropy: RandomBytes


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
    file, text = as_one_text(files)
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
