"""Every type of event has a schema and a body in `docs/events`, which are those of what is published."""

from typing import Any

import pytest

from dayone.ports.messaging import DetailType
from sandbox.bus_events import file_stem, schema_of, text_of
from tests.bus_events import bodies, published
from tests.documented import event_mistakes
from tests.project.repository import ROOT

_FOLDER = ROOT / "docs" / "events"
_RUN = "run make schema"


@pytest.fixture(scope="module")
def events() -> list[dict[str, Any]]:
    return published()


def test_every_type_is_published_by_the_function_the_executor_or_the_checkpoints(events: list[dict[str, Any]]) -> None:
    assert {event["detail-type"] for event in events} == set(DetailType)


def test_whatever_is_published_is_as_its_schema_says(events: list[dict[str, Any]]) -> None:
    assert not [(event, mistakes) for event in events if (mistakes := event_mistakes(event))]


@pytest.mark.parametrize("member", ["id", "change", "state"])
def test_an_event_without_a_member_is_otherwise_than_its_schema(events: list[dict[str, Any]], member: str) -> None:
    event = next(event for event in events if event["detail-type"] == "Change Held")
    detail = {name: value for name, value in event["detail"].items() if name != member}
    assert event_mistakes({**event, "detail": detail})
    assert event_mistakes({**event, "detail": {**event["detail"], "new": 1}})


def test_the_schemas_are_those_of_the_types() -> None:
    for detail_type in DetailType:
        kept = (_FOLDER / f"{file_stem(detail_type)}.schema.json").read_text(encoding="utf-8")
        assert kept == text_of(schema_of(detail_type)), _RUN


def test_the_bodies_are_what_is_published() -> None:
    for detail_type, body in bodies().items():
        assert (_FOLDER / f"{file_stem(detail_type)}.json").read_text(encoding="utf-8") == text_of(body), _RUN


def test_the_folder_has_nothing_else_and_its_page_names_each_type() -> None:
    stems = {file_stem(detail_type) for detail_type in DetailType}
    files = {path.name for path in _FOLDER.iterdir()}
    assert files == {f"{stem}{end}" for stem in stems for end in (".json", ".schema.json")} | {"README.md"}
    page = (_FOLDER / "README.md").read_text(encoding="utf-8")
    for detail_type in DetailType:
        stem = file_stem(detail_type)
        assert f"| `{detail_type}` |" in page
        assert f"[schema]({stem}.schema.json), [example]({stem}.json)" in page
