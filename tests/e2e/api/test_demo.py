"""The demo does what it says, fails when it does not happen, and leaves nothing behind unless asked to."""

# ruff: noqa: S603 - every command is this file's own

import os
import re
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from sandbox.demo.story import POLICY
from sandbox.paths import REPOSITORY
from tests.e2e.deployed.waiting import becomes

pytestmark = pytest.mark.slow


def demo(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the demo, which is to keep all that it makes below a folder."""
    return subprocess.run(
        [sys.executable, "-m", "sandbox.demo", *arguments],
        cwd=REPOSITORY,
        env={**os.environ, "TMPDIR": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


def processes(folder: Path) -> list[str]:
    """The commands of the processes that have anything to do with a folder."""
    found = []
    for command in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # it has gone meanwhile
            found.append(command.read_text().replace("\0", " "))
    return [command for command in found if str(folder) in command]


def left_behind(folder: Path) -> list[str]:
    return [*processes(folder), *(str(path) for path in folder.iterdir())]


def test_it_ends_well_and_leaves_nothing_behind(tmp_path: Path) -> None:
    ended = demo(tmp_path)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "All of it was seen to happen." in ended.stdout
    assert "Alice Ferrari │ ReadOnly │ ViewOnlyAccess" in ended.stdout
    assert "OperatePolicyArn approves or rejects it, but not arn:aws:iam::111122223333:user/ada" in ended.stdout
    assert "✓ Grace approves it, and Identity Center has it" in ended.stdout
    role = r"assumed-role/AWSReservedSSO_ViewOnlyAccess_[0-9a-f]{16}/alice"
    assert re.search(rf"✓ In a shell .* aws sts get-caller-identity .*\n *arn:aws:sts::\d{{12}}:{role}\n", ended.stdout)
    assert "✓ The credentials from before work no longer" in ended.stdout
    assert "assignments asked for: 1\n" in ended.stdout
    assert re.search(r"777788889999 │ invited-9999 +│ DEPARTED +│ /Workloads/Partners", ended.stdout)
    assert left_behind(tmp_path) == []


def test_it_fails_when_the_assignment_is_not_seen_and_says_which_step_and_what_the_functions_logged(
    tmp_path: Path,
) -> None:
    policy = tmp_path / "elsewhere.yaml"
    policy.write_text(POLICY.read_text().replace("/Workloads/**", "/Elsewhere/**"))
    folder = tmp_path / "demo"
    folder.mkdir()
    ended = demo(folder, "--policy", str(policy), "--patience", "30")
    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert "✗ Identity Center shows the user, the membership, the permission set and the assignment" in ended.stdout
    assert re.search(r"after 30 s still: ReadOnly has no ViewOnlyAccess in \d{12}", ended.stdout)
    assert re.search(r'dayone-PlanChangesFunction-\w+: \{.*"message":"planned"', ended.stdout)
    assert left_behind(folder) == []


def test_kept_running_it_says_how_to_use_it_and_how_to_stop_it(tmp_path: Path) -> None:
    ended = demo(tmp_path, "--keep")
    *_, stop = ended.stdout.splitlines() or [""]
    try:
        assert ended.returncode == 0, ended.stdout + ended.stderr
        assert re.search(r"^export DAYONE_API_URL=http://127\.0\.0\.1:\d+/\S+/live$", ended.stdout, re.MULTILINE)
        exports = re.findall(r"^(?:export|unset) .*$", ended.stdout, re.MULTILINE)
        script = "\n".join([*exports, f"{REPOSITORY}/.venv/bin/aws sso-admin list-instances --output text"])
        used = subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True, check=False)
        assert used.returncode == 0, used.stderr
        assert "arn:aws:sso:::instance/ssoins-" in used.stdout
        assert processes(tmp_path)
        subprocess.run(["/bin/sh", "-c", stop], check=True)
        assert becomes(lambda: left_behind(tmp_path), list[str]())
    finally:
        for group in re.findall(r" -(\d{2,})", stop):
            with suppress(ProcessLookupError):
                os.killpg(int(group), signal.SIGKILL)
