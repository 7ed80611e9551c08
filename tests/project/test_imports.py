"""Importing any module of the product needs no environment, and nobody can tell that it happened."""

import sys
import sysconfig
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


@pytest.mark.parametrize("name", functions())
def test_importing_a_handler_has_no_side_effects_and_makes_no_client(name: str) -> None:
    path = [ROOT / "functions" / name, PACKAGE.parent, PACKAGES]
    script = f"""{WITHOUT_SIDE_EFFECTS}
import app, json
assert callable(app.lambda_handler)
print(json.dumps("botocore.client" in sys.modules))
"""
    assert run_python(INTERPRETER, script, path=path) is False
