"""Read a policy that somebody sends as it would hold in this deployment, which may not be able to do all of it."""

from collections.abc import Mapping
from dataclasses import replace

from dayone.contracts.policy_file import read_policy
from dayone.contracts.policy_findings import Finding, invalid_policy
from dayone.domain.accounts import Account
from dayone.domain.management import no_rights_in, reaches_without_rights
from dayone.domain.policy import Policy
from dayone.domain.subjects import Subject, SubjectKind
from dayone.ports.records import Records


def read_policy_here(files: Mapping[str, str], *, in_force: Policy, version: int, records: Records) -> Policy:
    """The policy of these texts by file name; raises Invalid with every mistake, or for what cannot be done here.

    That is to give something in the management account without the IAM rights that AWS demands there.
    """
    policy = _in_this_deployment(read_policy(files, version=version), in_force=in_force)
    account = policy.terms.off_limits.account
    found = [
        Finding(file=place.file, line=place.line, column=1, said=f"{no_rights_in(account)}, or leave the account out")
        for place in reaches_without_rights(policy, _recorded(account, records=records))
    ]
    if found:
        raise invalid_policy(found)
    return policy


def _in_this_deployment(policy: Policy, *, in_force: Policy) -> Policy:
    # What the deployment is able to do is no matter of the file.
    people = replace(policy.people, can_end_sessions=in_force.people.can_end_sessions)
    return replace(policy, people=people, terms=replace(policy.terms, off_limits=in_force.terms.off_limits))


def _recorded(account_id: str, *, records: Records) -> Account | None:
    if not account_id:
        return None
    fact = records.subject(Subject(SubjectKind.ACCOUNT, account_id)).head.fact
    return fact if isinstance(fact, Account) else None
