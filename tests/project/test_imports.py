"""Importing any module of the product needs no environment, and nobody can tell that it happened."""

import sys
import sysconfig
from functools import cache
from pathlib import Path

import pytest

from tests.project.isolated import WITHOUT_SIDE_EFFECTS, run_python
from tests.project.repository import PACKAGE, ROOT, functions

INTERPRETER = Path(sys.executable)
PACKAGES = Path(sysconfig.get_path("purelib"))
MODULES = sorted(
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")
    for path in PACKAGE.rglob("*.py")
)


def test_importing_the_package_has_no_side_effects() -> None:
    script = f"{WITHOUT_SIDE_EFFECTS}\nimport importlib\nfor name in {MODULES}: importlib.import_module(name)"
    run_python(INTERPRETER, script, path=[PACKAGE.parent, PACKAGES])


@cache
def _loaded_by(name: str) -> list[str]:
    """The modules of others that count here and that importing a handler loads, without any side effect."""
    path = [ROOT / "functions" / name, PACKAGE.parent, PACKAGES]
    script = f"""{WITHOUT_SIDE_EFFECTS}
import app, json
assert callable(app.lambda_handler)
print(json.dumps(sorted({{"botocore.client", "pydantic", "yaml"}} & sys.modules.keys())))
"""
    found: list[str] = run_python(INTERPRETER, script, path=path)
    return found


@pytest.mark.parametrize("name", functions())
def test_importing_a_handler_has_no_side_effects_and_makes_no_client(name: str) -> None:
    assert "botocore.client" not in _loaded_by(name)


# Pydantic with the models of a policy takes as long to load as a function's own code; what a delivery of an HR system
# says cannot be read without.
@pytest.mark.parametrize("name", sorted({*functions()} - {"receive_hr_event"}))
def test_a_handler_loads_no_validator_before_there_is_something_to_validate(name: str) -> None:
    assert {"pydantic", "yaml"}.isdisjoint(_loaded_by(name))


def test_a_request_that_reads_loads_no_validator_and_no_other_part_of_the_api() -> None:
    script = """
import json, sys
from dayone.api.app import routes_of
list(routes_of(["GET people"]))
print(json.dumps(sorted({"pydantic", "yaml", "dayone.api.routes.policy"} & sys.modules.keys())))
"""
    assert run_python(INTERPRETER, script, path=[PACKAGE.parent, PACKAGES]) == []
