"""A parameter of a query that is there and empty asks nothing, and above all not about everybody."""

import pytest

from tests.functions.access_api_world import World, asking


@pytest.mark.parametrize("value", ["", " "])
@pytest.mark.parametrize(
    ("event", "name"),
    [
        ("list_assignments", "person"),
        ("list_assignments", "ou"),
        ("list_assignments", "format"),
        ("list_assignments", "cursor"),
        ("list_assignments", "limit"),
        ("list_audit", "subject"),
        ("list_audit", "since"),
        ("list_people", "group"),
        ("list_changes", "state"),
        ("list_accounts", "state"),
        ("list_grants", "person"),
    ],
)
def test_an_empty_parameter_is_refused_by_its_name(event: str, name: str, value: str) -> None:
    answer = World().send(asking(event, **{name: value}))
    assert answer.status == 400
    assert answer.body["detail"] == f"`{name}` is empty: give it a value, or leave it out"
