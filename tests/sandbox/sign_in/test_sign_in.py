"""Sign-in of programs: sso-oidc with device codes, authorization codes and refreshing, and the answers of sso."""

from typing import Any
from urllib.parse import urlencode

import pytest

from sandbox.identity_center.protocol.service_models import ServiceModels
from tests.captures.reading import seen
from tests.sandbox.sign_in.sign_in_desk import CALLBACK, CHALLENGE, DEVICE, SCOPE, VERIFIER, Desk

_HOUR = 3600.0
PKCE: dict[str, Any] = {
    "scopes": [SCOPE],
    "grantTypes": ["authorization_code", "refresh_token"],
    "redirectUris": [CALLBACK],
}


@pytest.fixture(scope="module")
def models() -> ServiceModels:
    return ServiceModels()


@pytest.fixture
def desk(models: ServiceModels) -> Desk:
    desk = Desk(models)
    desk.hire("alice")
    return desk


class TestRegisterClient:
    def test_a_client_is_registered_for_ninety_days(self, desk: Desk) -> None:
        said = desk.oidc("RegisterClient", clientName="botocore", clientType="public", scopes=[SCOPE])
        assert said["clientIdIssuedAt"] == desk.now
        assert said["clientSecretExpiresAt"] == desk.now + 90 * 86400

    @pytest.mark.parametrize(
        ("parameters", "refusal"),
        [
            ({"clientType": "public"}, "InvalidRequestException"),
            ({"clientName": "me", "clientType": "confidential"}, "InvalidClientMetadataException"),
            ({"clientName": "me", "clientType": "public", "grantTypes": ["password"]}, "UnsupportedGrantTypeException"),
        ],
    )
    def test_what_makes_no_sense_is_refused(self, desk: Desk, parameters: dict[str, Any], refusal: str) -> None:
        status, code, _ = desk.oidc_refusal("RegisterClient", **parameters)
        assert (status, code) == (400, refusal)

    def test_a_body_that_is_not_json_is_refused(self, desk: Desk) -> None:
        response = desk.program.post("/client/register", data=b"{")
        assert (response.status_code, response.headers["x-amzn-ErrorType"]) == (400, "InvalidRequestException")


class TestDeviceCode:
    @pytest.fixture
    def client(self, desk: Desk) -> dict[str, str]:
        return desk.register()

    @pytest.fixture
    def started(self, desk: Desk, client: dict[str, str]) -> dict[str, Any]:
        return dict(desk.oidc("StartDeviceAuthorization", **client, startUrl=desk.start_url))

    def test_a_program_gets_a_code_to_show_and_where_a_person_enters_it(self, started: dict[str, Any]) -> None:
        assert started["verificationUriComplete"] == f"{started['verificationUri']}?user_code={started['userCode']}"
        assert (started["expiresIn"], started["interval"]) == (600, 1)
        assert len(started["userCode"]) == len("ABCD-EFGH")

    def test_it_is_pending_until_a_person_has_allowed_it_then_gives_a_token_once(
        self, desk: Desk, client: dict[str, str], started: dict[str, Any]
    ) -> None:
        poll = desk.poll(client, started["deviceCode"])
        refused = desk.oidc_refusal("CreateToken", **poll)
        capture = seen("portal-01")
        kind, _, _ = capture["headers"]["x-amzn-ErrorType"].partition(":")
        assert refused == (capture["status"], kind, capture["body"]["error"])
        desk.browser("alice").allow_device(started["userCode"])
        answer = desk.oidc("CreateToken", **poll)
        assert (answer["tokenType"], answer["expiresIn"]) == ("Bearer", 28800)
        assert "refreshToken" not in answer
        assert desk.oidc_refusal("CreateToken", **poll) == (400, "InvalidGrantException", "invalid_grant")

    def test_who_asks_too_often_is_told_to_slow_down(
        self, desk: Desk, client: dict[str, str], started: dict[str, Any]
    ) -> None:
        poll = desk.poll(client, started["deviceCode"])
        desk.oidc_refusal("CreateToken", **poll)
        desk.now += 0.5
        assert desk.oidc_refusal("CreateToken", **poll) == (400, "SlowDownException", "slow_down")
        desk.now += 1
        assert desk.oidc_refusal("CreateToken", **poll)[1] == "AuthorizationPendingException"

    def test_it_expires(self, desk: Desk, client: dict[str, str], started: dict[str, Any]) -> None:
        desk.now += 601
        refused = desk.oidc_refusal("CreateToken", **desk.poll(client, started["deviceCode"]))
        assert refused == (400, "ExpiredTokenException", "expired_token")
        browser = desk.browser("alice")
        browser.get("/start/device", user_code=started["userCode"])
        assert browser.status == 404

    def test_a_person_can_deny_it(self, desk: Desk, client: dict[str, str], started: dict[str, Any]) -> None:
        desk.browser("alice").allow_device(started["userCode"], answer="deny")
        refused = desk.oidc_refusal("CreateToken", **desk.poll(client, started["deviceCode"]))
        assert refused == (400, "AccessDeniedException", "access_denied")

    def test_nobody_who_is_not_signed_in_can_allow_it(
        self, desk: Desk, client: dict[str, str], started: dict[str, Any]
    ) -> None:
        desk.program.post("/start/device", data={"user_code": started["userCode"], "answer": "allow"})
        refused = desk.oidc_refusal("CreateToken", **desk.poll(client, started["deviceCode"]))
        assert refused[1] == "AuthorizationPendingException"

    def test_it_is_worth_nothing_to_another_client(self, desk: Desk, started: dict[str, Any]) -> None:
        desk.browser("alice").allow_device(started["userCode"])
        refused = desk.oidc_refusal("CreateToken", **desk.poll(desk.register(), started["deviceCode"]))
        assert refused[1] == "InvalidGrantException"

    def test_a_client_with_a_wrong_or_stale_secret_is_refused(self, desk: Desk, client: dict[str, str]) -> None:
        wrong = client | {"clientSecret": "wrong"}
        refusal = (401, "InvalidClientException", "invalid_client")
        assert desk.oidc_refusal("StartDeviceAuthorization", **wrong, startUrl=desk.start_url) == refusal
        desk.now += 91 * 86400
        assert desk.oidc_refusal("StartDeviceAuthorization", **client, startUrl=desk.start_url) == refusal

    @pytest.mark.parametrize(
        "another", ["https://example.com/start", "https://d-0000000000.awsapps.com/start", "http://localhost/start", ""]
    )
    def test_the_start_url_must_be_the_portal_s(self, desk: Desk, client: dict[str, str], another: str) -> None:
        refused = desk.oidc_refusal("StartDeviceAuthorization", **client, startUrl=another)
        assert refused[1] == "InvalidRequestException"

    @pytest.mark.parametrize("end", ["", "/", "#", "#/", "/#/"])
    def test_the_start_url_may_be_as_a_browser_shows_it(self, desk: Desk, client: dict[str, str], end: str) -> None:
        started = desk.oidc("StartDeviceAuthorization", **client, startUrl=f"{desk.start_url}{end}")
        assert started["deviceCode"]

    def test_a_client_that_registered_for_something_else_is_refused(self, desk: Desk) -> None:
        refused = desk.oidc_refusal("StartDeviceAuthorization", **desk.register(**PKCE), startUrl=desk.start_url)
        assert refused[1] == "UnauthorizedClientException"


class TestAuthorizationCode:
    @pytest.fixture
    def client(self, desk: Desk) -> dict[str, str]:
        return desk.register(**PKCE)

    def query(self, client: dict[str, str], **changes: str) -> dict[str, str]:
        """Return the query with which a program opens a browser."""
        return {
            "response_type": "code",
            "client_id": client["clientId"],
            # A program listens on whatever port is free, and registers none.
            "redirect_uri": "http://127.0.0.1:43210/oauth/callback",
            "state": "s1",
            "code_challenge_method": "S256",
            "scopes": SCOPE,
            "code_challenge": CHALLENGE,
        } | changes

    def code(self, desk: Desk, client: dict[str, str]) -> str:
        browser = desk.browser("alice")
        browser.post(f"/authorize?{urlencode(self.query(client))}", answer="allow")
        return browser.redirect()["code"]

    def redeem(self, client: dict[str, str], issued: str, **changes: str) -> dict[str, str]:
        redirect_uri = self.query(client)["redirect_uri"]
        grant = {
            "grantType": "authorization_code",
            "code": issued,
            "codeVerifier": VERIFIER,
            "redirectUri": redirect_uri,
        }
        return client | grant | changes

    def test_a_browser_comes_back_with_a_code_and_its_state_and_the_code_gives_a_token_once(
        self, desk: Desk, client: dict[str, str]
    ) -> None:
        browser = desk.browser("alice")
        browser.get("/authorize", **self.query(client))
        assert "botocore" in browser.page.texts["main"]
        browser.post(f"/authorize?{urlencode(self.query(client))}", answer="allow")
        assert browser.location.startswith("http://127.0.0.1:43210/oauth/callback?")
        said = browser.redirect()
        assert said["state"] == "s1"
        answer = desk.oidc("CreateToken", **self.redeem(client, said["code"]))
        assert (answer["expiresIn"], bool(answer["refreshToken"])) == (3600, True)
        refused = desk.oidc_refusal("CreateToken", **self.redeem(client, said["code"]))
        assert refused[1] == "InvalidGrantException"

    @pytest.mark.parametrize(
        "changes",
        [{"codeVerifier": "b" * 64}, {"redirectUri": "http://127.0.0.1:1/oauth/callback"}, {"code": "made-up"}],
        ids=["another verifier", "another redirect URI", "a code that was never issued"],
    )
    def test_a_code_is_worth_nothing_with(self, desk: Desk, client: dict[str, str], changes: dict[str, str]) -> None:
        code = self.code(desk, client)
        refused = desk.oidc_refusal("CreateToken", **self.redeem(client, code, **changes))
        assert refused[1] == "InvalidGrantException"

    def test_a_code_expires(self, desk: Desk, client: dict[str, str]) -> None:
        code = self.code(desk, client)
        desk.now += 601
        assert desk.oidc_refusal("CreateToken", **self.redeem(client, code))[1] == "InvalidGrantException"

    def test_a_person_can_deny_it(self, desk: Desk, client: dict[str, str]) -> None:
        browser = desk.browser("alice")
        browser.post(f"/authorize?{urlencode(self.query(client))}", answer="deny")
        assert browser.redirect() == {"error": "access_denied", "state": "s1"}

    @pytest.mark.parametrize(
        "changes",
        [
            {"client_id": "nobody"},
            {"redirect_uri": "https://example.com/oauth/callback"},
            {"redirect_uri": "http://127.0.0.1:43210/elsewhere"},
            {"code_challenge_method": "plain"},
            {"code_challenge": ""},
            {"response_type": "token"},
        ],
    )
    def test_what_is_not_as_registered_goes_nowhere(
        self, desk: Desk, client: dict[str, str], changes: dict[str, str]
    ) -> None:
        browser = desk.browser("alice")
        browser.get("/authorize", **self.query(client, **changes))
        assert (browser.status, browser.location) == (400, "")
        browser.post(f"/authorize?{urlencode(self.query(client, **changes))}", answer="allow")
        assert (browser.status, browser.location) == (400, "")


class TestTokens:
    def test_one_for_account_access_lasts_an_hour_and_can_be_refreshed(self, desk: Desk) -> None:
        answer = desk.token_of("alice", scopes=[SCOPE])
        desk.now += _HOUR + 1
        assert desk.sso_refusal("ListAccounts", answer["accessToken"]) == (401, "UnauthorizedException")
        refresh = {"grantType": "refresh_token", "refreshToken": answer["refreshToken"]}
        again = desk.oidc("CreateToken", **answer["client"], **refresh)
        assert desk.sso("ListAccounts", again["accessToken"])["accountList"] == []

    def test_refreshing_ends_with_the_session_of_eight_hours(self, desk: Desk) -> None:
        answer = desk.token_of("alice", scopes=[SCOPE])
        desk.now += 8 * _HOUR - 60
        refresh = {"grantType": "refresh_token", "refreshToken": answer["refreshToken"]}
        assert desk.oidc("CreateToken", **answer["client"], **refresh)["expiresIn"] == 60
        desk.now += 61
        assert desk.oidc_refusal("CreateToken", **answer["client"], **refresh)[1] == "InvalidGrantException"

    def test_a_refresh_token_is_worth_nothing_to_another_client(self, desk: Desk) -> None:
        answer = desk.token_of("alice", scopes=[SCOPE])
        other = desk.register(scopes=[SCOPE])
        refresh = {"grantType": "refresh_token", "refreshToken": answer["refreshToken"]}
        assert desk.oidc_refusal("CreateToken", **other, **refresh)[1] == "InvalidGrantException"

    def test_a_grant_of_an_unknown_kind_is_refused(self, desk: Desk) -> None:
        refused = desk.oidc_refusal("CreateToken", **desk.register(), grantType="password")
        assert refused == (400, "UnsupportedGrantTypeException", "unsupported_grant_type")

    def test_a_grant_that_was_not_registered_for_is_refused(self, desk: Desk) -> None:
        client = desk.register(grantTypes=["refresh_token"])
        assert desk.oidc_refusal("CreateToken", **client, grantType=DEVICE)[1] == "UnauthorizedClientException"

    def test_logging_out_ends_the_token_and_its_refreshing_and_nobody_else_s(self, desk: Desk) -> None:
        desk.hire("bob")
        answer, bobs = desk.token_of("alice", scopes=[SCOPE]), desk.token_of("bob", scopes=[SCOPE])
        desk.sso("Logout", answer["accessToken"])
        assert desk.sso_refusal("ListAccounts", answer["accessToken"]) == (401, "UnauthorizedException")
        refresh = {"grantType": "refresh_token", "refreshToken": answer["refreshToken"]}
        assert desk.oidc_refusal("CreateToken", **answer["client"], **refresh)[1] == "InvalidGrantException"
        assert desk.sso("ListAccounts", bobs["accessToken"])["accountList"] == []

    @pytest.mark.parametrize("operation", ["ListAccounts", "Logout"])
    def test_a_made_up_token_is_refused(self, desk: Desk, operation: str) -> None:
        assert desk.sso_refusal(operation, "made-up") == (401, seen("portal-03")["__type"])


class TestWhatAPersonHas:
    def test_accounts_and_roles_come_through_groups_too(self, desk: Desk) -> None:
        group = desk.call("AWSIdentityStore.CreateGroup", DisplayName="engineers")["GroupId"]
        bob = desk.hire("bob")
        desk.call("AWSIdentityStore.CreateGroupMembership", GroupId=group, MemberId={"UserId": bob})
        desk.give(group, "ByGroup", kind="GROUP")
        desk.give(bob, "Direct")
        token = desk.token_of("bob")["accessToken"]
        assert desk.sso("ListAccounts", token)["accountList"] == [
            {"accountId": "111122223333", "accountName": "management", "emailAddress": email_of(desk)}
        ]
        roles = desk.sso("ListAccountRoles", token, account_id="111122223333")["roleList"]
        assert [pair["roleName"] for pair in roles] == ["ByGroup", "Direct"]

    def test_listings_come_in_pages(self, desk: Desk) -> None:
        bob = desk.hire("bob")
        for name in ("One", "Two", "Three"):
            desk.give(bob, name)
        token = desk.token_of("bob")["accessToken"]
        query = {"account_id": "111122223333", "max_result": "2"}
        first = desk.sso("ListAccountRoles", token, **query)
        second = desk.sso("ListAccountRoles", token, **query, next_token=first["nextToken"])
        assert [pair["roleName"] for page in (first, second) for pair in page["roleList"]] == ["One", "Three", "Two"]
        assert second["nextToken"] is None

    @pytest.mark.parametrize(
        "query", [{"max_result": "0"}, {"max_result": "101"}, {"max_result": "ten"}, {"next_token": "made-up"}]
    )
    def test_a_page_that_cannot_be_is_refused(self, desk: Desk, query: dict[str, str]) -> None:
        token = desk.token_of("alice")["accessToken"]
        assert desk.sso_refusal("ListAccounts", token, **query) == (400, "InvalidRequestException")

    def test_what_a_person_has_not_is_forbidden(self, desk: Desk) -> None:
        desk.give(desk.hire("bob"), "Bobs")
        token = desk.token_of("alice")["accessToken"]
        where = {"account_id": "111122223333"}
        assert desk.sso_refusal("ListAccountRoles", token, **where) == (403, "ForbiddenException")
        refused = desk.sso_refusal("GetRoleCredentials", token, **where, role_name="Bobs")
        assert refused == (403, "ForbiddenException")

    def test_a_role_that_is_not_named_is_an_invalid_request(self, desk: Desk) -> None:
        token = desk.token_of("alice")["accessToken"]
        refused = desk.sso_refusal("GetRoleCredentials", token, account_id="111122223333")
        assert refused == (400, "InvalidRequestException")

    def test_it_has_gone_as_soon_as_it_is_taken_away(self, desk: Desk) -> None:
        group = desk.call("AWSIdentityStore.CreateGroup", DisplayName="engineers")["GroupId"]
        bob = desk.hire("bob")
        put = desk.call("AWSIdentityStore.CreateGroupMembership", GroupId=group, MemberId={"UserId": bob})
        desk.give(group, "ByGroup", kind="GROUP")
        token = desk.token_of("bob")["accessToken"]
        assert len(desk.sso("ListAccounts", token)["accountList"]) == 1
        desk.call("AWSIdentityStore.DeleteGroupMembership", MembershipId=put["MembershipId"])
        assert desk.sso("ListAccounts", token)["accountList"] == []

    def test_a_deleted_user_is_signed_in_no_longer(self, desk: Desk) -> None:
        bob = desk.hire("bob")
        answer = desk.token_of("bob", scopes=[SCOPE])
        desk.call("AWSIdentityStore.DeleteUser", UserId=bob)
        assert desk.sso_refusal("ListAccounts", answer["accessToken"]) == (401, "UnauthorizedException")
        refresh = {"grantType": "refresh_token", "refreshToken": answer["refreshToken"]}
        assert desk.oidc_refusal("CreateToken", **answer["client"], **refresh)[1] == "AccessDeniedException"

    def test_a_disabled_user_is_signed_in_no_longer(self, desk: Desk) -> None:
        bob = desk.hire("bob")
        token = desk.token_of("bob")["accessToken"]
        desk.center.directory.user(bob).status = "DISABLED"
        assert desk.sso_refusal("ListAccounts", token) == (401, "UnauthorizedException")


def email_of(desk: Desk) -> str:
    """The e-mail address of the management account."""
    return str(desk.call("AWSOrganizationsV20161128.DescribeAccount", AccountId="111122223333")["Account"]["Email"])
