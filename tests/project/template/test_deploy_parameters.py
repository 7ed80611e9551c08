"""Trials of `make check-deploy` include every parameter and every condition of the templates, also future ones."""

import re
from itertools import combinations
from typing import Any

import pytest

from tests.deploy.combinations import MissingSampleError, levels_of, pairwise
from tests.deploy.resolution import conditions
from tests.deploy.samples import SAMPLES, TEMPLATES, pseudo_parameters
from tests.project.repository import template


@pytest.mark.parametrize("file", TEMPLATES)
def test_every_parameter_and_the_name_of_the_stack_are_tried(file: str) -> None:
    levels = levels_of(template(file))
    assert set(levels) == {"AWS::StackName", *template(file).get("Parameters", {})}
    assert max(map(len, levels["AWS::StackName"])) == 128  # the most that CloudFormation takes


@pytest.mark.parametrize("file", TEMPLATES)
def test_every_two_values_are_tried_together(file: str) -> None:
    levels = levels_of(template(file))
    rows = pairwise(levels)
    for (first, values), (second, others) in combinations(levels.items(), 2):
        together = {(row[first], row[second]) for row in rows}
        assert together == {(value, other) for value in values for other in others}


@pytest.mark.parametrize("file", TEMPLATES)
def test_every_condition_is_met_and_not_met(file: str) -> None:
    rows = [{**pseudo_parameters("dayone"), **row} for row in pairwise(levels_of(template(file)))]
    decided = [conditions(template(file), row) for row in rows]
    for name in template(file).get("Conditions", {}):
        assert {each[name] for each in decided} == {True, False}, f"{name} is always the same: tests/deploy/samples.py"


@pytest.mark.parametrize("file", TEMPLATES)
def test_what_is_tried_is_what_the_template_takes(file: str) -> None:
    for name, values in levels_of(template(file)).items():
        declared = template(file)["Parameters"].get(name, {})
        for value in values:
            parts = value.split(",") if declared.get("Type") == "CommaDelimitedList" else [value]
            assert all(re.fullmatch(declared.get("AllowedPattern", ".*"), part) for part in parts), name


def test_every_sample_is_of_a_parameter() -> None:
    assert set(SAMPLES) <= {name for file in TEMPLATES for name in template(file).get("Parameters", {})}


@pytest.mark.parametrize(
    ("declared", "compared"),
    [
        ({"Type": "String"}, False),
        ({"Type": "String", "Default": ""}, False),
        ({"Type": "String", "Default": "a"}, True),
    ],
    ids=["without a default", "empty by default", "in a condition"],
)
def test_a_parameter_whose_other_value_nobody_knows_is_missed(declared: dict[str, Any], compared: bool) -> None:  # noqa: FBT001
    made: dict[str, Any] = {"Parameters": {"New": declared}}
    if compared:
        made["Conditions"] = {"IsNew": {"Fn::Equals": [{"Ref": "New"}, "b"]}}
    with pytest.raises(MissingSampleError, match="New"):
        levels_of(made)
