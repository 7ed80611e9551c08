"""Programs that other people wrote sign in, call AWS and list what Day One has assigned."""

# ruff: noqa: S603 - every command is this file's own

import hashlib
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sandbox import Credentials
from sandbox.browser.portal_over_http import PortalOverHttp
from sandbox.browser.portal_visit import one_time_password
from sandbox.paths import REPOSITORY
from tests.e2e.deployed import sign_in_by_browser
from tests.e2e.deployed.day_one import DayOne
from tests.e2e.deployed.people import somebody
from tests.e2e.deployed.scene import Scene
from tests.e2e.deployed.waiting import eventually

AWS = REPOSITORY / ".venv" / "bin" / "aws"
TOOLS = REPOSITORY / ".tools" / "real-clients" / "bin"
PASSWORD = "Correct-horse-7"
PERMISSION_SET = "ViewOnly"
SESSION = "local"
_SECONDS = 240


@dataclass(frozen=True, kw_only=True)
class Shell:
    """A person's shell, with a home of its own, whose profile `work` is one of an sso-session."""

    day_one: DayOne
    home: Path
    user_name: str
    account: str
    portal: PortalOverHttp

    @property
    def environment(self) -> dict[str, str]:
        """Environment of commands: the address of the local AWS, the configuration, and no credentials."""
        ours = self.day_one.sandbox.command_environment | {
            "HOME": str(self.home),
            "AWS_CONFIG_FILE": str(self.home / "config"),
            "COLUMNS": "250",
        }
        return {name: text for name, text in ours.items() if name not in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")}

    def run(self, *command: str | Path, **extra: str) -> subprocess.CompletedProcess[str]:
        """Run a command in it, whatever comes of it."""
        return subprocess.run(
            [str(entry) for entry in command],
            env=self.environment | extra,
            cwd=self.home,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )

    @contextmanager
    def begun(self, command: Sequence[str]) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
        """A command that is still running, with what it has written so far; ended if it has not ended itself."""
        log = self.home / "command.log"
        with log.open("wb") as written:
            environment = self.environment | {"PYTHONUNBUFFERED": "1"}
            running = subprocess.Popen(
                command, env=environment, stdin=subprocess.DEVNULL, stdout=written, stderr=subprocess.STDOUT
            )
        try:
            yield running, log
        finally:
            running.kill()
            running.wait()

    def aws(self, *arguments: str) -> Any:  # noqa: ANN401 - JSON
        """Return the output of the AWS CLI."""
        ended = self.run(AWS, *arguments, "--output", "json")
        assert ended.returncode == 0, ended.stderr
        return json.loads(ended.stdout)

    @property
    def cache(self) -> Path:
        """File in which every AWS SDK expects the token of the sso-session."""
        return self.home / ".aws" / "sso" / "cache" / f"{hashlib.sha1(SESSION.encode()).hexdigest()}.json"  # noqa: S324

    def keep(self, token: dict[str, Any], client: dict[str, Any], *, expires_in: int) -> None:
        """Write the token to where `aws sso login` of version 2 puts it."""
        self.cache.parent.mkdir(parents=True, exist_ok=True)
        kept = {
            "startUrl": self.day_one.sandbox.start_url,
            "region": self.day_one.sandbox.region,
            "accessToken": token["accessToken"],
            "expiresAt": _stamp(expires_in),
            "clientId": client["clientId"],
            "clientSecret": client["clientSecret"],
            "registrationExpiresAt": _stamp(86400),
            "refreshToken": token["refreshToken"],
        }
        self.cache.write_text(json.dumps(kept))

    @property
    def arn(self) -> str:
        """ARN expected from STS, read from the account's IAM."""
        root = Credentials(access_key_id=self.account, secret_access_key="test", arn="")
        iam = self.day_one.sandbox.client("iam", credentials=root)
        (role,) = iam.list_roles(PathPrefix="/aws-reserved/sso.amazonaws.com/")["Roles"]
        assert re.fullmatch(rf"AWSReservedSSO_{PERMISSION_SET}_[0-9a-f]{{16}}", role["RoleName"])
        return f"arn:aws:sts::{self.account}:assumed-role/{role['RoleName']}/{self.user_name}"


def _stamp(seconds: int) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.fixture(scope="module")
def employee(day_one: DayOne, scene: Scene) -> Shell:
    """Somebody whom HR has hired, and whose way to an account is there; without a home."""
    person = somebody()
    day_one.told(person)
    eventually(lambda: (PERMISSION_SET, "Engineers") in day_one.view.assignments(scene.early_account))
    portal = PortalOverHttp(day_one.sandbox.portal_url)
    once = one_time_password(day_one.sandbox.identity_center_endpoint, person["user_name"])
    portal.sign_in(person["user_name"], one_time_password=once, password=PASSWORD)
    return Shell(
        day_one=day_one, home=Path(), user_name=person["user_name"], account=scene.early_account, portal=portal
    )


@pytest.fixture
def shell(employee: Shell, tmp_path: Path) -> Shell:
    sandbox = employee.day_one.sandbox
    (tmp_path / "config").write_text(
        # The CLI would fetch what begins with http, and use that as the start URL.
        "[default]\ncli_follow_urlparam = false\n"
        f"[sso-session {SESSION}]\nsso_start_url = {sandbox.start_url}\nsso_region = {sandbox.region}\n"
        "sso_registration_scopes = sso:account:access\n"
        f"[profile work]\nsso_session = {SESSION}\nsso_account_id = {employee.account}\n"
        f"sso_role_name = {PERMISSION_SET}\nregion = {sandbox.region}\n"
        f"[profile older]\nsso_start_url = {sandbox.start_url}\nsso_region = {sandbox.region}\n"
        f"sso_account_id = {employee.account}\nsso_role_name = {PERMISSION_SET}\nregion = {sandbox.region}\n"
        f"[profile admin]\nregion = {sandbox.region}\n"
        f"aws_access_key_id = {sandbox.account_id}\naws_secret_access_key = test\n"
    )
    return Shell(
        day_one=employee.day_one,
        home=tmp_path,
        user_name=employee.user_name,
        account=employee.account,
        portal=employee.portal,
    )


class TestTheAwsCli:
    """Version 1, which has the commands of the sign-in API and reads profiles, but has no `aws sso login`."""

    def signed_in(self, shell: Shell) -> tuple[dict[str, Any], dict[str, Any]]:
        """Sign in by device code; returns the client and the token."""
        client = shell.aws(
            *("sso-oidc", "register-client", "--client-name", "aws-cli", "--client-type", "public"),
            *("--scopes", "sso:account:access"),
        )
        proof = ("--client-id", client["clientId"], "--client-secret", client["clientSecret"])
        start_url = shell.day_one.sandbox.start_url
        started = shell.aws("sso-oidc", "start-device-authorization", *proof, "--start-url", start_url)
        grant = ("--grant-type", "urn:ietf:params:oauth:grant-type:device_code")
        ask = ("sso-oidc", "create-token", *proof, *grant, "--device-code", started["deviceCode"])
        assert "AuthorizationPendingException" in shell.run(AWS, *ask).stderr
        shell.portal.allow(started["verificationUriComplete"])
        return client, shell.aws(*ask)

    def test_a_profile_of_an_sso_session_is_the_person(self, shell: Shell) -> None:
        client, token = self.signed_in(shell)
        shell.keep(token, client, expires_in=token["expiresIn"])
        said = shell.aws("sts", "get-caller-identity", "--profile", "work")
        assert (said["Arn"], said["Account"]) == (shell.arn, shell.account)

    def test_accounts_roles_and_credentials_are_answered_and_logging_out_ends_it(self, shell: Shell) -> None:
        _, token = self.signed_in(shell)
        bearer = ("--access-token", token["accessToken"])
        accounts = shell.aws("sso", "list-accounts", *bearer)["accountList"]
        assert shell.account in {pair["accountId"] for pair in accounts}
        roles = shell.aws("sso", "list-account-roles", *bearer, "--account-id", shell.account)["roleList"]
        assert [pair["roleName"] for pair in roles] == [PERMISSION_SET]
        which = ("--account-id", shell.account, "--role-name", PERMISSION_SET)
        before = time.time()
        key = shell.aws("sso", "get-role-credentials", *bearer, *which)["roleCredentials"]
        begun = key["expiration"] / 1000 - self.session_seconds(shell)
        assert before - 1 <= begun <= time.time() + 1
        assert shell.run(AWS, "sso", "logout", *bearer).returncode == 0
        assert "UnauthorizedException" in shell.run(AWS, "sso", "list-accounts", *bearer).stderr

    def session_seconds(self, shell: Shell) -> float:
        """Return the session duration of the permission set; whole hours."""
        day_one = shell.day_one
        said = day_one.sandbox.client("sso-admin").describe_permission_set(
            InstanceArn=day_one.instance.arn, PermissionSetArn=day_one.view.permission_sets()[PERMISSION_SET]
        )
        return 3600.0 * int(said["PermissionSet"]["SessionDuration"].strip("PTH"))

    def test_a_token_that_has_expired_is_refreshed(self, shell: Shell) -> None:
        client, token = self.signed_in(shell)
        shell.keep(token, client, expires_in=-60)
        assert shell.aws("sts", "get-caller-identity", "--profile", "work")["Arn"] == shell.arn
        renewed = json.loads(shell.cache.read_text())
        assert renewed["accessToken"] != token["accessToken"]
        assert renewed["expiresAt"] > _stamp(3000)

    def test_without_signing_in_it_says_so(self, shell: Shell) -> None:
        ended = shell.run(AWS, "sts", "get-caller-identity", "--profile", "work")
        assert ended.returncode != 0
        assert "Token" in ended.stderr


def test_boto3_signs_in_by_a_browser_and_a_profile_of_an_sso_session_is_the_person(shell: Shell) -> None:
    program = Path(sign_in_by_browser.__file__)
    sandbox = shell.day_one.sandbox
    arguments = [sandbox.start_url, sandbox.region, SESSION, "work"]
    with shell.begun([sys.executable, str(program), *arguments]) as (running, log):
        link = eventually(lambda: re.findall(r"http://\S+/authorize\?\S+", log.read_text()))
        shell.portal.allow(link[0])
        assert running.wait(_SECONDS) == 0, log.read_text()
        assert log.read_text().splitlines()[-1] == shell.arn


class TestAwsSsoUtil:
    def test_it_lists_every_assignment_with_its_names(self, shell: Shell) -> None:
        ended = shell.run(TOOLS / "aws-sso-util", "admin", "assignments", "--profile", "admin")
        assert ended.returncode == 0, ended.stderr
        rows = [line.split(",") for line in ended.stdout.splitlines()]
        head = rows[0]
        found = [dict(zip(head, row, strict=True)) for row in rows[1:]]
        said = {(record["principal_name"], record["permission_set_name"], record["target_id"]) for record in found}
        assert ("Engineers", PERMISSION_SET, shell.account) in said

    def test_it_signs_in_and_lists_what_the_person_may_use(self, shell: Shell) -> None:
        sandbox = shell.day_one.sandbox
        command = [str(TOOLS / "aws-sso-util"), "login", sandbox.start_url, sandbox.region, "--headless"]
        with shell.begun(command) as (login, log):
            code = eventually(lambda: re.findall(r"code:\s+(\S+)", log.read_text()))
            shell.portal.allow(f"{sandbox.portal_url}/device?user_code={code[0]}")
            assert login.wait(_SECONDS) == 0, log.read_text()
        listed = shell.run(TOOLS / "aws-sso-util", "roles", "--sso-start-url", sandbox.start_url)
        assert listed.returncode == 0, listed.stderr
        assert any(shell.account in line and PERMISSION_SET in line for line in listed.stdout.splitlines())
        # Its token is where profiles of the older kind look for theirs.
        assert shell.aws("sts", "get-caller-identity", "--profile", "older")["Arn"] == shell.arn


class TestAwsideman:
    @pytest.fixture
    def listed(self, shell: Shell) -> str:
        def awsideman(arguments: Sequence[str]) -> str:
            ended = shell.run(TOOLS / "awsideman", *arguments)
            assert ended.returncode == 0, ended.stdout + ended.stderr
            return ended.stdout

        instance = shell.day_one.instance
        awsideman(["profile", "add", "admin", "--region", shell.day_one.sandbox.region, "--default"])
        awsideman(["sso", "set", instance.arn, instance.identity_store_id])
        return awsideman(["assignment", "list", "--no-interactive", "--account-id", shell.account])

    def test_it_lists_the_assignments_of_an_account(self, shell: Shell, listed: str) -> None:
        assert any(
            "Engineers" in line and PERMISSION_SET in line and shell.account in line for line in listed.splitlines()
        ), listed
