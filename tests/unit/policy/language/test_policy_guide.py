"""The guide to the policy and the schema for editors say what the language is."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from dayone.model.people import SELECTABLE
from dayone.policy.language.schema import policy_schema
from dayone.policy.language.yaml_source import read_yaml
from tests.unit.policy_texts import WHOLE, assignment, findings_of, permission_set, read

_ROOT = Path(__file__).parents[4]
_GUIDE = (_ROOT / "docs" / "policy.md").read_text(encoding="utf-8")
_SCHEMA = _ROOT / "docs" / "policy.schema.json"
_EXAMPLES = re.findall(r"```yaml\n(version: 1\n.*?)```", _GUIDE, flags=re.DOTALL)
_CONDITIONS = re.findall(r"^\| `(\w+: .+?)` \|", _GUIDE, flags=re.MULTILINE)


def _fits_the_schema(text: str) -> bool:
    validator = Draft202012Validator(json.loads(policy_schema()))
    return bool(validator.is_valid(read_yaml(text, file="policy.yaml").values))


@pytest.mark.parametrize("example", _EXAMPLES, ids=range(len(_EXAMPLES)))
def test_every_example_in_the_guide_is_a_policy(example: str) -> None:
    assert read(example).groups
    assert _fits_the_schema(example)


@pytest.mark.parametrize("condition", _CONDITIONS)
def test_every_condition_in_the_guide_is_one(condition: str) -> None:
    (group,) = read(f"version: 1\ngroups: {{staff: {{members: [{{{condition}}}]}}}}\n").groups
    assert len(group.members[0].conditions) == 1


def test_the_guide_has_examples_and_conditions() -> None:
    assert len(_EXAMPLES) >= 4
    assert len(_CONDITIONS) >= 12


def test_every_key_of_the_language_is_in_the_guide() -> None:
    said = set(re.findall(r"\w+", " ".join(re.findall(r"`[^`\n]+`", _GUIDE.replace("```", "")))))
    assert set(_keys(json.loads(policy_schema()))) - said == set()
    assert set(SELECTABLE) <= set(re.findall(r"^\| `([a-z_]+)` \|", _GUIDE, flags=re.MULTILINE))


def test_the_schema_in_the_repository_is_that_of_the_language() -> None:
    assert _SCHEMA.read_text(encoding="utf-8") == policy_schema(), "run `make schema`"


@pytest.mark.parametrize(
    "text",
    [
        WHOLE,
        "version: 1\n",
        permission_set("{managed_policies: [SomeNewPolicy, arn:aws:iam::aws:policy/X]}"),
        assignment("[{ou_id: [ou-ab12-cdef3456, ou-ab12-cdef3456/**]}]"),
    ],
)
def test_the_schema_takes_what_the_language_takes(text: str) -> None:
    assert read(text)
    assert _fits_the_schema(text)


@pytest.mark.parametrize(
    "text",
    [
        "groups: {}\n",
        "version: 2\n",
        "version: 1\ngroup: {}\n",
        "version: 1\ngroups: {staff: {}}\n",
        "version: 1\ngroups: {a/b: {members: []}}\n",
        "version: 1\ngroups: {'person:a': {members: []}}\n",
        "version: 1\ngroups: {staff: {members: all}}\n",
        "version: 1\ngroups: {staff: {members: [{}]}}\n",
        "version: 1\ngroups: {staff: {members: [{departement: X}]}}\n",
        "version: 1\ngroups: {staff: {members: [{start_date: 2026-01-01}]}}\n",
        "version: 1\ngroups: {staff: {members: [{start_date: {reached: 3651}}]}}\n",
        "version: 1\ngroups: {staff: {members: [{title: {not: []}}]}}\n",
        "version: 1\nguardrails: {removals: {percent: 101}}\n",
        "version: 1\nguardrails: {unmanaged: ignore}\n",
        "version: 1\ndrift: {missing: remove}\n",
        "version: 1\ndrift: {unmanaged: repair}\n",
        permission_set("{managed_policies: ViewOnlyAccess}"),
        permission_set("{permissions_boundary: {}}"),
        permission_set("{customer_managed_policies: [{name: X, path: a}]}"),
        assignment("[]"),
        assignment("[{id: '1'}]"),
    ],
)
def test_the_schema_refuses_what_the_language_refuses(text: str) -> None:
    assert findings_of(text)
    assert not _fits_the_schema(text)


def _keys(schema: object) -> Iterator[str]:
    for name, part in schema.items() if isinstance(schema, dict) else ():
        if name == "properties":
            yield from part
        yield from _keys(part)
