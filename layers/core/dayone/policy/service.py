"""Take a policy, roll back to an earlier one, and list the versions."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from dayone.errors import Invalid
from dayone.lookups import Window
from dayone.model.accounts import Account, AccountState
from dayone.model.changes import Cause, CauseKind, ulid
from dayone.model.commands import ActivatePolicy
from dayone.model.policy.context import PolicyVersion
from dayone.model.policy.origins import as_text, files_in
from dayone.model.policy.rules import Location, Policy, PolicyNote
from dayone.model.preconditions import NO_PRECONDITION, Precondition
from dayone.model.subjects import THE_POLICY, Subject, SubjectKind
from dayone.policy.language.parser import read_policy
from dayone.policy.language.yaml_source import PolicyFinding, invalid_policy
from dayone.policy.matching import describes, no_rights_in
from dayone.policy.protection import ProtectionPorts, check_protection
from dayone.policy.sensitive_notes import sensitive_sets
from dayone.policy.unmatchable_rules import unassigned_sets, unmatchable_rules
from dayone.ports.operations import Clock, RandomBytes
from dayone.ports.records import Page, Records
from dayone.ports.store import Changes, Inbox, PolicyArchive, PolicyInForce


def read_policy_here(files: Mapping[str, str], *, in_force: Policy, version: int, records: Records) -> Policy:
    """Parse the policy of these texts by file name; raise Invalid with every mistake, or for unsupported rules.

    Unsupported are assignments in the management account without the IAM rights that AWS demands there.
    """
    policy = _in_this_deployment(read_policy(files, version=version), in_force=in_force)
    account = policy.terms.off_limits.account
    fact = records.subject(Subject(SubjectKind.ACCOUNT, account)).head.fact if account else None
    recorded = fact if isinstance(fact, Account) else None
    found = [
        PolicyFinding(
            file=place.file, line=place.line, column=1, message=f"{no_rights_in(account)}, or leave the account out"
        )
        for place in reaches_without_rights(policy, recorded)
    ]
    if found:
        raise invalid_policy(found)
    return policy


def reaches_without_rights(policy: Policy, account: Account | None) -> Iterator[Location]:
    """Yield the locations of selectors that reach the management account although Day One may give nothing there.

    `account` is its record. As long as there is none, a selector reaches it that names its id.
    """
    off_limits = policy.terms.off_limits
    if not off_limits.lacks_rights or off_limits.account in policy.protection.accounts:
        return
    for rule in policy.assignments:
        if any(describes(selector, account or _unseen(off_limits.account)) for selector in rule.exceptions):
            continue
        for selector in rule.accounts:
            is_meant = selector.names_management and off_limits.account in selector.ids
            if is_meant and (account is None or describes(selector, account)):
                yield selector.location


def _unseen(account_id: str) -> Account:
    return Account(id=account_id, name="", email="", state=AccountState.ACTIVE, is_management=True)


def _in_this_deployment(policy: Policy, *, in_force: Policy) -> Policy:
    # What the deployment is able to do is no matter of the file.
    people = replace(policy.people, can_end_sessions=in_force.people.can_end_sessions)
    return replace(policy, people=people, terms=replace(policy.terms, off_limits=in_force.terms.off_limits))


def check_policy(files: Mapping[str, str]) -> tuple[Policy, Sequence[str]]:
    """Return the policy with notes; raise Invalid as `read_policy` does, and for rules that can match nothing."""
    policy = read_policy(files, version=0)
    if mistakes := unmatchable_rules(policy):
        raise invalid_by(mistakes)
    return policy, [str(note) for note in (*sensitive_sets(policy), *unassigned_sets(policy))]


def invalid_by(mistakes: Iterable[PolicyNote]) -> Invalid:
    """Return the error for mistakes in a policy's meaning, as `invalid_policy` does for those in its notation."""
    return invalid_policy(
        PolicyFinding(file=note.location.file, line=note.location.line, column=1, message=note.text)
        for note in mistakes
    )


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
        guards = check_protection(policy, in_force=in_force, ports=ports)
        if mistakes := (*unmatchable_rules(policy), *guards.mistakes):
            raise invalid_by(mistakes)
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
