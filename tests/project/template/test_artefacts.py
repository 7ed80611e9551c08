"""Artefacts of `sam build`: complete, compiled, fit for both architectures, and never older than their source."""

import os
import re
import shutil
import struct
import subprocess
from pathlib import Path

import pytest

from tests.project.isolated import run_python
from tests.project.repository import ROOT, functions, pascal
from tests.project.template.wired import declared_actions

FUNCTIONS = functions()
INTERPRETER = ROOT / ".tools" / "lambda-image" / "bin" / "python"
# A page of a layer is a link to a document.
FOLDERS = ("docs", "functions", "layers", "requirements")
# Lambda unpacks functions and their layers into 250 MB; less starts sooner.
LARGEST_LAYER = 40_000_000
UNCHECKED_HASH = 0b01


def _build(project: Path) -> Path:
    """Build as `make build` does, in a copy of the project; returns the folder of the artefacts."""
    ended = subprocess.run(  # noqa: S603
        [ROOT / ".tools" / "sam" / "bin" / "sam", "build"],
        cwd=project,
        env={**os.environ, "SAM_CLI_TELEMETRY": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return project / ".aws-sam" / "build"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project, so that building it touches nobody's build."""
    copy = tmp_path_factory.mktemp("project")
    for name in FOLDERS:
        shutil.copytree(ROOT / name, copy / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("samconfig.toml", "template.yaml"):
        shutil.copy(ROOT / name, copy / name)
    (copy / ".tools").symlink_to(ROOT / ".tools")
    return copy


@pytest.fixture(scope="module")
def built(project: Path) -> Path:
    return _build(project)


def _layers(built: Path) -> list[Path]:
    return [built / "DependenciesLayer" / "python", built / "CoreLayer" / "python"]


def _lambda_path(built: Path, name: str) -> list[Path]:
    return [built / f"{pascal(name)}Function", *_layers(built)]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_starts_with_only_its_layers(built: Path, name: str) -> None:
    run_python(INTERPRETER, "import app; assert callable(app.lambda_handler)", path=_lambda_path(built, name))


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if name != "show_docs"])  # that one calls nobody
def test_what_is_left_of_botocore_makes_every_client_of_a_function(built: Path, name: str) -> None:
    assert declared_actions([name], interpreter=INTERPRETER, path=_lambda_path(built, name))[name]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_ships_its_module_and_nothing_else(built: Path, name: str) -> None:
    assert [path.name for path in (built / f"{pascal(name)}Function").iterdir()] == ["app.py"]


def test_a_layer_ships_packages_and_nothing_else(built: Path) -> None:
    assert [path.name for path in (built / "CoreLayer").iterdir()] == ["python"]
    assert [path.name for path in (built / "CoreLayer" / "python").iterdir()] == ["dayone"]
    assert [path.name for path in (built / "DependenciesLayer").iterdir()] == ["python"]


def test_every_module_of_a_layer_is_compiled_so_that_no_change_of_its_time_undoes_it(built: Path) -> None:
    for layer in _layers(built):
        sources = list(layer.rglob("*.py"))
        assert len(sources) > 20
        for source in sources:
            compiled = source.parent / "__pycache__" / f"{source.stem}.cpython-313.pyc"
            (flags,) = struct.unpack("<4xI", compiled.read_bytes()[:8])
            assert flags == UNCHECKED_HASH, source


def test_extension_modules_are_there_for_both_architectures(built: Path) -> None:
    names = [str(path) for path in (built / "DependenciesLayer").rglob("*.so")]
    arm = {name.replace("aarch64", "*") for name in names if "aarch64" in name}
    intel = {name.replace("x86_64", "*") for name in names if "x86_64" in name}
    assert arm == intel != set()
    assert len(names) == len(arm) + len(intel)


def test_a_layer_is_small(built: Path) -> None:
    sizes = {layer.parent.name: sum(path.stat().st_size for path in layer.rglob("*")) for layer in _layers(built)}
    assert not {name: size for name, size in sizes.items() if size > LARGEST_LAYER}


# The last test, because it changes the project that the others look at.
def test_building_again_ships_what_has_changed_and_drops_what_has_gone(project: Path) -> None:
    _build(project)
    package = project / "layers" / "core" / "dayone"
    (package / "added.py").write_text("ADDED = True\n")
    (package / "errors.py").unlink()
    lock = project / "requirements" / "runtime.txt"
    lock.write_text(re.sub(r"^tzdata==(?:.*\\\n)*.*\n", "", lock.read_text(), flags=re.MULTILINE))
    (project / "functions" / "plan_changes" / "app.py").write_text("CHANGED = True\n")

    dependencies, core = _layers(_build(project))

    assert (core / "dayone" / "added.py").exists()
    assert not (core / "dayone" / "errors.py").exists()
    assert not (dependencies / "tzdata").exists()
    assert "CHANGED" in (project / ".aws-sam" / "build" / "PlanChangesFunction" / "app.py").read_text()
