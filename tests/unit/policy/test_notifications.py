"""`notifications` in the policy: destinations as they are read, and mistakes with their place and the fix."""

from datetime import time, timedelta

import pytest

from dayone.errors import Invalid
from dayone.model.policy.notifications import (
    Destination,
    NotificationKind,
    NotificationMail,
    QuietHours,
    Webhook,
    WebhookFormat,
)
from dayone.policy.language.parser import read_policy
from tests.unit.policy_texts import findings_of

HELD, FAILED = NotificationKind.CHANGE_HELD, NotificationKind.OPERATION_FAILED


def _read(text: str) -> tuple[Destination, ...]:
    return read_policy({"policy.yaml": f"version: 1\nnotifications:\n{text}"}, version=1).notifications


def test_a_destination_with_everything() -> None:
    text = """\
  on-call:
    kinds: [change-held, operation-failed]
    urgent: [operation-failed]
    webhook: {url: "https://hooks.example.com/dayone"}
    collect: PT1H
    quiet: {from: "22:00", until: "07:00", time_zone: Europe/Rome}
"""
    assert _read(text) == (
        Destination(
            name="on-call",
            kinds=frozenset({HELD, FAILED}),
            urgent=frozenset({FAILED}),
            webhook=Webhook(url="https://hooks.example.com/dayone"),
            collect=timedelta(hours=1),
            quiet=QuietHours(time(22), time(7), "Europe/Rome"),
        ),
    )


def test_destinations_in_the_order_of_their_names_with_little() -> None:
    text = """\
  pager: {kinds: [change-held], topic: pager}
  mail: {kinds: [change-held], mail: {from: a@example.com, to: [b@example.com]}}
  chat: {kinds: [change-held], webhook: {format: slack}}
"""
    kinds = frozenset({HELD})
    assert _read(text) == (
        Destination(name="chat", kinds=kinds, webhook=Webhook(format=WebhookFormat.SLACK)),
        Destination(name="mail", kinds=kinds, mail=NotificationMail("a@example.com", ("b@example.com",))),
        Destination(name="pager", kinds=kinds, topic="pager"),
    )


def test_without_the_key_nobody_is_notified() -> None:
    assert read_policy({"policy.yaml": "version: 1"}, version=1).notifications == ()


_WEBHOOK = "webhook: {url: 'https://example.com/hook'}"


@pytest.mark.parametrize(
    ("line", "mistake"),
    [
        (f"On-call: {{kinds: [change-held], {_WEBHOOK}}}", "is not the name of a destination"),
        (f"a: {{kinds: [change-helt], {_WEBHOOK}}}", "`change-helt` is none of change-held, change-failed"),
        (f"a: {{kinds: [], {_WEBHOOK}}}", "a.kinds: is empty; name at least one"),
        (f"a: {{kinds: [change-held, change-held], {_WEBHOOK}}}", "has `change-held` twice"),
        (f"a: {{{_WEBHOOK}}}", "`kinds` is missing"),
        ("a: {kinds: [change-held]}", "is reached in one way: give `webhook`, `topic` or `mail`"),
        (f"a: {{kinds: [change-held], {_WEBHOOK}, topic: x}}", "is reached in one way"),
        (f"a: {{kinds: [change-held], urgent: [drift-found], {_WEBHOOK}}}", "add it to `kinds` as well"),
        (f"a: {{kinds: [change-held], collect: P2D, {_WEBHOOK}}}", "must be at most a day"),
        (f"a: {{kinds: [change-held], colect: PT1H, {_WEBHOOK}}}", "did you mean `collect`?"),
        ("a: {kinds: [change-held], webhook: {url: 'http://10.0.0.1/'}}", "is not an address such as https://"),
        ("a: {kinds: [change-held], webhook: {url: 'https://me:word@example.com/'}}", "is not an address"),
        (
            "a: {kinds: [change-held], webhook: {url: 'https://example.com/?key=1'}}",
            "`url` in the destination's secret",
        ),
        ("a: {kinds: [change-held], webhook: {format: teams}}", "`teams` is none of standard, slack"),
        ("a: {kinds: [change-held], topic: 'x y'}", "is not the end of a topic's name"),
        ("a: {kinds: [change-held], mail: {from: a, to: [b@example.com]}}", "`a` is not an e-mail address"),
        ("a: {kinds: [change-held], topic: x, quiet: {from: '22:00', until: '22:00', time_zone: UTC}}", "two times"),
        ("a: {kinds: [change-held], topic: x, quiet: {from: '22:00', until: '7', time_zone: UTC}}", "time of day"),
        (
            "a: {kinds: [change-held], topic: x, quiet: {from: '22:00', until: '07:00', time_zone: Europe/Roma}}",
            "`Europe/Roma` is not a time zone",
        ),
    ],
)
def test_a_mistake_has_its_line_and_the_fix(line: str, mistake: str) -> None:
    (finding,) = findings_of(f"version: 1\nnotifications:\n  {line}\n")
    assert finding.startswith("policy.yaml:3:")
    assert mistake in finding


def test_there_may_be_twenty_destinations() -> None:
    lines = [f"  d{number}: {{kinds: [change-held], topic: x}}" for number in range(21)]
    assert len(_read("\n".join(lines[:20]))) == 20
    (finding,) = findings_of("version: 1\nnotifications:\n" + "\n".join(lines))
    assert "has 21 destinations: there may be 20" in finding


def test_they_stand_in_one_file() -> None:
    text = "version: 1\nnotifications: {a: {kinds: [change-held], topic: x}}"
    with pytest.raises(Invalid) as raised:
        read_policy({"a.yaml": text, "b.yaml": text}, version=1)
    assert raised.value.findings == (
        "b.yaml:2:1: notifications: are at a.yaml:2 as well; keep all of them in one file",
    )
