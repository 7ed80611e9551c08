"""A template is resolved as CloudFormation does it before it creates anything."""

from typing import Any

import pytest

from tests.deploy.resolution import conditions, resolve

VALUES = {"Name": "", "Ids": "a,b", "None": "", "AWS::Region": "eu-west-1", "AWS::StackName": "dayone"}
PARAMETERS = {
    "Name": {"Type": "String"},
    "Ids": {"Type": "CommaDelimitedList"},
    "None": {"Type": "CommaDelimitedList"},
}
CONDITIONS = {
    "HasName": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Name"}, ""]}]},
    "HasIds": {"Fn::Not": [{"Fn::Equals": [{"Fn::Select": [0, {"Ref": "Ids"}]}, ""]}]},
    "HasNone": {"Fn::Equals": [{"Fn::Select": [0, {"Ref": "None"}]}, ""]},
    "HasBoth": {"Fn::And": [{"Condition": "HasName"}, {"Condition": "HasIds"}]},
    "HasEither": {"Fn::Or": [{"Condition": "HasName"}, {"Condition": "HasIds"}]},
}


def _template(**resources: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    return {"Parameters": PARAMETERS, "Conditions": CONDITIONS, "Resources": resources}


def _value(node: Any) -> Any:  # noqa: ANN401 - JSON
    made = resolve(_template(It={"Type": "T", "Properties": {"Value": node}}), VALUES)
    return made["Resources"]["It"]["Properties"].get("Value", "nothing")


def test_conditions_are_decided() -> None:
    expected = {"HasName": False, "HasIds": True, "HasNone": True, "HasBoth": False, "HasEither": True}
    assert conditions(_template(), VALUES) == expected


@pytest.mark.parametrize(
    ("node", "value"),
    [
        ({"Ref": "Ids"}, ["a", "b"]),
        ({"Ref": "Table"}, {"Ref": "Table"}),
        ({"Fn::If": ["HasName", 1, 2]}, 2),
        ({"Fn::If": ["HasName", 1, {"Ref": "AWS::NoValue"}]}, "nothing"),
        ([{"Fn::If": ["HasName", 1, {"Ref": "AWS::NoValue"}]}, 3], [3]),
        ({"Fn::Sub": "${AWS::StackName}-${Ids}-in-${AWS::Region}"}, {"Fn::Sub": "dayone-${Ids}-in-eu-west-1"}),
        ({"Fn::Sub": "${AWS::Region}/${Table.Arn}"}, {"Fn::Sub": "eu-west-1/${Table.Arn}"}),
        ({"Fn::Sub": "in-${AWS::Region}-${!literally}"}, "in-eu-west-1-${literally}"),
        ({"Fn::Sub": ["${A}-${B}", {"A": {"Ref": "AWS::Region"}, "B": {"Ref": "Table"}}]},
         {"Fn::Sub": ["eu-west-1-${B}", {"B": {"Ref": "Table"}}]}),
        ({"Fn::Select": [1, {"Fn::Split": ["-", {"Ref": "AWS::Region"}]}]}, "west"),
        ({"Fn::Join": ["+", {"Ref": "Ids"}]}, "a+b"),
        ({"Fn::Join": ["+", ["x", {"Ref": "Table"}]]}, {"Fn::Join": ["+", ["x", {"Ref": "Table"}]]}),
        ({"Fn::GetAtt": ["Table", "Arn"]}, {"Fn::GetAtt": ["Table", "Arn"]}),
    ],
)  # fmt: skip
def test_a_value_is_what_cloudformation_makes_of_it(node: Any, value: Any) -> None:  # noqa: ANN401
    assert _value(node) == value


def test_what_is_not_created_is_not_there_and_is_not_waited_for() -> None:
    made = resolve(
        _template(
            Named={"Type": "T", "Condition": "HasName"},
            Listed={"Type": "T", "Condition": "HasIds", "DependsOn": ["Named", "Plain"]},
            Plain={"Type": "T"},
        ),
        VALUES,
    )
    assert made["Resources"] == {"Listed": {"Type": "T", "DependsOn": ["Plain"]}, "Plain": {"Type": "T"}}


def test_an_output_of_what_is_not_created_is_not_there() -> None:
    outputs = {"Name": {"Condition": "HasName", "Value": "x"}, "Id": {"Value": {"Fn::Select": [0, {"Ref": "Ids"}]}}}
    made = resolve({**_template(Plain={"Type": "T"}), "Outputs": outputs}, VALUES)
    assert made["Outputs"] == {"Id": {"Value": "a"}}
