"""Every capture of what AWS and HR systems say is held to by a test, or says why the project does not touch it."""

import re
from pathlib import Path

from tests.captures.reading import captures
from tests.captures.uses import NOT_USED, USED_BY
from tests.project.repository import ROOT

_MODULES = [path for path in (ROOT / "tests").rglob("*.py") if not {"captures", "project"} & set(path.parts[-3:])]
_NAMED = re.compile(r'"((?:sso-admin|identitystore|organizations|scim|portal|cloudtrail|hr|timings)-\d{2})"')


def _named_in(path: Path) -> set[str]:
    return set(_NAMED.findall(path.read_text(encoding="utf-8")))


def test_each_capture_is_used_or_says_why_not() -> None:
    assert USED_BY.keys() | NOT_USED.keys() == captures().keys()
    assert not USED_BY.keys() & NOT_USED.keys()
    assert {capture: reason for capture, reason in NOT_USED.items() if len(reason.split()) < 5} == {}


def test_each_test_in_the_table_names_its_captures() -> None:
    found = {str(path.relative_to(ROOT / "tests")): _named_in(path) for path in _MODULES}
    told = {(capture, module) for capture, modules in USED_BY.items() for module in modules}
    assert {(capture, module) for capture, module in told if capture not in found.get(module, ())} == set()
    assert all(USED_BY.values())


def test_no_test_names_a_capture_that_is_said_to_be_of_no_use() -> None:
    named = {capture for path in _MODULES for capture in _named_in(path)}
    assert named & NOT_USED.keys() == set()
    assert named <= captures().keys()


def test_the_readme_lists_each_capture() -> None:
    told = (ROOT / "tests" / "captures" / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| ([a-z-]+-\d{2}) \|", told, flags=re.MULTILINE)) == captures().keys()
