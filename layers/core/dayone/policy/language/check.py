"""Check a policy without any network: all that its files alone tell."""

from collections.abc import Iterable, Mapping, Sequence

from dayone.errors import Invalid
from dayone.model.policy.rules import Policy, PolicyNote
from dayone.policy.language.parser import read_policy
from dayone.policy.language.yaml_source import Finding, invalid_policy
from dayone.policy.sensitivity import sensitive_sets
from dayone.policy.unmatchable_rules import unassigned_sets, unmatchable_rules


def check_policy(files: Mapping[str, str]) -> tuple[Policy, Sequence[str]]:
    """The policy with notes on it; raises Invalid as `read_policy` does, and for rules that can match nothing."""
    policy = read_policy(files, version=0)
    if mistakes := unmatchable_rules(policy):
        raise invalid_by(mistakes)
    return policy, [str(note) for note in (*sensitive_sets(policy), *unassigned_sets(policy))]


def invalid_by(mistakes: Iterable[PolicyNote]) -> Invalid:
    """The error for mistakes in what a policy means, as `invalid_policy` has it for those in how it is written."""
    return invalid_policy(
        Finding(file=note.location.file, line=note.location.line, column=1, said=note.text) for note in mistakes
    )
