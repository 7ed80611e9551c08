"""AWS and Day One as a first run reaches them: by boto3, the SAM CLI and the `dayone` command."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3

from first_run.names import STACK
from first_run.record import Differs

REPOSITORY = Path(__file__).resolve().parent.parent
_LINES_SHOWN = 12


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Result of a command: its status, its output as JSON (else None), and its error output."""

    status: int
    document: Any
    complaint: str

    @property
    def shown(self) -> str:
        """The status, in words with the complaint if there is one."""
        return "ok" if self.status == 0 else f"exit status {self.status}: {self.complaint}"


@dataclass(frozen=True, kw_only=True)
class Aws:
    """One account and Region, with the usual credentials.

    `template` is what `make build` has built, `parameters` go to each deployment. `api` is where the API is, with
    {ApiId} for the stack's output, empty for the stack's own address; `folder` is for files that a step needs; `bucket`
    is where SAM uploads to, empty for one that SAM makes.
    """

    template: Path
    parameters: Mapping[str, str]
    api: str
    folder: Path
    bucket: str = ""
    _clients: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def session(self) -> boto3.session.Session:
        """Raises botocore's errors for an unknown profile."""
        return boto3.session.Session()

    def client(self, service: str) -> Any:  # noqa: ANN401 - the type depends on the service
        """Return a cached boto3 client of a service."""
        if service not in self._clients:
            self._clients[service] = self.session.client(service)  # type: ignore[call-overload]
        return self._clients[service]

    def every(self, service: str, operation: str, member: str, **request: Any) -> list[Any]:  # noqa: ANN401
        """All pages of a list; raises botocore's ClientError."""
        pages = self.client(service).get_paginator(operation).paginate(**request)
        return [entry for page in pages for entry in page.get(member, ())]

    def dayone(self, *arguments: str, environment: Mapping[str, str] | None = None) -> Answer:
        """Run the `dayone` command, as a caller whom the environment names."""
        given = {**os.environ, **self._command_environment, **(environment or {})}
        ended = subprocess.run(
            [str(Path(sys.executable).with_name("dayone")), *arguments],
            env={name: value for name, value in given.items() if value},  # an empty AWS_PROFILE is one not found
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        complaint = " ".join(ended.stderr.strip().splitlines()[-_LINES_SHOWN:])
        return Answer(status=ended.returncode, document=_json(ended.stdout), complaint=complaint)

    def read(self, path: str) -> Any:  # noqa: ANN401 - JSON
        """Return the API's response to a GET; raise Differs for an error."""
        answer = self.dayone("api", "GET", path)
        if answer.status != 0 or answer.document is None:
            raise Differs(f"GET {path}: {answer.shown}")
        return answer.document

    def file(self, name: str, content: Any) -> str:  # noqa: ANN401 - JSON
        """Write a file for a command, in JSON, which is YAML as well; returns where it is."""
        written = self.folder / name
        written.write_text(json.dumps(content, indent=1), encoding="utf-8")
        return str(written)

    def deploy(self, parameters: Mapping[str, str]) -> Answer:
        """Create or update the stack with the SAM CLI."""
        given = {**self.parameters, **parameters}
        return self._sam(
            "deploy",
            *(
                "--template-file",
                str(self.template),
                "--stack-name",
                STACK,
                "--no-progressbar",
                *(self._bucket or ["--resolve-s3"]),
            ),
            *("--no-confirm-changeset", "--no-fail-on-empty-changeset", "--capabilities", "CAPABILITY_IAM"),
            *("--parameter-overrides", *(f'ParameterKey={name},ParameterValue="{v}"' for name, v in given.items())),
        )

    def delete(self) -> Answer:
        """Delete the stack with the SAM CLI, and what it has uploaded for it."""
        return self._sam("delete", "--no-prompts", "--stack-name", STACK, "--region", self.region, *self._bucket)

    @property
    def _bucket(self) -> list[str]:
        return ["--s3-bucket", self.bucket, "--s3-prefix", STACK] if self.bucket else []

    @property
    def region(self) -> str:
        """The Region of the environment or the profile."""
        return str(self.session.region_name)

    def stack(self) -> Any:  # noqa: ANN401 - JSON
        """Return the stack as CloudFormation describes it; None where there is none."""
        cloudformation = self.client("cloudformation")
        try:
            (stack,) = cloudformation.describe_stacks(StackName=STACK)["Stacks"]
        except cloudformation.exceptions.ClientError as error:
            if "does not exist" in str(error):
                return None
            raise
        return stack

    def outputs(self) -> dict[str, str]:
        """Return the stack's outputs; none where there is no stack."""
        stack = self.stack() or {}
        return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", ())}

    @property
    def api_url(self) -> str:
        """Address of the deployed stack's API."""
        outputs = self.outputs()
        return self.api.format_map(outputs) if self.api else outputs["ApiUrl"]

    @property
    def _command_environment(self) -> Mapping[str, str]:
        place = {"DAYONE_API": self.api_url} if self.api and self.stack() else {}
        return {"DAYONE_STACK": STACK, "DAYONE_OUTPUT": "json", "NO_COLOR": "1", "AWS_REGION": self.region, **place}

    def _sam(self, *arguments: str) -> Answer:
        with tempfile.TemporaryDirectory(prefix="dayone-first-run-") as folder:
            configuration = Path(folder) / "samconfig.toml"
            configuration.write_text("version = 0.1\n", encoding="utf-8")  # nobody's answers for another stack
            ended = subprocess.run(
                [str(REPOSITORY / ".tools/sam/bin/sam"), *arguments, "--config-file", str(configuration)],
                env={**os.environ, "SAM_CLI_TELEMETRY": "0", "AWS_DEFAULT_REGION": self.region},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
        complaint = "" if ended.returncode == 0 else "\n".join(ended.stdout.strip().splitlines()[-_LINES_SHOWN:])
        return Answer(status=ended.returncode, document=None, complaint=complaint)


def _json(text: str) -> Any:  # noqa: ANN401 - JSON
    try:
        return json.loads(text)
    except ValueError:
        return None


def names(entries: Sequence[Mapping[str, Any]], member: str) -> list[str]:
    """One member of each entry of a list."""
    return [str(entry[member]) for entry in entries]
