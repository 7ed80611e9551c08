"""A failed file of the deployed system's tests is run once more, alone; nothing else is."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.again import run_again

pytestmark = pytest.mark.thorough

# Fails when it runs for the first time, as what depends on the time something took.
_ONCE = """from pathlib import Path

def test_it() -> None:
    before = Path(__file__).with_suffix(".ran")
    ran = before.exists()
    before.touch()
    assert ran
"""
_ALWAYS = "def test_it() -> None:\n    assert not 'whole'\n"


def _ended(root: Path, tests: dict[str, str]) -> int:
    for name, text in tests.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    (root / "pytest.ini").write_text("[pytest]\naddopts = --import-mode=importlib\nmarkers = nightly\n", "utf-8")
    first = subprocess.run([sys.executable, "-m", "pytest", "-q", "tests"], cwd=root, check=False, capture_output=True)
    return run_again(root, first.returncode)


def test_what_passes_alone_has_passed_and_is_named(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    tests = {"tests/e2e/test_queue.py": _ONCE, "tests/unit/test_plan.py": "def test_it() -> None:\n    pass\n"}
    assert _ended(tmp_path, tests) == 0
    assert "Passed only when they ran again, alone" in capfd.readouterr().out
    assert _ended(tmp_path, {}) == 0


@pytest.mark.parametrize(
    "tests",
    [
        {"tests/e2e/test_queue.py": _ALWAYS},
        {"tests/unit/test_plan.py": _ONCE},
        {"tests/e2e/test_queue.py": _ONCE, "tests/unit/test_plan.py": _ONCE},
        {f"tests/e2e/test_{name}.py": _ONCE for name in ("queue", "stream", "table", "bus")},
    ],
    ids=["fails again", "not deployed", "one of them not deployed", "too many"],
)
def test_anything_else_has_failed(tmp_path: Path, tests: dict[str, str]) -> None:
    assert _ended(tmp_path, tests) == 1


def test_what_ended_otherwise_is_not_run_again(tmp_path: Path) -> None:
    assert _ended(tmp_path, {"tests/e2e/test_queue.py": "def test_it(:\n"}) == 2
    assert run_again(tmp_path, 3) == 3


def test_make_test_asks_for_it() -> None:
    makefile = (Path(__file__).resolve().parents[2] / "Makefile").read_text("utf-8")
    assert '\t$(TEST) -m "not nightly" || $(BIN)/python -m tests.again $$?\n' in makefile
