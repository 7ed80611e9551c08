"""The first run on AWS, on the local AWS: all of its steps, its report, and what is left afterwards."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from first_run.names import STACK
from sandbox import Behaviour, Sandbox
from sandbox.access import without_aws
from sandbox.deployment import SamProject, host_parameters
from sandbox.identity_center_view import IdentityCenterView, instance_of
from sandbox.organisation import Organisation
from tests.pages import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

# SAM's own denies whoever does not come over TLS.
BUCKET = "uploads-of-the-first-run"
STEPS = ["deploy", "joiner", "leaver", "management-account", "update", "delete"]


@dataclass(frozen=True, kw_only=True)
class Newcomer:
    """Somebody with an organisation of one member account, who has built Day One and is its administrator."""

    sandbox: Sandbox
    template: Path
    folder: Path
    environment: dict[str, str] = field(repr=False)

    def first_run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        parameters = [f"--parameter={name}={value}" for name, value in host_parameters().items()]
        api = f"{self.sandbox.endpoint}/_aws/execute-api/{{ApiId}}/live"
        command = [
            "--template",
            str(self.template),
            "--folder",
            str(self.folder),
            "--api",
            api,
            "--bucket",
            BUCKET,
            *parameters,
        ]
        return subprocess.run(  # noqa: S603 - our own script
            [sys.executable, "-m", "first_run", *command, *arguments],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture(scope="module")
def newcomer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newcomer]:
    folder = tmp_path_factory.mktemp("first-run")
    # A removal in the management account asks for rights as well, the harder of the two that AWS was seen to do.
    behaviour = Behaviour.instant(assignment_seconds=0.3, management_removals_by_caller=True)
    with Sandbox(behaviour=behaviour) as sandbox:
        sandbox.client("s3").create_bucket(Bucket=BUCKET)
        Organisation(sandbox).make_account("nobody-needs-it")
        everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
        key = sandbox.create_user("newcomer", policy={"Version": "2012-10-17", "Statement": [everything]})
        keys = {"AWS_ACCESS_KEY_ID": key.access_key_id, "AWS_SECRET_ACCESS_KEY": key.secret_access_key}
        environment = {**sandbox.command_environment, "TMPDIR": str(folder)} | keys
        project = SamProject(
            template=ROOT / "template.yaml",
            parameters=host_parameters(),
            environment={**without_aws(os.environ), **sandbox.environment},
            folder=folder,
        )
        template = project.build_into(folder / "built")
        yield Newcomer(sandbox=sandbox, template=template, folder=folder / "run", environment=environment)


def test_all_steps_are_as_expected_and_nothing_is_left(newcomer: Newcomer) -> None:
    ended = newcomer.first_run("--yes")
    document = json.loads((newcomer.folder / "first-run-report.json").read_text())
    assert ended.returncode == 0, (ended.stdout[-6000:], ended.stderr[-3000:])
    assert document["differences"] == []
    assert [step["name"] for step in document["steps"]] == STEPS
    assert all(step["checks"] for step in document["steps"])
    sandbox = newcomer.sandbox
    assert IdentityCenterView(sandbox, instance_of(sandbox)).groups() == {}
    assert sandbox.client("dynamodb").list_tables()["TableNames"] == []
    assert [role for role in sandbox.client("iam").list_roles()["Roles"] if STACK in role["RoleName"]] == []


def test_an_identity_center_that_is_in_use_is_refused_and_nothing_is_deployed(newcomer: Newcomer) -> None:
    sandbox = newcomer.sandbox
    store = instance_of(sandbox).identity_store_id
    for name in ("finance", "engineering", "security"):
        sandbox.client("identitystore").create_group(IdentityStoreId=store, DisplayName=name)
    ended = newcomer.first_run("--yes", "--from", "deploy")
    assert ended.returncode == 2, ended.stdout
    assert "Identity Center has 3 groups, and this is for one with at most 2" in ended.stderr
    stacks = sandbox.client("cloudformation").list_stacks()["StackSummaries"]
    assert [
        stack for stack in stacks if stack["StackName"] == STACK and stack["StackStatus"] != "DELETE_COMPLETE"
    ] == []
