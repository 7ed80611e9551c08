"""The files of a policy, read whole or refused with every mistake they have."""

from collections.abc import Mapping, Sequence

from dayone.contracts.policy_findings import invalid_policy
from dayone.contracts.policy_mistakes import shape_of
from dayone.contracts.policy_people import PeopleShape, life_cycle
from dayone.contracts.policy_references import mistakes_between
from dayone.contracts.policy_shape import GuardrailsShape, ProtectShape
from dayone.contracts.policy_translation import Translation
from dayone.contracts.policy_yaml import read_yaml
from dayone.domain.policy import GroupRule, Guardrails, Policy, Protection

_SOURCE = "identity_center"


def read_policy(files: Mapping[str, str], *, version: int) -> Policy:
    """The policy that these YAML texts, by file name, describe together; `docs/policy.md` describes the language.

    The names are those by which messages and reasons speak of the files, which count in the order of their names.
    Raises Invalid, whose `findings` are all mistakes in reading order, each as
    `file:line:column: what is wrong, and the fix`.
    """
    documents = [read_yaml(text, file=file) for file, text in sorted(files.items())]
    findings = [*mistakes_between(documents)]
    parts: list[Translation] = []
    for document in documents:
        shape, mistakes = shape_of(document) if document.is_read else (None, [])
        findings += [*document.findings, *mistakes]
        if shape is not None:
            parts.append(Translation(document, shape))
    if findings:
        raise invalid_policy(findings)
    return _merged(parts, version=version)


def _merged(parts: Sequence[Translation], *, version: int) -> Policy:
    groups = tuple(group for part in parts for group in part.groups())
    shapes = [part.shape for part in parts]
    people = next((one.people for one in shapes if "people" in one.model_fields_set), PeopleShape())
    source = next((one.identity_source for one in shapes if "identity_source" in one.model_fields_set), _SOURCE)
    stated = [part.shape.guardrails for part in parts if "guardrails" in part.shape.model_fields_set]
    guardrails = stated[0] if stated else GuardrailsShape()
    return Policy(
        version=version,
        groups=groups,
        permission_sets=tuple(one for part in parts for one in part.permission_sets()),
        assignments=tuple(rule for part in parts for rule in part.assignments()),
        protection=_protection(guardrails.protect, groups=groups),
        people=life_cycle(people, source=source),
        guardrails=Guardrails(
            percent=guardrails.removals.percent,
            at_least=guardrails.removals.at_least,
            longest_grant=guardrails.grants.longest,
        ),
    )


def _protection(protect: ProtectShape, *, groups: Sequence[GroupRule]) -> Protection:
    # A group is protected by what people call it: its key, or its name in Identity Center in any letter case.
    called = {name.casefold() for name in protect.groups}
    keys = {group.name for group in groups if {group.name.casefold(), group.called.casefold()} & called}
    return Protection(
        people=frozenset(protect.people),
        users=frozenset(name.casefold() for name in protect.users),
        groups=frozenset(protect.groups) | keys,
        accounts=frozenset(protect.accounts),
    )
