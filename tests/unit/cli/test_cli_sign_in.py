"""`dayone login` and `dayone credentials`: the sign-in is kept as the AWS CLI keeps its own, and lasts no longer."""

import json
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.credentials import ProcessProvider
from botocore.exceptions import ClientError
from botocore.utils import SSOTokenLoader

from dayone_cli.aws.device_sign_in import Code, DeviceSignIn
from dayone_cli.aws.portal_place import Portal, portal_of
from dayone_cli.aws.role_credentials import RoleCredentials, profile_block
from dayone_cli.aws.target import Target
from dayone_cli.aws.token_cache import Token, TokenCache
from dayone_cli.failures import Misused, Unauthorised
from tests.unit.cli_api import running
from tests.unit.cli_runs import dayone

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
CORP = Portal(start_url="https://corp.awsapps.com/start", region="eu-west-1", session="corp")
LEGACY = Portal(start_url="https://corp.awsapps.com/start", region="eu-west-1")
TOKEN = Token(
    access_token="abc",
    expires_at=NOW + timedelta(hours=1),
    refresh_token="again",
    client_id="id",
    client_secret="secret",
    registration_expires_at=NOW + timedelta(days=90),
)
CONFIG = """[profile new]
sso_session = corp
[profile old]
sso_start_url = https://old.awsapps.com/start
sso_region = us-west-2
[profile plain]
region = eu-west-1
[sso-session corp]
sso_start_url = https://corp.awsapps.com/start
sso_region = eu-west-1
[sso-session dayone]
sso_start_url = https://dayone.awsapps.com/start
sso_region = eu-west-1
"""


class Refusals:
    """The exceptions of a boto3 client of sso-oidc, by name."""

    class AuthorizationPendingException(ClientError): ...

    class SlowDownException(ClientError): ...

    class ExpiredTokenException(ClientError): ...

    class AccessDeniedException(ClientError): ...

    class InvalidGrantException(ClientError): ...

    class InvalidClientException(ClientError): ...


def refused(name: str) -> ClientError:
    kind: type[ClientError] = getattr(Refusals, name)
    return kind({"Error": {"Code": name, "Message": ""}}, "CreateToken")


@dataclass
class Oidc:
    """Answers CreateToken with each of these in turn."""

    answers: list[ClientError | dict[str, Any]]
    asked: list[dict[str, object]] = field(default_factory=list)
    exceptions: type[Refusals] = Refusals

    def register_client(self, **said: object) -> dict[str, Any]:
        self.asked.append(said)
        return {"clientId": "id", "clientSecret": "secret", "clientSecretExpiresAt": int(NOW.timestamp()) + 90 * 86400}

    def start_device_authorization(self, **said: object) -> dict[str, Any]:
        self.asked.append(said)
        return {
            "deviceCode": "device",
            "userCode": "ABCD-EFGH",
            "verificationUriComplete": "https://x/?c",
            "interval": 1,
        }

    def create_token(self, **said: object) -> dict[str, Any]:
        self.asked.append(said)
        answer = self.answers.pop(0)
        if isinstance(answer, ClientError):
            raise answer
        return answer


def sign_in(oidc: Oidc, *, portal: Portal = CORP) -> tuple[DeviceSignIn, list[Code], list[float]]:
    shown: list[Code] = []
    slept: list[float] = []
    return DeviceSignIn(oidc=oidc, portal=portal, show=shown.append, sleep=slept.append, now=lambda: NOW), shown, slept


def test_a_code_is_shown_and_asked_about_as_often_as_the_portal_wants() -> None:
    given = {"accessToken": "abc", "expiresIn": 3600, "refreshToken": "again"}
    oidc = Oidc([refused("AuthorizationPendingException"), refused("SlowDownException"), given])
    signing_in, shown, slept = sign_in(oidc)
    assert signing_in.sign_in() == TOKEN
    assert (shown, slept) == ([Code(url="https://x/?c", user_code="ABCD-EFGH")], [1, 6])
    assert oidc.asked[0]["scopes"] == ["sso:account:access"]


def test_a_portal_without_a_session_gets_a_token_that_is_not_refreshed_as_old_profiles_have_it() -> None:
    oidc = Oidc([{"accessToken": "abc", "expiresIn": 28800}])
    signing_in, _, _ = sign_in(oidc, portal=LEGACY)
    assert signing_in.sign_in().refresh_token == ""
    assert "scopes" not in oidc.asked[0]


@pytest.mark.parametrize("name", ["ExpiredTokenException", "AccessDeniedException"])
def test_who_does_not_come_or_says_no_is_not_signed_in(name: str) -> None:
    signing_in, _, _ = sign_in(Oidc([refused(name)]))
    with pytest.raises(Unauthorised):
        signing_in.sign_in()


def test_a_token_is_good_for_the_next_one_until_the_portal_says_no() -> None:
    signing_in, _, _ = sign_in(Oidc([{"accessToken": "next", "expiresIn": 60}, refused("InvalidGrantException")]))
    newer = signing_in.refreshed(TOKEN)
    assert newer is not None
    assert (newer.access_token, newer.expires_at, newer.refresh_token) == ("next", NOW + timedelta(seconds=60), "again")
    assert signing_in.refreshed(TOKEN) is None


@pytest.mark.parametrize(
    "token",
    [Token(access_token="abc", expires_at=NOW), Token(**{**vars(TOKEN), "registration_expires_at": NOW})],
    ids=["no refresh token", "the client is not registered any more"],
)
def test_a_token_that_is_good_for_no_other_is_not_sent(token: Token) -> None:
    oidc = Oidc([])
    assert sign_in(oidc)[0].refreshed(token) is None
    assert oidc.asked == []


@pytest.mark.parametrize("portal", [CORP, LEGACY], ids=["by session", "by start URL"])
def test_the_token_is_kept_where_every_aws_sdk_finds_it_and_for_its_owner_alone(tmp_path: Path, portal: Portal) -> None:
    cache = TokenCache(tmp_path / "sso" / "cache")
    cache.keep(TOKEN, portal)
    (file,) = cache.folder.iterdir()
    assert (stat.S_IMODE(file.stat().st_mode), stat.S_IMODE(cache.folder.stat().st_mode)) == (0o600, 0o700)
    kept = {path.stem: json.loads(path.read_text()) for path in cache.folder.iterdir()}
    found = SSOTokenLoader(cache=kept)(portal.start_url, session_name=portal.session or None)
    assert (found["accessToken"], found["expiresAt"]) == ("abc", "2026-11-23T09:00:00Z")
    assert found["registrationExpiresAt"] == "2027-02-21T08:00:00Z"
    assert cache.kept(portal) == TOKEN


def test_a_token_of_the_aws_cli_is_read_and_a_broken_one_is_none(tmp_path: Path) -> None:
    cache = TokenCache(tmp_path)
    cache.keep(TOKEN, CORP)
    (file,) = tmp_path.iterdir()
    file.write_text('{"accessToken": "theirs", "expiresAt": "2026-11-23T09:00:00UTC"}')
    assert cache.kept(CORP) == Token(access_token="theirs", expires_at=NOW + timedelta(hours=1))
    for broken in ("", "[]", '{"accessToken": "x"}', '{"accessToken": "x", "expiresAt": 7}'):
        file.write_text(broken)
        assert cache.kept(CORP) is None


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    file = tmp_path / "config"
    file.write_text(CONFIG)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(file))
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    return iter([file])


@pytest.mark.usefixtures("config")
@pytest.mark.parametrize(
    ("said", "profile", "found"),
    [
        ({"start_url": "https://said"}, "", ("https://said", "eu-north-1", "dayone")),
        ({}, "new", ("https://corp.awsapps.com/start", "eu-west-1", "corp")),
        ({}, "old", ("https://old.awsapps.com/start", "us-west-2", "")),
        ({"session": "corp"}, "old", ("https://corp.awsapps.com/start", "eu-west-1", "corp")),
        ({}, "", ("https://dayone.awsapps.com/start", "eu-west-1", "dayone")),
    ],
)
def test_the_portal_is_the_one_that_is_said_else_that_of_the_profile_else_of_a_session(
    said: dict[str, str], profile: str, found: tuple[str, str, str]
) -> None:
    portal = portal_of(Target(profile=profile, region="eu-north-1"), **said)
    assert (portal.start_url, portal.region, portal.session) == found


@pytest.mark.usefixtures("config")
def test_without_a_portal_it_says_how_to_name_one() -> None:
    with pytest.raises(Misused, match="No access portal"):
        portal_of(Target(region="eu-north-1"), session="unknown")


def test_a_profile_that_is_not_there_is_no_credentials(tmp_path: Path) -> None:
    nothing = {"AWS_CONFIG_FILE": str(tmp_path / "none"), "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none")}
    ended = dayone("status", "--profile", "nobody", api="http://127.0.0.1:9", **nothing)
    assert (ended.code, "nobody" in ended.err) == (5, True)


GIVEN = RoleCredentials(
    access_key_id="ASIA1", secret_access_key="s/+=", session_token="t", expiration=NOW + timedelta(hours=1)
)


def test_the_export_lines_are_the_portal_s() -> None:
    assert GIVEN.export_lines().splitlines() == [
        'export AWS_ACCESS_KEY_ID="ASIA1"',
        'export AWS_SECRET_ACCESS_KEY="s/+="',
        'export AWS_SESSION_TOKEN="t"',
    ]


def test_the_process_output_is_what_the_sdk_reads(tmp_path: Path) -> None:
    later = RoleCredentials(**{**vars(GIVEN), "expiration": datetime.now(UTC) + timedelta(hours=1)})
    (tmp_path / "said").write_text(later.process_output())
    profiles = {"profiles": {"p": {"credential_process": f"cat {tmp_path / 'said'}"}}}
    found = ProcessProvider("p", load_config=lambda: profiles).load()
    assert found is not None
    assert (found.access_key, found.secret_key, found.token) == ("ASIA1", "s/+=", "t")


@pytest.mark.parametrize("portal", [CORP, LEGACY], ids=["by session", "by start URL"])
def test_the_profile_block_is_one_that_the_sdk_understands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, portal: Portal
) -> None:
    file = tmp_path / "config"
    file.write_text(profile_block(portal, account="444455556666", permission_set="ViewOnly", region="eu-west-1"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(file))
    monkeypatch.setenv("AWS_PROFILE", "ViewOnly-444455556666")
    found = botocore.session.Session().get_scoped_config()
    assert (found["sso_account_id"], found["sso_role_name"]) == ("444455556666", "ViewOnly")
    assert portal_of(Target(region="eu-north-1")) == portal


def test_me_shows_the_arn_and_the_principal() -> None:
    arn = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Editors_0123456789abcdef/ada"
    with running() as api:
        api.tell("GET /v1/me", {"actor": arn, "principal": "user ada"})
        ended = dayone("me", api=api.url)
    assert ended.code == 0
    assert arn in ended.out
    assert "user ada" in ended.out
