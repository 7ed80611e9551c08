"""What it costs to read what somebody asks for is held to its bounds, and does not grow with the company."""

from benchmarks.reads import measured


def test_no_question_costs_more_than_its_bound_or_than_is_known() -> None:
    assert {figure.name: figure.value for figure in measured() if not figure.ok} == {}
