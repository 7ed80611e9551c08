"""Configuration of HR systems: its text, its meaning, and every mistake with its place."""

from datetime import timedelta

import pytest

from dayone.errors import Invalid
from dayone.hr.connectors.configuration import read_configuration
from dayone.model.hr_sources import FieldRule, HrConfiguration, OnCollision, RecordApi, UserNames


def _read(text: str) -> HrConfiguration:
    return read_configuration(text, secrets="dayone/hr")


def _findings(text: str) -> tuple[str, ...]:
    with pytest.raises(Invalid) as refused:
        _read(text)
    return refused.value.findings


def _one(line: str) -> str:
    return f"version: 1\nsources:\n  {line}\n"


def test_without_a_configuration_there_is_the_generic_source() -> None:
    assert list(_read("").sources) == ["standard"]


def test_a_source_has_the_defaults_of_its_kind() -> None:
    source = _read(_one('hr: {kind: bamboohr, api: {url: "https://acme.bamboohr.com/"}}')).sources["hr"]
    assert source.api == RecordApi(url="https://acme.bamboohr.com", per_second=4.0)
    assert source.max_age == timedelta(days=1)
    assert source.mapping["title"] == FieldRule(fields=("jobTitle",))
    assert source.senders == ()


def test_what_is_said_takes_the_place_of_a_default() -> None:
    source = _read(
        """
version: 1
sources:
  bob:
    kind: hibob
    secret: dayone/hr/bob-2
    api_secret: dayone/hr-api/bob-2
    senders: [203.0.113.0/24, "2001:db8::/32"]
    max_age_seconds: 600
    api: {url: "https://api.sandbox.hibob.com", per_second: 0.5, settles_seconds: 5}
    attributes:
      title: /work/customColumns/title.value
      time_zone: {default: Europe/Berlin}
      status: {field: [a, b], values: {Out: ended, In: active}, default: active}
      start_date: {field: day, form: "%d.%m.%Y"}
"""
    ).sources["bob"]
    assert (source.secret, source.api_secret) == ("dayone/hr/bob-2", "dayone/hr-api/bob-2")
    assert source.api == RecordApi(url="https://api.sandbox.hibob.com", per_second=0.5, settles=timedelta(seconds=5))
    assert source.max_age == timedelta(minutes=10)
    assert source.mapping["title"] == FieldRule(fields=("/work/customColumns/title.value",))
    assert source.mapping["time_zone"] == FieldRule(default="Europe/Berlin")
    assert source.mapping["status"] == FieldRule(
        fields=("a", "b"), values={"out": "ended", "in": "active"}, default="active"
    )
    assert source.mapping["start_date"].form == "%d.%m.%Y"
    assert source.mapping["email"].fields == ("/root/email.value",)


def test_rules_say_who_is_believed_and_how_people_are_called() -> None:
    rules = _read(
        """
version: 1
sources: {standard: {kind: standard}, people: {kind: csv}}
owners: {email: people}
user_names: {pattern: "{given_name}.{family_name}", on_collision: id, follow_changes: true}
emails: {on_collision: refuse}
"""
    ).rules
    assert (rules.order, rules.owners) == (("standard", "people"), {"email": "people"})
    assert rules.user_names == UserNames(
        pattern="{given_name}.{family_name}", on_collision=OnCollision.ID, follows=True
    )
    assert rules.emails is OnCollision.REFUSE


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("sources: {standard: {kind: standard}}", "hr.yaml:1:1: version: Field required"),
        ("version: 1", "hr.yaml:1:1: sources: Field required"),
        (_one("standard: {}"), "hr.yaml:3:3: sources.standard.kind: Field required"),
        (_one("x: {kind: personio}"), "hr.yaml:3:7: sources.x.kind: Input should be 'standard', "),
        (_one("Hr_1: {kind: standard}"), "hr.yaml:3:3: sources.Hr_1: must be up to 40 lower-case letters"),
        (_one("x: {kind: standard, secrets: a}"), "hr.yaml:3:23: sources.x.secrets: there is no such key"),
        (_one("x: {kind: standard, secret: prod/db}"), "hr.yaml:3:23: the name of the secret begins with `dayone/hr/`"),
        (
            _one("x: {kind: gusto, api_secret: dayone/hr/x}"),
            "hr.yaml:3:20: the name of the secret begins with `dayone/hr-api/`",
        ),
        (_one("x: {kind: okta, senders: [203.0.113.0/24]}"), "hr.yaml:3:3: needs an `api` with the `url`"),
        (
            _one('x: {kind: okta, api: {url: "https://a.okta.com"}}'),
            "hr.yaml:3:3: a source of kind `okta` signs nothing: list the networks",
        ),
        (_one("x: {kind: workday}"), "hr.yaml:3:3: a source of kind `workday` signs nothing"),
        (_one("x: {kind: csv, proof: secret}"), "hr.yaml:3:3: a source of kind `csv` signs nothing"),
        (_one("x: {kind: gusto, proof: secret}"), "hr.yaml:3:20: only csv and json can be sent with a secret"),
        (_one("x: {kind: gusto, senders: [203.0.113.7/24]}"), "hr.yaml:3:30: `203.0.113.7/24` is not a network"),
        (_one("x: {kind: merge, api: {url: 'https://a.b'}}"), "hr.yaml:3:20: a source of kind `merge` sends whole"),
        (
            _one("x: {kind: gusto, api: {url: 'http://api.gusto.com'}}"),
            "hr.yaml:3:26: sources.x.api.url: not an address",
        ),
        (_one("x: {kind: gusto, api: {url: 'https://a.b?c=d'}}"), "hr.yaml:3:26: sources.x.api.url: not an address"),
        (_one("x: {kind: gusto, max_age_seconds: 5}"), "hr.yaml:3:20: sources.x.max_age_seconds: Input should be"),
        (_one("x: {kind: standard, attributes: {title: a}}"), "hr.yaml:3:23: what this kind sends has our own names"),
        (_one("x: {kind: csv, attributes: {salary: a}}"), "hr.yaml:3:31: sources.x.attributes.salary: there is no"),
        (_one("x: {kind: csv, attributes: {title: 'a..b'}}"), "hr.yaml:3:31: sources.x.attributes.title: not the path"),
        (_one("x: {kind: csv, attributes: {title: {}}}"), "hr.yaml:3:31: says nothing: give it a `field`"),
        (_one("x: {kind: csv, attributes: {changed_at: a}}"), "hr.yaml:3:31: only Workday's reports can say this"),
        (
            _one("x: {kind: csv, attributes: {status: {field: a, values: {b: missing}}}}"),
            "hr.yaml:3:31: `missing` is not a status; use one of active, on_leave, ended",
        ),
        (
            _one("x: {kind: csv, attributes: {status: {field: a, default: gone}}}"),
            "hr.yaml:3:31: `gone` is not a status; use one of active, on_leave, ended",
        ),
        (
            _one("x: {kind: csv, attributes: {status: {field: a, values: {Gone: ended, ' gone ': active}}}}"),
            "hr.yaml:3:50: sources.x.attributes.status.values: `Gone` and ` gone ` are the same",
        ),
        (
            _one("x: {kind: csv, attributes: {end_date: {field: a, form: DD.MM.YYYY}}}"),
            "hr.yaml:3:52: sources.x.attributes.end_date.form: `DD.MM.YYYY` is not the form of a day",
        ),
        (
            _one("x: {kind: csv, attributes: {end_date: {field: a, form: '%d.%m.'}}}"),
            "hr.yaml:3:52: sources.x.attributes.end_date.form: `%d.%m.` is not the form of a day",
        ),
        (
            _one("x: {kind: csv, attributes: {id: {field: a, default: e-1}}}"),
            "hr.yaml:3:31: a `default` would be the same for everybody",
        ),
        (
            _one("x: {kind: gusto, tokens: {issuer: a, audience: b, keys_url: 'https://a.b'}}"),
            "hr.yaml:3:20: only Workday sends access tokens",
        ),
        (_one("x: {kind: csv}") + "owners: {email: okta}", "hr.yaml:4:10: there is no source `okta`; there are x"),
        (_one("x: {kind: csv}") + "owners: {id: x}", "hr.yaml:4:10: owners.id: there is no attribute `id`"),
        (_one("x: {kind: csv}") + "user_names: {pattern: ada}", "hr.yaml:4:14: user_names.pattern: names no attribute"),
        (_one("x: {kind: csv}") + "user_names: {pattern: '{nick}'}", "hr.yaml:4:14: user_names.pattern: there is no"),
        (_one("x: {kind: csv}") + "x: 1", "hr.yaml:4:1: x: there is no such key"),
        ("version: 1\nsources: [", "hr.yaml:3:1: this is not YAML"),
        (_one("x: {kind: csv, kind: json}"), "hr.yaml:3:18: `kind` is here twice"),
    ],
)
def test_a_mistake_is_named_with_its_place(text: str, finding: str) -> None:
    findings = _findings(text)
    assert findings[0].startswith(finding), findings
    assert len(findings) == 1


def test_every_mistake_is_named_at_once() -> None:
    text = _one("x: {kind: okta, attributes: {status: {default: gone}}}\n  y: {kind: workday}")
    assert len(_findings(text)) == 4
