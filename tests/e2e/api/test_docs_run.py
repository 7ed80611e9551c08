"""The commands of the README and the documents do what the pages say, on one deployed Day One."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox import Behaviour, Sandbox
from sandbox.day_one import deploy
from sandbox.identity_center_view import instance_of
from sandbox.shell.at_hand import command_environment
from tests.e2e.deployed.departures import Departures
from tests.e2e.deployed.page_session import Session
from tests.pages import ROOT, fences_of, pages

pytestmark = pytest.mark.slow

# The one that all others go on from, and the one that leaves nothing as it was.
_FIRST, _LAST = "docs/first-hour.md", "docs/operations.md"


def _in_the_order_of_reading() -> list[str]:
    names = [
        str(path.relative_to(ROOT)) for path in pages() if any(fence.language == "sh" for fence in fences_of(path))
    ]
    return sorted(names, key=lambda name: (name != _FIRST, name == _LAST, name))


@pytest.fixture(scope="module")
def departures(tmp_path_factory: pytest.TempPathFactory) -> Departures:
    return Departures(folder=tmp_path_factory.mktemp("departures"))


@pytest.fixture(scope="module")
def environment(departures: Departures, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A local AWS of its own: the pages put policies in force and let people go."""
    with Sandbox(behaviour=Behaviour.instant(assignment_seconds=0.3, deletion_seconds=0.3)) as sandbox:
        deployed = deploy(sandbox, instance_of(sandbox))
        profiles = tmp_path_factory.mktemp("profiles")
        yield command_environment(sandbox, deployed, folder=profiles) | departures.environment


@pytest.mark.parametrize("page", _in_the_order_of_reading())
def test_the_commands_of_a_page_do_what_it_says(
    page: str, environment: dict[str, str], departures: Departures, tmp_path: Path
) -> None:
    Session(folder=tmp_path, environment=environment).run(fences_of(ROOT / page))
    assert departures.noted() == []


def test_make_sandbox_runs_a_script_in_which_the_commands_work(tmp_path: Path) -> None:
    script = tmp_path / "script"
    commands = ("dayone status", "aws sts get-caller-identity --profile approver", "aws sqs list-queues", "exit 7")
    script.write_text("\n".join(["set -e", *commands]))
    ended = subprocess.run(  # noqa: S603 - the command is this file's own
        ["make", "--old-file=setup", "sandbox", f"RUN={script}"],  # noqa: S607
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, "Error 7" in ended.stderr) == (2, True), ended.stdout + ended.stderr
    assert "Policy: version" in ended.stdout
    assert ":user/approver" in ended.stdout
    assert "dayone" in ended.stdout.partition("QueueUrls")[2]


def test_a_script_that_is_not_there_is_refused_before_anything_starts() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "sandbox.shell.at_hand", "--run", "not-there"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 2
    assert "not-there" in ended.stderr
    assert "Deploying" not in ended.stderr
