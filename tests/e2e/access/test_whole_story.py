"""From the settings of Identity Center to `aws sts get-caller-identity`, and to the end of it all on the last day."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sandbox.browser.chromium import Chromium
from sandbox.browser.pipe import find_browser
from sandbox.browser.portal_in_browser import PortalInBrowser
from sandbox.browser.portal_over_http import PortalOverHttp
from sandbox.browser.portal_visit import PortalVisit, one_time_password
from sandbox.demo.shell import Shell
from sandbox.hr_system import ENDED
from tests.e2e.deployed.day_one import DayOne
from tests.e2e.deployed.people import somebody
from tests.e2e.deployed.waiting import becomes, eventually

PASSWORD = "Correct-horse-7"
GROUP, PERMISSION_SET = "Engineers", "ViewOnly"
LOOK = "aws s3api list-buckets"
NO_BROWSER = "NO BROWSER: install Chromium (as root, `make test` does); the same story is told over HTTP"


@dataclass
class Story:
    """The person of the story, and their access as it goes on."""

    person: dict[str, str]
    account: str
    visit: PortalVisit
    shell: Shell | None = None

    @property
    def user_name(self) -> str:
        return self.person["user_name"]


@pytest.fixture(scope="module", params=["browser", "http"])
def story(request: pytest.FixtureRequest, day_one: DayOne) -> Iterator[Story]:
    """Once in Chromium, once over plain HTTP; each test of this module is the next step."""
    person = somebody()
    account = day_one.organisation.make_account(f"story-{request.param}")
    day_one.organisation.move(account, path=("Workloads", "Story"))
    if request.param == "http":
        yield Story(person, account, PortalOverHttp(day_one.sandbox.portal_url))
        return
    if find_browser() is None:
        pytest.skip(NO_BROWSER)
    with Chromium() as page:
        yield Story(person, account, PortalInBrowser(page, day_one.sandbox.portal_url))


def test_1_the_settings_of_identity_center_are_such_that_it_can_begin(day_one: DayOne, story: Story) -> None:
    assert story.person
    assert (day_one.instance.status, day_one.instance.permission_sets_enabled) == ("ACTIVE", True)


def test_2_an_hr_event_leads_to_user_group_permission_set_and_assignment(day_one: DayOne, story: Story) -> None:
    day_one.told(story.person)
    assert story.user_name in day_one.view.users()
    assert story.user_name in day_one.view.members(GROUP)
    assert "ViewOnlyAccess" in day_one.view.managed_policies(PERMISSION_SET)
    assert becomes(lambda: day_one.view.assignments(story.account), [(PERMISSION_SET, GROUP)])


def test_3_the_person_signs_in_at_the_portal_and_sees_the_account(
    day_one: DayOne, story: Story, tmp_path: Path
) -> None:
    once = one_time_password(day_one.sandbox.identity_center_endpoint, story.user_name)
    story.visit.sign_in(story.user_name, one_time_password=once, password=PASSWORD)
    assert story.visit.accounts()[story.account] == [PERMISSION_SET]
    picture = tmp_path / "portal.png"
    assert story.visit.picture(picture) == picture.exists()


def test_4_the_export_lines_make_a_shell_the_person_in_the_account(day_one: DayOne, story: Story) -> None:
    exports = story.visit.export_lines(story.account, PERMISSION_SET)
    names = re.findall(r"^export (\w+)=", exports, flags=re.MULTILINE)
    assert names == ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"]
    story.shell = Shell(sandbox=day_one.sandbox, exports=exports)
    role = rf"AWSReservedSSO_{PERMISSION_SET}_[0-9a-f]{{16}}"
    form = rf"arn:aws:sts::{story.account}:assumed-role/{role}/{story.user_name}"
    assert re.fullmatch(form, story.shell.caller_arn())


def test_5_they_allow_looking_and_nothing_else(story: Story) -> None:
    assert story.shell is not None
    assert story.shell.refusal(LOOK) == ""
    assert "AccessDenied" in story.shell.refusal("aws s3api create-bucket --bucket mine")


def test_6_when_hr_says_that_the_person_has_left_the_portal_shows_no_account(day_one: DayOne, story: Story) -> None:
    day_one.told(story.person, event=ENDED)
    assert becomes(lambda: dict(story.visit.accounts()), dict[str, list[str]]())


def test_7_and_the_credentials_work_no_longer_although_others_keep_the_role(day_one: DayOne, story: Story) -> None:
    shell = story.shell
    assert shell is not None
    assert (PERMISSION_SET, GROUP) in day_one.view.assignments(story.account)
    assert "AccessDenied" in eventually(lambda: shell.refusal(LOOK))
