"""Welcome of people who have got access: once, when it exists, with address, user name and access."""

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from dayone.model.commands import Command
from dayone.model.people import LifeCycle, Mail, Status, Welcome
from dayone.model.policy.rules import Policy
from dayone.policy.welcome_text import Reachable, cli_profiles, welcome_mail
from dayone.ports.messaging import DomainEvent
from dayone.ports.organizations import WelcomeMail
from tests.builders import NOON, a_group, a_person, a_policy, a_set, an_account, an_assignment
from tests.pages import ROOT
from tests.unit.world import PORTAL, World

_DAY = date(2026, 11, 23)
_MAIL = Mail("it@example.com", "Hello {given_name}", "{user_name} at {portal_url}\n{access}\n")
_WELCOME = Welcome(since=_DAY, mail=_MAIL)
_ACCESS = {"account": "444455556666", "account_name": "team-blue-dev", "permission_set": "View only"}


def _policy(welcome: Welcome | None = _WELCOME) -> Policy:
    rule = replace(a_set(), display_name="View only")
    return replace(a_policy(a_group(), rule, an_assignment()), people=LifeCycle(welcome=welcome))


def _world(policy: Policy | None = None) -> World:
    world = World(now=NOON - timedelta(days=1))
    world.policy_is(policy or _policy())
    world.account_is(an_account())
    world.settle()
    return world


def _hired(world: World, **changes: Any) -> Command:  # noqa: ANN401 - any attribute of a person
    world.now = max(NOON, world.now + timedelta(minutes=1))
    told = world.hr_tells(a_person(**{"start_date": _DAY, **changes}))
    world.settle()
    return told


def _ready(world: World) -> list[DomainEvent]:
    return [domain_event for domain_event in world.bus.events if domain_event.detail_type == "Person Ready"]


def test_an_event_says_where_to_sign_in_as_whom_and_to_what() -> None:
    world = _world()
    told = _hired(world)
    (event,) = _ready(world)
    assert event.detail["change"] == told.cause.change
    assert (event.detail["person"], event.detail["user_name"]) == ("e-1", "e-1@example.com")
    assert (event.detail["portal_url"], event.detail["access"]) == (PORTAL.url, [_ACCESS])
    assert "[profile team-blue-dev-View only]" in str(event.detail["cli_profiles"])


def test_a_mail_goes_to_them_as_the_policy_has_it() -> None:
    world = _world()
    _hired(world)
    assert world.post.sent == [
        WelcomeMail(
            sender="it@example.com",
            to="e-1@example.com",
            subject="Hello Ada",
            text=f"e-1@example.com at {PORTAL.url}\nView only in team-blue-dev (444455556666)\n",
        )
    ]


def test_without_a_mail_there_is_the_event_alone() -> None:
    world = _world(_policy(Welcome(since=_DAY)))
    _hired(world)
    assert (len(_ready(world)), world.post.sent) == (1, [])


def test_they_are_told_when_they_have_access_and_not_before() -> None:
    world = _world()
    told = _hired(world)
    assert world.outcomes(told)[-1] == "create welcome: succeeded"
    early = _world()
    _hired(early, start_date=_DAY + timedelta(days=1))
    assert early.bus.events == []


def test_who_worked_here_before_is_not_told() -> None:
    world = _world()
    _hired(world, start_date=_DAY - timedelta(days=1))
    _hired(world, name="e-2", start_date=None)
    assert (_ready(world), world.post.sent) == ([], [])


def test_who_gets_nothing_is_not_told() -> None:
    world = _world()
    _hired(world, department="Nothing")
    assert _ready(world) == []


def test_a_move_and_a_new_text_tell_nothing_again() -> None:
    world = _world()
    _hired(world)
    _hired(world, title="Countess")
    world.policy_is(_policy(Welcome(since=_DAY, mail=replace(_MAIL, text="{portal_url}"))))
    world.settle()
    assert (len(_ready(world)), len(world.post.sent)) == (1, 1)


def test_who_comes_back_on_another_first_day_is_told_again() -> None:
    world = _world()
    _hired(world)
    _hired(world, status=Status.ENDED)
    _hired(world, start_date=_DAY - timedelta(days=1))
    assert len(_ready(world)) == 1
    world.now = NOON + timedelta(days=30)
    _hired(world, start_date=_DAY + timedelta(days=30))
    assert len(_ready(world)) == 2


def test_a_mail_that_cannot_be_sent_fails_by_itself() -> None:
    world = _world()
    world.post.refused.add("it@example.com")
    told = _hired(world)
    assert world.outcomes(told)[-1] == "create welcome: failed"
    assert world.groups()["engineers"] == {"e-1@example.com"}


def test_what_hr_tells_cannot_write_a_header() -> None:
    person = replace(a_person(given_name="Ada\r\nBcc: everybody@example.com"), user_name="{portal_url}")
    mail = welcome_mail(_MAIL, person=person, reachable=[], portal=PORTAL)
    assert mail.subject == "Hello Ada Bcc: everybody@example.com"
    assert mail.text == f"{{portal_url}} at {PORTAL.url}\nnothing yet\n"


def test_a_mail_can_say_how_to_get_in_without_a_password() -> None:
    person = replace(a_person(), user_name="ada", email="ada@example.com")
    mail = welcome_mail(replace(_MAIL, text="{first_sign_in}"), person=person, reachable=[], portal=PORTAL)
    assert "no password yet" in mail.text
    assert all(word in mail.text for word in (PORTAL.url, "user name, ada,", "a code to ada@example.com"))
    assert "{" not in mail.text


def test_every_mail_of_the_pages_says_how_to_get_in() -> None:
    texts = [(ROOT / "docs" / page).read_text() for page in ("people.md", "policy.md")]
    mails = [mail for text in texts for mail in re.findall(r"mail:\n +from:.*?```", text, flags=re.DOTALL)]
    assert len(mails) == 2
    assert all("{first_sign_in}" in mail for mail in mails)


def test_profiles_are_what_the_aws_cli_takes() -> None:
    reachable = [Reachable(account_name="Team Blue/Dev", account_id="444455556666", permission_set="ViewOnly")]
    assert cli_profiles(reachable, portal=PORTAL) == (
        "[sso-session dayone]\n"
        f"sso_start_url = {PORTAL.url}\n"
        "sso_region = eu-central-1\n"
        "sso_registration_scopes = sso:account:access\n"
        "\n"
        "[profile Team-Blue-Dev-ViewOnly]\n"
        "sso_session = dayone\n"
        "sso_account_id = 444455556666\n"
        "sso_role_name = ViewOnly\n"
    )
