"""A person's shell: the export lines of the portal, and the AWS CLI."""

import json
import subprocess
from dataclasses import dataclass

from sandbox.sandbox import Sandbox

_SECONDS = 240


@dataclass(frozen=True, kw_only=True)
class Shell:
    """A POSIX shell in which the lines have been run, and which knows where the local AWS is; nothing else."""

    sandbox: Sandbox
    exports: str

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        """Run a command, whatever comes of it; `aws` is the AWS CLI of this project."""
        environment = self.sandbox.command_environment
        for administrator in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            del environment[administrator]
        return subprocess.run(
            ["/bin/sh", "-c", f"{self.exports}\n{command}"],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )

    def caller_arn(self) -> str:
        """Return the caller's ARN from STS; raise RuntimeError with the AWS CLI's error."""
        ended = self.run("aws sts get-caller-identity --output json")
        if ended.returncode != 0:
            raise RuntimeError(ended.stderr.strip())
        return str(json.loads(ended.stdout)["Arn"])

    def refusal(self, command: str) -> str:
        """Return AWS's refusal of a command; empty when it succeeds."""
        ended = self.run(command)
        return ended.stderr.strip() if ended.returncode != 0 else ""
