"""Examples in the guide to HR systems are valid configurations."""

import re
from pathlib import Path
from typing import get_args

import pytest

from dayone.hr.connectors.base import KindName, kind_called
from dayone.hr.connectors.configuration import read_configuration

_GUIDE = (Path(__file__).parents[4] / "docs" / "hr.md").read_text(encoding="utf-8")
_EXAMPLES = re.findall(r"^```yaml\n(.*?)^```", _GUIDE, flags=re.MULTILINE | re.DOTALL)
_KINDS = get_args(KindName)


@pytest.mark.parametrize("example", _EXAMPLES, ids=range(len(_EXAMPLES)))
def test_every_example_is_a_configuration(example: str) -> None:
    assert read_configuration(example, secrets="dayone/hr").sources


@pytest.mark.parametrize("kind", _KINDS)
def test_every_kind_is_in_the_table_and_has_a_section(kind: str) -> None:
    assert re.search(rf"^\| .*`{kind}`", _GUIDE, flags=re.MULTILINE)
    assert re.search(rf"^### .*`{kind}`", _GUIDE, flags=re.MULTILINE)


@pytest.mark.parametrize("kind", sorted(set(_KINDS) - {"workday", "csv", "json", "hibob"}))
def test_a_section_names_every_field_of_the_mapping(kind: str) -> None:
    (section,) = re.findall(rf"^### `{kind}`$(.*?)(?=^###? |\Z)", _GUIDE, flags=re.MULTILINE | re.DOTALL)
    last = {re.split(r"[./\[]", path)[-1] for rule in kind_called(kind).mapping.values() for path in rule.fields}
    assert not {name for name in last if name != "id" and name not in section}
