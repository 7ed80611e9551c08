"""Check a policy from its files alone, without any network."""

from collections.abc import Iterable, Mapping, Sequence

from dayone.errors import Invalid
from dayone.model.policy.rules import Policy, PolicyNote
from dayone.policy.language.parser import read_policy
from dayone.policy.language.yaml_source import PolicyFinding, invalid_policy
from dayone.policy.sensitive_notes import sensitive_sets
from dayone.policy.unmatchable_rules import unassigned_sets, unmatchable_rules


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
