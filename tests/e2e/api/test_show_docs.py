"""GET /docs as it is deployed: the API's document in a browser, for whoever reaches it, and nothing else."""

import json

import pytest

from sandbox.browser.chromium import Chromium
from sandbox.browser.pipe import find_browser
from sandbox.signed_http import HttpApi
from tests.e2e.deployed.day_one import DayOne
from tests.project.repository import ROOT, resource, template

DOCUMENT = json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))
_OPEN_SOME = """(() => {
document.addEventListener("securitypolicyviolation", e => { document.title = e.violatedDirective });
[...document.querySelectorAll(".opblock-summary-control")].slice(0, 3).forEach(one => one.click()) })()"""


@pytest.fixture
def anybody(day_one: DayOne) -> HttpApi:
    return HttpApi(url=day_one.deployed.api.url, region=day_one.sandbox.region)


def test_whoever_does_not_sign_gets_the_page_and_no_way_to_anything_else(anybody: HttpApi) -> None:
    assert anybody.get("/docs").headers["Content-Type"].startswith("text/html")
    assert anybody.get("/docs/openapi.json").json()["paths"] == DOCUMENT["paths"]
    assert anybody.get("/docs/settings.py").status == 404
    for method, path in (("POST", "/docs"), ("GET", "/docs/docs.js/more"), ("GET", "/v1/docs")):
        assert anybody.send(method, path).status in (403, 404), path


def test_it_is_there_only_when_the_parameter_says_so() -> None:
    assert template()["Parameters"]["ApiDocs"]["Default"] == "false"
    assert template()["Conditions"]["HasApiDocs"] == {"Fn::Equals": [{"Ref": "ApiDocs"}, "true"]}
    parts = {
        name: entry.get("Condition") for name, entry in template()["Resources"].items() if name.startswith("ShowDocs")
    }
    assert set(parts.values()) == {"HasApiDocs"}
    paths = {pair["Properties"]["Path"] for pair in resource("ShowDocsFunction")["Events"].values()}
    assert paths == {"/docs", "/docs/{page}"}


@pytest.mark.skipif(find_browser() is None, reason="NO BROWSER: install Chromium to see the page in one")
def test_a_browser_shows_every_operation_and_asks_for_no_credentials(day_one: DayOne) -> None:
    with Chromium() as page:
        page.go_to(f"{day_one.deployed.api.url}/docs")
        page.wait_for(".opblock")
        assert sorted(page.texts(".opblock-summary-path")) == sorted(
            path for path, methods in DOCUMENT["paths"].items() for _ in methods
        )
        page._value(_OPEN_SOME)
        page.wait_for(".opblock-body .responses-table")
        assert len(page.texts(".opblock-body")) == 3
        assert page.texts("title") == ["Day One: the HTTP API"]
        assert not page.texts(".authorize")
        assert not page.texts(".try-out__btn")
