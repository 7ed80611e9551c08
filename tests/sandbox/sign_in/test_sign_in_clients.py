"""AWS's own programs sign in with the profile block that the portal shows, as it is."""

# ruff: noqa: S603 - every command is this file's own

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from sandbox.browser.portal_over_http import PortalOverHttp
from sandbox.paths import REPOSITORY
from tests.sandbox.conftest import eventually
from tests.sandbox.sign_in.access_world import World, world

__all__ = ["world"]

AWS_1 = REPOSITORY / ".venv" / "bin" / "aws"
AWS_2 = REPOSITORY / ".tools" / "aws-cli-v2" / "dist" / "aws"
JAVASCRIPT = REPOSITORY / ".tools" / "javascript-sdk"
PROGRAM = Path(__file__).with_name("credentials_by_sso.cjs")
PERMISSION_SET = "ViewOnlyAccess"
_SECONDS = 240
_LINK = re.compile(r"https?://\S+[?]\S+(?=\n)")

needs_aws_2 = pytest.mark.skipif(
    not (AWS_2.parents[1] / ".ready").exists(),
    reason="NO AWS CLI 2: `make test` installs it on Linux with an x86 processor",
)
needs_javascript = pytest.mark.skipif(
    not (JAVASCRIPT / ".ready").exists() or shutil.which("node") is None,
    reason="NO AWS SDK FOR JAVASCRIPT: `make test` installs it where there are Node.js and npm",
)


@dataclass(frozen=True, kw_only=True)
class Employee:
    """Somebody with one permission set in one account, signed in at the portal."""

    name: str
    account: str
    arn: str
    portal: PortalOverHttp


@dataclass(frozen=True, kw_only=True)
class Home:
    """A home folder whose only profile is what the portal shows, and no credentials."""

    folder: Path
    environment: dict[str, str]
    profile: str

    def run(self, *command: str | Path, **extra: str) -> subprocess.CompletedProcess[str]:
        """Run a command for the profile, whatever comes of it."""
        return subprocess.run(
            [str(part) for part in command],
            env={**self.environment, "AWS_PROFILE": self.profile, **extra},
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )

    def answer(self, *command: str | Path, **extra: str) -> dict[str, str]:
        """Return what a command answers, as JSON."""
        ended = self.run(*command, **extra)
        assert ended.returncode == 0, ended.stderr
        answer: dict[str, str] = json.loads(ended.stdout)
        return answer

    @contextmanager
    def login(self, *options: str) -> Iterator[str]:
        """Sign in with the AWS CLI of version 2: the link that it shows, and after the block its success."""
        log = self.folder / "login.log"
        with log.open("wb") as written:
            running = subprocess.Popen(
                [str(AWS_2), "sso", "login", "--no-browser", "--profile", self.profile, *options],
                env={**self.environment, "PYTHONUNBUFFERED": "1"},
                stdin=subprocess.DEVNULL,
                stdout=written,
                stderr=subprocess.STDOUT,
            )
        try:
            eventually(lambda: _LINK.search(log.read_text()) or running.poll() is not None)
            link = _LINK.search(log.read_text())
            assert link, log.read_text()
            yield link.group()
            assert running.wait(_SECONDS) == 0, log.read_text()
        finally:
            running.kill()
            running.wait()

    @property
    def tokens(self) -> list[Path]:
        """The files in which every AWS SDK looks for access tokens."""
        kept = (self.folder / ".aws" / "sso" / "cache").glob("*.json")
        return [path for path in kept if "accessToken" in json.loads(path.read_text())]


@pytest.fixture(scope="module")
def employee(world: World) -> Employee:
    account = world.calls.new_account("team-blue-dev")
    assigned = world.assign(account, world.view_only(Name=PERMISSION_SET), world.user("alice"))
    assert assigned["Status"] == "SUCCEEDED"
    (role,) = world.roles(account)
    portal = world.visit("alice")
    arn = f"arn:aws:sts::{account}:assumed-role/{role['RoleName']}/alice"
    return Employee(name="alice", account=account, arn=arn, portal=portal)


@pytest.fixture
def home(world: World, employee: Employee, tmp_path: Path) -> Home:
    employee.portal.export_lines(employee.account, PERMISSION_SET)
    (tmp_path / "config").write_text(employee.portal.page.texts["sso-profile"])
    keys = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    environment = {name: text for name, text in world.sandbox.command_environment.items() if name not in keys}
    environment |= {"HOME": str(tmp_path), "AWS_CONFIG_FILE": str(tmp_path / "config")}
    return Home(folder=tmp_path, environment=environment, profile=f"{PERMISSION_SET}-{employee.account}")


def test_the_profile_block_has_the_start_url_that_aws_would_show(world: World, home: Home) -> None:
    (instance,) = world.sandbox.client("sso-admin").list_instances()["Instances"]
    block = (home.folder / "config").read_text()
    shown = re.findall(r"sso_start_url = (\S+)", block)
    assert shown == [f"https://{instance['IdentityStoreId']}.awsapps.com/start"] == [world.sandbox.start_url]


def arn_of(world: World, keys: dict[str, str]) -> str:
    """Return the ARN from STS of the bearer of these variables."""
    return world.session("\n".join(f"export {name}={json.dumps(key)}" for name, key in keys.items())).arn


@needs_aws_2
class TestTheAwsCliOfVersion2:
    def test_a_browser_signs_in_and_the_profile_is_the_person(self, employee: Employee, home: Home) -> None:
        with home.login() as link:
            assert "/authorize?" in link
            employee.portal.allow(link)
        identity = home.answer(AWS_2, "sts", "get-caller-identity")
        assert (identity["Arn"], identity["Account"]) == (employee.arn, employee.account)

    def test_a_device_code_signs_in_and_its_credentials_can_be_handed_on(
        self, world: World, employee: Employee, home: Home
    ) -> None:
        with home.login("--use-device-code") as link:
            assert "user_code=" in link
            employee.portal.allow(link)
        ended = home.run(AWS_2, "configure", "export-credentials", "--format", "env-no-export")
        assert ended.returncode == 0, ended.stderr
        assert arn_of(world, dict(line.split("=", 1) for line in ended.stdout.split())) == employee.arn

    def test_logging_out_ends_the_session_and_removes_the_token(self, employee: Employee, home: Home) -> None:
        with home.login() as link:
            employee.portal.allow(link)
        home.answer(AWS_2, "sts", "get-caller-identity")
        (kept,) = home.tokens
        bearer = ("--access-token", json.loads(kept.read_text())["accessToken"])
        assert home.answer(AWS_1, "sso", "list-accounts", *bearer)["accountList"]
        assert home.run(AWS_2, "sso", "logout").returncode == 0
        assert home.tokens == []
        assert "UnauthorizedException" in home.run(AWS_1, "sso", "list-accounts", *bearer).stderr
        assert home.run(AWS_2, "sts", "get-caller-identity").returncode != 0

    def test_a_start_url_of_http_is_refused_as_for_aws(self, world: World, home: Home) -> None:
        config = home.folder / "config"
        config.write_text(config.read_text().replace(world.sandbox.start_url, world.sandbox.portal_url))
        ended = home.run(AWS_2, "sso", "login", "--no-browser")
        assert ended.returncode != 0
        assert "https" in ended.stderr

    @needs_javascript
    def test_the_sdk_for_javascript_uses_the_same_sign_in(self, world: World, employee: Employee, home: Home) -> None:
        with home.login() as link:
            employee.portal.allow(link)
        given = home.answer("node", PROGRAM, home.profile, NODE_PATH=str(JAVASCRIPT / "node_modules"))
        keys = {
            "AWS_ACCESS_KEY_ID": given["accessKeyId"],
            "AWS_SECRET_ACCESS_KEY": given["secretAccessKey"],
            "AWS_SESSION_TOKEN": given["sessionToken"],
        }
        assert arn_of(world, keys) == employee.arn
