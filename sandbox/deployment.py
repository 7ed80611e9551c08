"""Builds a SAM template and deploys it to the local AWS with the SAM CLI, as a release to AWS does."""

import os
import platform
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox import paths
from sandbox.access import without_aws
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
    """A SAM template with the parameters it is built and deployed with."""

    template: Path
    parameters: Mapping[str, str]
    environment: Mapping[str, str]
    folder: Path

    def build(self) -> Path:
        """Build what has changed since the last build, and return the built template."""
        # Apart from `.aws-sam/build`, which is what a release to AWS, for another architecture, is made from.
        target = self.template.parent / ".aws-sam" / "sandbox"
        self._sam(
            "build",
            *("--cached", "--parallel", "--template-file", str(self.template)),
            *("--build-dir", str(target / "build"), "--cache-dir", str(target / "cache")),
        )
        return target / "build" / "template.yaml"

    def deploy(self, built: Path, *, stack: str) -> None:
        """Create or update the stack; raises SandboxError with the stack's events when that fails."""
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
        command = [
            str(paths.sam()),
            *arguments,
            "--config-file",
            str(configuration),
            "--parameter-overrides",
            *overrides,
        ]
        ended = subprocess.run(
            command,
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
            **without_aws(os.environ),  # a layer's build needs the caller's PATH and package index
            **self.environment,
            "SAM_CLI_TELEMETRY": "0",
            "SAM_CLI_POLL_DELAY": "0.2",
            "__SAM_CLI_APP_DIR": str(self.folder / "sam"),
        }


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


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
