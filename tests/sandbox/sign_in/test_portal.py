"""The portal as its pages are: signing in, what is shown to whom, and that nothing on them is from elsewhere."""

import re
from pathlib import Path
from urllib.parse import urlencode

import pytest
from werkzeug.test import Client

from sandbox.identity_center.protocol.service_models import ServiceModels
from sandbox.sign_in.doors import ONE_TIME_PASSWORDS
from sandbox.sign_in.web import page_templates
from tests.sandbox.sign_in.sign_in_desk import PASSWORD, Browser, Desk

ACCOUNT = "111122223333"
PAGES = sorted((Path(page_templates.__file__).parent / "pages").glob("*.html"))


@pytest.fixture(scope="module")
def models() -> ServiceModels:
    return ServiceModels()


@pytest.fixture
def desk(models: ServiceModels) -> Desk:
    desk = Desk(models)
    desk.hire("alice")
    return desk


def one_time(desk: Desk, name: str) -> str:
    return str(desk.program.get(f"{ONE_TIME_PASSWORDS}/{name}").get_json()["OneTimePassword"])


class TestSigningIn:
    def test_who_is_not_signed_in_is_asked_to_and_comes_back_to_where_they_were_going(self, desk: Desk) -> None:
        browser = Browser(desk)
        browser.get("/start/device", user_code="ABCD-EFGH")
        assert browser.status == 303
        wanted = browser.redirect()["next"]
        browser.post("/start/sign-in", user_name="alice", next=wanted)
        browser.post("/start/password", user_name="alice", password=one_time(desk, "alice"), next=wanted)
        fields = browser.page.form("/start/new-password").fields
        browser.post("/start/new-password", **(fields | {"password": PASSWORD, "again": PASSWORD}))
        assert browser.location == "/start/device?user_code=ABCD-EFGH"

    def test_nobody_is_sent_to_another_site(self, desk: Desk) -> None:
        browser = Browser(desk)
        browser.sign_in("alice")
        for elsewhere in ("https://example.com/", "//example.com/", "/start//example.com", "/\\example.com"):
            browser.get("/start/sign-in", next=elsewhere)
            assert browser.location == "/start"

    def test_a_one_time_password_holds_until_a_password_is_set(self, desk: Desk) -> None:
        once = one_time(desk, "alice")
        assert one_time(desk, "alice") == once
        desk.browser("alice")
        browser = Browser(desk)
        browser.post("/start/password", user_name="alice", password=once)
        assert browser.status == 401
        browser.sign_in("alice", password=PASSWORD)
        assert (browser.status, browser.location) == (303, "/start")

    def test_a_wrong_password_and_an_unknown_user_are_told_the_same(self, desk: Desk) -> None:
        told = []
        for name in ("alice", "nobody"):
            browser = Browser(desk)
            browser.post("/start/sign-in", user_name=name)
            assert browser.status == 200
            browser.post("/start/password", user_name=name, password="wrong")
            told.append((browser.status, browser.page.texts["main"].replace(name, "")))
        assert told[0] == told[1]
        assert told[0][0] == 401

    @pytest.mark.parametrize(
        ("password", "again", "problem"),
        [
            ("Aa1!", "Aa1!", "Use 8 to 64 characters."),
            ("a" * 65, "a" * 65, "Use 8 to 64 characters."),
            ("correct-horse-7", "correct-horse-7", "Use at least an uppercase letter."),
            ("CORRECT-HORSE", "CORRECT-HORSE", "Use at least a lowercase letter and a number."),
            ("Correcthorse7", "Correcthorse7", "Use at least a character that is neither letter nor number."),
            (PASSWORD, "Correct-horse-8", "The two passwords are not the same."),
        ],
    )
    def test_a_password_that_will_not_do_is_asked_for_again(
        self, desk: Desk, password: str, again: str, problem: str
    ) -> None:
        browser = Browser(desk)
        browser.post("/start/password", user_name="alice", password=one_time(desk, "alice"))
        fields = browser.page.form("/start/new-password").fields
        browser.post("/start/new-password", **(fields | {"password": password, "again": again}))
        assert browser.status == 422
        assert problem in browser.page.texts["main"]

    def test_a_password_is_set_by_whoever_proved_the_one_time_password_and_nobody_else(self, desk: Desk) -> None:
        browser = Browser(desk)
        browser.post("/start/new-password", proof="made-up", user_name="alice", password=PASSWORD, again=PASSWORD)
        assert browser.status == 401
        browser.sign_in("alice", password=PASSWORD)
        assert browser.status == 401

    def test_signing_out_ends_the_session_and_not_only_the_cookie(self, desk: Desk) -> None:
        browser = desk.browser("alice")
        cookie = browser.cookie
        browser.post("/start/sign-out")
        stolen = Client(desk.application)
        stolen.set_cookie("x-amz-sso_authn", cookie)
        assert stolen.get("/start").status_code == 303

    def test_a_session_ends_after_eight_hours(self, desk: Desk) -> None:
        browser = desk.browser("alice")
        desk.now += 8 * 3600 + 1
        browser.get("/start")
        assert browser.status == 303

    def test_a_reset_ends_the_password_and_every_session(self, desk: Desk) -> None:
        browser = desk.browser("alice")
        assert desk.program.get(f"{ONE_TIME_PASSWORDS}/alice").status_code == 409
        assert desk.program.post(f"{ONE_TIME_PASSWORDS}/alice").status_code == 200
        browser.get("/start")
        assert browser.status == 303
        browser.sign_in("alice", password=PASSWORD)
        assert browser.status == 401

    def test_there_is_no_one_time_password_for_nobody(self, desk: Desk) -> None:
        assert desk.program.get(f"{ONE_TIME_PASSWORDS}/nobody").status_code == 404


class TestAccounts:
    def test_a_person_sees_every_account_with_its_permission_sets_and_where_they_lead(self, desk: Desk) -> None:
        bob = desk.hire("bob")
        desk.give(bob, "ViewOnlyAccess")
        desk.give(bob, "Billing")
        browser = desk.browser("bob")
        browser.get("/start")
        assert browser.page.permission_sets == {ACCOUNT: ["Billing", "ViewOnlyAccess"]}
        links = re.findall(r'href="([^"]+)"', browser.text)
        query = urlencode({"account_id": ACCOUNT, "role_name": "Billing"}).replace("&", "&amp;")
        assert {f"/start/console?{query}", f"/start/access-keys?{query}"} <= set(links)

    def test_who_has_nothing_is_told_so(self, desk: Desk) -> None:
        browser = desk.browser("alice")
        browser.get("/start")
        assert "any AWS account" in browser.page.texts["no-accounts"]
        assert browser.page.permission_sets == {}

    def test_what_is_taken_away_has_gone_from_the_page_at_once(self, desk: Desk) -> None:
        group = desk.call("AWSIdentityStore.CreateGroup", DisplayName="engineers")["GroupId"]
        bob = desk.hire("bob")
        put = desk.call("AWSIdentityStore.CreateGroupMembership", GroupId=group, MemberId={"UserId": bob})
        desk.give(group, "ByGroup", kind="GROUP")
        browser = desk.browser("bob")
        browser.get("/start")
        assert browser.page.permission_sets == {ACCOUNT: ["ByGroup"]}
        desk.call("AWSIdentityStore.DeleteGroupMembership", MembershipId=put["MembershipId"])
        browser.get("/start")
        assert browser.page.permission_sets == {}

    @pytest.mark.parametrize("page", ["console", "access-keys"])
    def test_what_a_person_has_not_is_refused(self, desk: Desk, page: str) -> None:
        desk.give(desk.hire("bob"), "Bobs")
        browser = desk.browser("alice")
        browser.get(f"/start/{page}", account_id=ACCOUNT, role_name="Bobs")
        assert browser.status == 403

    def test_a_deleted_user_is_signed_out(self, desk: Desk) -> None:
        bob = desk.hire("bob")
        browser = desk.browser("bob")
        desk.call("AWSIdentityStore.DeleteUser", UserId=bob)
        browser.get("/start")
        assert browser.status == 303

    def test_a_name_is_text_and_never_markup(self, desk: Desk) -> None:
        desk.call(
            "AWSIdentityStore.CreateUser",
            UserName="eve",
            DisplayName="<script>alert(1)</script>",
            Name={"GivenName": "Eve", "FamilyName": "Doe"},
        )
        browser = desk.browser("eve")
        browser.get("/start")
        assert browser.page.texts["user-name"] == "<script>alert(1)</script>"
        assert "<script>alert" not in browser.text


class TestEveryPage:
    def test_nothing_is_loaded_from_elsewhere(self, desk: Desk) -> None:
        browser = desk.browser("alice")
        browser.get("/start")
        assert browser.headers["Content-Security-Policy"].startswith("default-src 'self';")
        loaded = re.findall(r'<(?:script|link|img)[^>]+(?:src|href)="([^"]+)"', browser.text)
        assert loaded
        assert all(desk.program.get(path).status_code == 200 for path in loaded)

    def test_nothing_is_kept_by_the_browser(self, desk: Desk) -> None:
        browser = desk.browser("alice")
        browser.get("/start")
        assert browser.headers["Cache-Control"] == "no-store"

    @pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
    def test_has_a_title_and_one_heading_and_a_label_for_every_field(self, path: Path) -> None:
        text = path.read_text()
        if path.stem == "frame":
            assert '<html lang="en">' in text
            return
        assert len(re.findall(r"<h1\b", text)) == 1
        fields = re.findall(r"<input\b(?![^>]*type=\"hidden\")[^>]*\bid=\"([^\"]+)\"", text)
        assert len(fields) == len(re.findall(r"<input\b(?![^>]*type=\"hidden\")", text))
        labelled = {
            *re.findall(r'<label for="([^"]+)"', text),
            *re.findall(r"<label[^>]*>[^<]*\s<input id=\"(\w+)\"", text),
        }
        assert set(fields) <= labelled

    def test_what_is_not_a_page_is_left_to_others(self, desk: Desk) -> None:
        assert desk.program.get("/start/nothing").status_code == 400
        assert desk.program.get("/start/assets/../sign_in_pages.py").status_code == 400
        assert desk.program.get("/").headers["Location"] == "/start"
