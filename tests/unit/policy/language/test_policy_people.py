"""The part of a policy about people's life here, and what is said of its mistakes."""

from datetime import date, time

import pytest

from dayone.model.people import IdentitySource, Leavers, LifeCycle, Mail, OnLeave, Welcome
from tests.unit.policy_texts import findings_of, read

_WHOLE = """\
version: 1
identity_source: external
people:
  created_days_before: 7
  access_from: "08:00"
  access_until: "18:30"
  on_leave: suspend
  leavers: delete
  end_sessions: false
  same_person: {e-2002: e-1001}
  welcome:
    since: 2026-12-01
    mail: {from: it@example.com, subject: "Hello {given_name}", text: "Sign in at {portal_url}"}
"""


def test_everything_that_is_said_is_so() -> None:
    assert read(_WHOLE).people == LifeCycle(
        identity_source=IdentitySource.EXTERNAL,
        created_days_before=7,
        access_from=time(8),
        access_until=time(18, 30),
        on_leave=OnLeave.SUSPEND,
        leavers=Leavers.DELETE,
        ends_sessions=False,
        duplicates=(("e-2002", "e-1001"),),
        welcome=Welcome(
            since=date(2026, 12, 1), mail=Mail("it@example.com", "Hello {given_name}", "Sign in at {portal_url}")
        ),
    )


def test_what_is_not_said_is_as_it_always_was() -> None:
    assert read("version: 1\n").people == LifeCycle()
    assert read('version: 1\npeople: {access_until: "24:00"}\n').people == LifeCycle()


def test_it_stands_in_one_of_several_files() -> None:
    policy = read("version: 1\n", people="version: 1\npeople: {leavers: delete}\n")
    assert policy.people.leavers is Leavers.DELETE


def test_protected_user_names_have_no_letter_case() -> None:
    policy = read("version: 1\nguardrails: {protect: {users: [Break-Glass]}}\n")
    assert policy.protection.users == {"break-glass"}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("people: {access_from: 18:00}", "must be text, but YAML reads 18:00 as a number; put it in quotes: '18:00'"),
        ('people: {access_from: "24:00"}', '`24:00` is not a time of day: write `"08:00"`, from "00:00" to "23:59"'),
        ("people: {on_leave: stop}", "must be `keep` or `suspend`"),
        ("identity_source: okta", "must be `identity_center` or `external`"),
        ("people: {created_days_before: 91}", "must be at most 90"),
        ("people: {welcome: {}}", "`since` is missing; add it"),
        ("people: {welcome: {since: soon}}", "`soon` must be a date such as 2026-12-01"),
        ("people: {same_person: {e-1: e-2, e-2: e-3}}", "`e-2` is itself an additional id of another person"),
        ("people: {leaver: delete}", "unknown key `leaver`; did you mean `leavers`?"),
    ],
)
def test_a_mistake_says_what_is_wrong_and_the_fix(said: str, expected: str) -> None:
    (finding,) = findings_of(f"version: 1\n{said}\n")
    assert finding.startswith("policy.yaml:2:")
    assert expected in finding


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{password}", "`{password}` is nothing that can be filled in"),
        ("{given_name.__class__}", "is nothing that can be filled in"),
        ("{given_name!r:>{user_name}}", "is nothing that can be filled in"),
        ("a { b", "a brace without its other half"),
    ],
)
def test_a_mail_names_only_what_can_be_filled_in(text: str, expected: str) -> None:
    mail = f'{{from: a@example.com, subject: Hello, text: "{text}"}}'
    (finding,) = findings_of(f"version: 1\npeople: {{welcome: {{since: 2026-12-01, mail: {mail}}}}}\n")
    assert expected in finding


def test_braces_themselves_are_doubled() -> None:
    mail = '{from: a@example.com, subject: Hello, text: "{{not a word}}"}'
    assert read(f"version: 1\npeople: {{welcome: {{since: 2026-12-01, mail: {mail}}}}}\n").people.welcome


@pytest.mark.parametrize("section", ["people: {}", "identity_source: external"])
def test_two_files_do_not_say_the_same_twice(section: str) -> None:
    (finding,) = findings_of(f"version: 1\n{section}\n", other=f"version: 1\n{section}\n")
    assert "as well; keep all of them in one file" in finding
