"""The local AWS as one object: start it, deploy to it, speak to it, and leave nothing behind."""

import json
import os
import shutil
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sandbox import deployment
from sandbox.access import Access, Credentials, without_aws
from sandbox.errors import SandboxError
from sandbox.identity_center.behaviour import Behaviour
from sandbox.identity_center.process import behave
from sandbox.identity_center.settings import Settings
from sandbox.paths import COMMANDS
from sandbox.processes import Server, free_ports
from sandbox.servers import start_identity_center, start_ministack
from sandbox.sign_in.start_urls import start_url_of

_READY_SECONDS = 240.0
# Long enough to be seen in progress, short enough to be waited for.
QUICK = Behaviour.instant(assignment_seconds=1.0, deletion_seconds=1.0, provisioning_seconds=1.0, account_seconds=1.0)


class Sandbox:
    """MiniStack and an Identity Center on free ports of 127.0.0.1; nothing of it outlives the `with` block."""

    region = "us-east-1"  # the only Region whose EventBridge gets the events of AWS Organizations

    def __init__(
        self,
        *,
        account_id: str = "111122223333",
        management_account_id: str | None = None,
        behaviour: Behaviour = QUICK,
    ) -> None:
        """Take the account to deploy to, the organization's management account or, where another one is named as that,
        the delegated administrator of Identity Center; and how Identity Center behaves.
        """
        self.account_id = account_id
        self.is_delegated = management_account_id not in (None, account_id)
        self._identity_center = Settings(
            account_id=management_account_id or account_id,
            region=self.region,
            behaviour=behaviour,
            delegated_administrator=account_id if self.is_delegated else None,
        )
        self._servers: list[Server] = []
        self._folder: Path | None = None
        self._access: Access | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start both servers and return when they answer; raises SandboxError with the log of one that does not."""
        if self._folder is not None:
            raise SandboxError("the sandbox is running already")
        self._folder = Path(tempfile.mkdtemp(prefix="dayone-sandbox-"))
        try:
            self._start_servers(self._folder)
        except BaseException:  # Ctrl-C while it starts leaves nothing behind either
            self.stop()
            raise

    def stop(self) -> None:
        """End every process and remove every temporary file; a second call does nothing."""
        with ExitStack() as ending:  # whose every step is taken, whatever happens to the others
            if self._folder is not None:
                ending.callback(shutil.rmtree, self._folder, ignore_errors=True)
            for server in self._servers:
                ending.callback(server.stop)
            self._servers, self._folder, self._access = [], None, None

    def leave_running(self) -> str:
        """Let it outlive this process, and return the shell command that stops it."""
        for server in self._servers:
            server.release()
        groups = " ".join(f"-{server.group}" for server in self._servers)
        command = f"kill -9 {groups}; rm -rf {self._folder}"
        self._servers, self._folder = [], None
        return command

    def behave(self, behaviour: Behaviour) -> None:
        """Let Identity Center behave differently from now on."""
        behave(self.identity_center_endpoint, behaviour)

    @property
    def memory(self) -> dict[str, int]:
        """Megabytes in memory of each server, its functions' processes included, where that can be measured."""
        return {server.module: megabytes for server in self._servers if (megabytes := server.memory) is not None}

    @property
    def endpoint(self) -> str:
        """The URL of every service but those of Identity Center."""
        return self._running.endpoint

    @property
    def identity_center_endpoint(self) -> str:
        """The URL of sso-admin, identitystore and organizations."""
        return self._running.identity_center_endpoint

    @property
    def portal_url(self) -> str:
        """The URL of the portal where people sign in."""
        return self._running.portal_url

    @property
    def start_url(self) -> str:
        """The name of the portal in profiles, `sso_start_url`, which has AWS's form and is not where it answers."""
        return start_url_of(self.client("sso-admin").list_instances()["Instances"][0]["IdentityStoreId"])

    @property
    def command_environment(self) -> dict[str, str]:
        """The environment of this process with its AWS settings replaced by the sandbox's: what a command is run in."""
        path = ":".join([*map(str, COMMANDS), os.environ.get("PATH", os.defpath)])
        return {**without_aws(os.environ), **self.environment, "PATH": path}

    @property
    def environment(self) -> dict[str, str]:
        """The variables that let any AWS SDK or command speak to this sandbox as the account's administrator."""
        return self._running.environment

    def client(self, service: str, *, credentials: Credentials | None = None) -> Any:  # noqa: ANN401
        """Return a boto3 client of a service, as the administrator unless credentials of a user are given."""
        return self._running.client(service, credentials or self._running.administrator)

    def api_url(self, rest_api_id: str, *, stage: str) -> str:
        """Return the URL of a stage of a REST API; requests to it are signed for `execute-api` over this very URL."""
        return f"{self.endpoint}/_aws/execute-api/{rest_api_id}/{stage}"

    def elsewhere(self, *, account_id: str | None = None, region: str | None = None) -> Access:
        """Return the same local AWS as another account's administrator reaches it, or in another Region."""
        here = self._running
        return replace(here, account_id=account_id or here.account_id, region=region or here.region)

    @property
    def management(self) -> Access:
        """The same local AWS as the organization's management account reaches it."""
        return self.elsewhere(account_id=self._identity_center.account_id)

    def deploy(
        self, stack: str, *, template: Path, parameters: Mapping[str, str] | None = None, place: Access | None = None
    ) -> deployment.Stack:
        """Build the template, create or update the stack, here or in a place `elsewhere`, and return what it is now."""
        assert self._folder is not None, "the sandbox is not running"
        return deployment.deploy(stack, template, parameters or {}, place or self._running, self._folder)

    def create_user(self, name: str, *, policy: Mapping[str, Any]) -> Credentials:
        """Create an IAM user with an inline policy; its key is one that IAM checks, unlike the administrator's."""
        iam = self.client("iam")
        arn = iam.create_user(UserName=name)["User"]["Arn"]
        iam.put_user_policy(UserName=name, PolicyName=name, PolicyDocument=json.dumps(policy))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return Credentials(access_key_id=key["AccessKeyId"], secret_access_key=key["SecretAccessKey"], arn=arn)

    def function_logs(self, function_name: str, *, since: float = 0.0) -> list[str]:
        """Return the lines a function has logged since a time (seconds since the epoch), oldest first."""
        configuration = self.client("lambda").get_function_configuration(FunctionName=function_name)
        return deployment.function_logs(self.client("logs"), configuration["LoggingConfig"]["LogGroup"], since=since)

    def server_log(self) -> str:
        """Return what both servers have written, for a failure that a function's log does not explain."""
        return "\n".join(f"== {server.module} ==\n{server.log}" for server in self._servers)

    @property
    def process_groups(self) -> list[int]:
        """The ids of the process groups that everything in the sandbox runs in."""
        return [server.group for server in self._servers]

    def _start_servers(self, folder: Path) -> None:
        ministack_port, identity_center_port = free_ports(2)
        access = Access(
            endpoint=f"http://127.0.0.1:{ministack_port}",
            identity_center_endpoint=f"http://127.0.0.1:{identity_center_port}",
            account_id=self.account_id,
            region=self.region,
        )
        self._servers.append(start_ministack(access, folder=folder, settings=self._identity_center))
        self._servers.append(start_identity_center(access, folder=folder, settings=self._identity_center))
        deadline = time.monotonic() + _READY_SECONDS
        for server in self._servers:
            server.wait_until_ready(deadline=deadline)
        self._access = access

    @property
    def _running(self) -> Access:
        if self._access is None:
            raise SandboxError("the sandbox is not running")
        return self._access
