"""Builds a SAM template and deploys it to the local AWS with the SAM CLI, as a release to AWS does."""

import fcntl
import os
import platform
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from sandbox import paths
from sandbox.access import Access, without_aws
from sandbox.errors import SandboxError, tail


@dataclass(frozen=True, kw_only=True)
class Stack:
    """A deployed stack: its outputs by key, and the physical ids of its resources by logical id."""

    name: str
    outputs: Mapping[str, str]
    resources: Mapping[str, str]


def host_parameters() -> dict[str, str]:
    """Return the template parameters by which functions fit the machine they run on, as on AWS they fit Graviton."""
    version = ".".join(platform.python_version_tuple()[:2])
    architecture = "arm64" if platform.machine() in {"arm64", "aarch64"} else "x86_64"
    return {"Runtime": f"python{version}", "Architecture": architecture}


@dataclass(frozen=True, kw_only=True)
class SamProject:
    """A SAM template, its parameters, and the environment and scratch folder that the SAM CLI runs with."""

    template: Path
    parameters: Mapping[str, str]
    environment: Mapping[str, str]
    folder: Path

    def release(self, stack: str) -> None:
        """Build what has changed since the last build, and create or update the stack; raises SandboxError."""
        if not self._has_code:
            self._deploy(self.template, stack=stack)
            return
        with self._built() as built:
            self._deploy(built / "template.yaml", stack=stack)

    def build_into(self, folder: Path) -> Path:
        """Build what has changed, and copy all of it into a new folder; returns the built template in there."""
        with self._built() as built:
            shutil.copytree(built, folder)
        return folder / "template.yaml"

    @property
    def _has_code(self) -> bool:
        # Building takes seconds even when there is nothing to build.
        text = self.template.read_text("utf-8")
        return "AWS::Serverless" in text or "AWS::Lambda" in text

    @contextmanager
    def _built(self) -> Iterator[Path]:
        # Apart from `.aws-sam/build`, which is what a release to AWS, for another architecture, is made from; and apart
        # from each other, since a build forgets what another template's has made.
        suffix = self.template.stem.removeprefix("template")
        target = self.template.parent / ".aws-sam" / f"sandbox{suffix}"
        target.mkdir(parents=True, exist_ok=True)
        with (target / "lock").open("w") as lock:
            # Tests that run side by side share the build, and deploy it side by side.
            fcntl.flock(lock, fcntl.LOCK_SH)
            if not self._is_built(target):
                fcntl.flock(lock, fcntl.LOCK_EX)
                self._build(target)
                fcntl.flock(lock, fcntl.LOCK_SH)
            yield target / "build"

    def _source(self) -> str:
        """Return a digest that changes with the functions' platform and with any file beside the template or below."""
        platform_of = [self.parameters.get(name) for name in host_parameters()]
        found = sha256(repr((self.template, platform_of, paths.sam())).encode())
        for folder, folders, files in os.walk(self.template.parent):
            folders[:] = sorted(name for name in folders if not name.startswith(".") and name != "__pycache__")
            for name in sorted(files):
                status = (Path(folder) / name).lstat()
                found.update(repr((folder, name, status.st_size, status.st_mtime_ns)).encode())
        return found.hexdigest()

    def _is_built(self, target: Path) -> bool:
        # Starting `sam build` takes seconds even when nothing has changed.
        mark = target / "source"
        return mark.exists() and mark.read_text() == self._source()

    def _build(self, target: Path) -> None:
        if self._is_built(target):  # by somebody else, meanwhile
            return
        source = self._source()
        (target / "source").unlink(missing_ok=True)
        self._sam(
            "build",
            *("--cached", "--parallel", "--template-file", str(self.template)),
            *("--build-dir", str(target / "build"), "--cache-dir", str(target / "cache")),
        )
        (target / "source").write_text(source)

    def _deploy(self, built: Path, *, stack: str) -> None:
        self._sam(
            "deploy",
            *("--template-file", str(built), "--stack-name", stack, "--resolve-s3", "--no-progressbar"),
            *("--no-confirm-changeset", "--no-fail-on-empty-changeset"),
            *("--capabilities", "CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"),
        )

    def _sam(self, *arguments: str) -> None:
        configuration = self.folder / "samconfig.toml"
        configuration.write_text("version = 0.1\n")  # the project's own names real accounts
        overrides = [f"ParameterKey={key},ParameterValue={_quoted(text)}" for key, text in self.parameters.items()]
        options = ["--config-file", str(configuration), "--parameter-overrides", *overrides]
        ended = subprocess.run(
            [str(paths.sam()), *arguments, *options],
            cwd=self.template.parent,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if ended.returncode != 0:
            raise SandboxError(f"sam {arguments[0]} failed:\n{tail(ended.stdout)}")

    def _environment(self) -> dict[str, str]:
        return {
            **self.environment,
            "SAM_CLI_TELEMETRY": "0",
            "SAM_CLI_POLL_DELAY": "0.2",
            "__SAM_CLI_APP_DIR": str(self.folder / "sam"),
            "TMPDIR": str(self.folder),  # it leaves folders there
        }


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def deploy(stack: str, template: Path, parameters: Mapping[str, str], place: Access, folder: Path) -> Stack:
    """Release a template to an account and Region of a local AWS, with a scratch folder; returns what it has become."""
    project = SamProject(
        template=template.resolve(),
        parameters={**host_parameters(), **parameters},
        environment={**without_aws(os.environ), **place.environment},
        folder=folder,
    )
    project.release(stack)
    return describe(place.client("cloudformation", place.administrator), stack)


def describe(cloudformation: Any, name: str) -> Stack:  # noqa: ANN401 - a boto3 client
    """Read a stack's outputs and resources."""
    (described,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=name)
    resources = (resource for page in pages for resource in page["StackResourceSummaries"])
    return Stack(
        name=name,
        outputs={output["OutputKey"]: output["OutputValue"] for output in described.get("Outputs", [])},
        resources={each["LogicalResourceId"]: each["PhysicalResourceId"] for each in resources},
    )


def function_logs(logs: Any, group: str, *, since: float) -> list[str]:  # noqa: ANN401 - a boto3 client
    """Read the lines in a function's log group since a time (seconds since the epoch), oldest first."""
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group, startTime=int(since * 1000))
    try:
        return [event["message"].rstrip("\n") for page in pages for event in page["events"]]
    except logs.exceptions.ResourceNotFoundException:
        return []  # the group comes with the first invocation
