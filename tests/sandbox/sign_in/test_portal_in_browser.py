"""The portal in a real browser: what its style sheet and script add to the pages, and that a person can use it."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

import pytest

from sandbox.browser.chromium import Chromium
from sandbox.browser.pipe import find_browser
from sandbox.browser.portal_in_browser import PortalInBrowser
from sandbox.browser.portal_visit import one_time_password
from tests.sandbox.conftest import eventually
from tests.sandbox.sign_in.access_world import PASSWORD, World, world

__all__ = ["world"]

pytestmark = pytest.mark.skipif(
    find_browser() is None, reason="NO BROWSER: install Chromium (as root, `make test` does) to test the portal in one"
)


@dataclass(frozen=True)
class Scene:
    """Somebody with access to two accounts, signed in; the permission set is ViewOnlyAccess in both."""

    visit: PortalInBrowser
    user_name: str
    user_id: str
    first: str
    second: str
    permission_set: str

    @property
    def page(self) -> Chromium:
        return self.visit.page


@pytest.fixture(scope="module")
def scene(world: World) -> Iterator[Scene]:
    user_id = world.user("alice")
    first, second = world.calls.new_account("team-blue-dev"), world.calls.new_account("team-red-prod")
    permission_set = world.view_only(Name="ViewOnlyAccess", RelayState="https://console.example.com/s3?x=1")
    for account in (first, second):
        world.assign(account, permission_set, user_id)
    with Chromium() as page:
        visit = PortalInBrowser(page, world.sandbox.portal_url)
        once = one_time_password(world.sandbox.identity_center_endpoint, "alice")
        visit.sign_in("alice", one_time_password=once, password=PASSWORD)
        yield Scene(visit, "alice", user_id, first, second, permission_set)


class SlowToLoad(BaseHTTPRequestHandler):
    """A form that is to be seen before its page has loaded, and is emptied then."""

    FORM = (
        b"<body onload='word.value = null; send.hidden = false'><form action=/sent>"
        b"<input id=word name=word><button id=send hidden>Send</button></form><img src=/slow>"
    )

    def do_GET(self) -> None:
        if self.path == "/slow":
            time.sleep(1.0)
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(self.FORM if self.path == "/" else f"<p id=sent>{self.path}</p>".encode())

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def slow_to_load() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), SlowToLoad) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_nothing_is_typed_before_a_page_has_loaded() -> None:
    with slow_to_load() as url, Chromium() as page:
        page.go_to(f"data:text/html,<a href='{url}'>the form</a>")
        page.click("a")
        page.fill("#word", "hello")
        page.click("button")
        assert page.text("#sent") == "/sent?word=hello"


def test_a_person_signs_in_and_sees_name_accounts_and_permission_sets(scene: Scene) -> None:
    assert scene.visit.accounts() == {scene.first: ["ViewOnlyAccess"], scene.second: ["ViewOnlyAccess"]}
    assert scene.page.text("#user-name") == "Alice"


def test_an_account_unfolds(scene: Scene) -> None:
    scene.visit.accounts()
    row = f"details[data-account='{scene.first}'] .permission-set"
    assert not scene.page.is_visible(row)
    scene.page.click(f"details[data-account='{scene.first}'] > summary")
    scene.page.wait_for(row)


def test_the_filter_leaves_the_accounts_that_fit(scene: Scene) -> None:
    scene.visit.accounts()
    scene.page.fill("#filter", "RED-prod")
    assert eventually(lambda: not scene.page.is_visible(f"details[data-account='{scene.first}']"))
    assert scene.page.is_visible(f"details[data-account='{scene.second}']")


def test_access_keys_open_in_a_dialog_with_three_lines_that_work(world: World, scene: Scene) -> None:
    scene.visit.accounts()
    exports = scene.visit.export_lines(scene.first, "ViewOnlyAccess")
    names = [line.partition("=")[0] for line in exports.splitlines()]
    assert names == ["export AWS_ACCESS_KEY_ID", "export AWS_SECRET_ACCESS_KEY", "export AWS_SESSION_TOKEN"]
    (role,) = world.roles(scene.first)
    assert world.session(exports).arn == f"arn:aws:sts::{scene.first}:assumed-role/{role['RoleName']}/alice"
    scene.page.click("#keys form button")
    # The page is told of the click, and then of the end of the dialog.
    assert eventually(lambda: not scene.page.is_visible("#keys"))
    assert eventually(lambda: scene.page.texts("#keys-content") == [""])


def test_a_profile_to_paste_is_there_too(scene: Scene) -> None:
    scene.visit.accounts()
    scene.visit.export_lines(scene.second, "ViewOnlyAccess")
    assert f"sso_account_id = {scene.second}" in scene.page.text("#keys #sso-profile")
    assert scene.page.text("#keys #profile").startswith(f"[{scene.second}_ViewOnlyAccess]")


def test_the_console_link_and_aws_s_deep_link_lead_to_whom_the_console_would_let_in(world: World, scene: Scene) -> None:
    (role,) = world.roles(scene.first)
    arn = f"arn:aws:sts::{scene.first}:assumed-role/{role['RoleName']}/alice"
    query = f"account_id={scene.first}&role_name=ViewOnlyAccess"
    scene.page.go_to(f"{world.sandbox.portal_url}/console?{query}")
    assert scene.page.text("#console-arn") == arn
    assert scene.page.text("#console-destination") == "https://console.example.com/s3?x=1"
    destination = quote("https://console.example.com/ec2", safe="")
    scene.page.go_to(f"{world.sandbox.portal_url}#/console?{query}&destination={destination}")
    assert scene.page.text("#console-arn") == arn
    assert scene.page.text("#console-destination") == "https://console.example.com/ec2"


def test_a_picture_can_be_taken(scene: Scene, tmp_path: Path) -> None:
    scene.visit.accounts()
    picture = tmp_path / "portal.png"
    assert scene.visit.picture(picture)
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_signing_out_leads_back_to_signing_in(scene: Scene) -> None:
    scene.visit.accounts()
    scene.page.click(".who button")
    scene.page.wait_for("#user-name-field")
