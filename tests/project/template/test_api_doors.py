"""Access to the API: unsigned to a few paths only, and past a VPC endpoint, if there is one, to none."""

import json
from collections.abc import Iterator
from typing import Any

from tests.project.repository import resource, template

UNSIGNED = {
    ("get", "/docs"),
    ("get", "/docs/{page}"),
    ("get", "/hr/{source}"),
    ("post", "/hr/{source}"),
}


def _events() -> Iterator[dict[str, Any]]:
    for pair in template()["Resources"].values():
        if pair["Type"] == "AWS::Serverless::Function":
            events = pair["Properties"].get("Events", {}).values()
            yield from (each["Properties"] for each in events if each["Type"] == "Api")


def _statements() -> list[dict[str, Any]]:
    condition, policy, otherwise = resource("AccessApi")["Policy"]["Fn::If"]
    assert (condition, otherwise) == ("IsPrivate", {"Ref": "AWS::NoValue"})
    statements: list[dict[str, Any]] = policy["Statement"]
    return statements


def test_only_these_paths_are_open_to_whoever_does_not_sign() -> None:
    assert resource("AccessApi")["Auth"]["DefaultAuthorizer"] == "AWS_IAM"
    assert {(pair["Method"], pair["Path"]) for pair in _events() if "Auth" in pair} == UNSIGNED


def test_a_private_api_denies_whoever_comes_by_another_way() -> None:
    (deny,) = [pair for pair in _statements() if pair["Effect"] == "Deny"]
    assert (deny["Principal"], deny["Action"], deny["Resource"]) == ("*", "execute-api:Invoke", "execute-api:/*")
    assert deny["Condition"] == {"StringNotEquals": {"aws:SourceVpce": {"Ref": "VpcEndpointIds"}}}


def test_a_private_api_allows_nothing_that_has_to_be_signed() -> None:
    allowed = {path for pair in _statements() if pair["Effect"] == "Allow" for path in pair["Resource"]}
    named = {f"execute-api:/live/{method.upper()}{path.replace('{page}', '*')}" for method, path in UNSIGNED}
    assert allowed == {path.replace("{source}", "*") for path in named}


def test_the_public_door_of_hr_systems_leads_to_nothing_else() -> None:
    paths = resource("HrApi")["DefinitionBody"]["paths"]
    assert {(method, path) for path, methods in paths.items() for method in methods} == {
        ("get", "/hr/{source}"),
        ("post", "/hr/{source}"),
    }
    assert "ReceiveHrEventFunction" in str(paths)
    assert "AccessApiFunction" not in str(paths)
    assert template()["Resources"]["HrApi"]["Condition"] == "IsPrivate"


def test_neither_api_takes_more_requests_than_the_parameters_say() -> None:
    hr = [(method, "/~1hr~1{source}", "Hr") for method in ("GET", "POST")]
    for name, expected in (("AccessApi", [("*", "/*", "Api"), *hr]), ("HrApi", [("*", "/*", "Hr")])):
        settings = resource(name)["MethodSettings"]
        assert [(of["HttpMethod"], of["ResourcePath"]) for of in settings] == [each[:2] for each in expected]
        for each, (_method, _path, kind) in zip(settings, expected, strict=True):
            assert each["ThrottlingRateLimit"] == {"Ref": f"{kind}RateLimit"}
            assert each["ThrottlingBurstLimit"] == {"Ref": f"{kind}BurstLimit"}


def test_no_method_of_either_api_logs_bodies_or_is_counted_by_itself_unasked() -> None:
    for name in ("AccessApi", "HrApi"):
        for each in resource(name)["MethodSettings"]:
            assert each["DataTraceEnabled"] is False
            assert each["MetricsEnabled"] == {"Ref": "ApiDetailedMetrics"}
    assert template()["Parameters"]["ApiDetailedMetrics"]["Default"] == "false"


def test_every_unsigned_path_of_an_hr_system_has_limits_of_its_own() -> None:
    events = resource("ReceiveHrEventFunction")["Events"].values()
    sent_to = {(event["Properties"]["Method"].upper(), event["Properties"]["Path"]) for event in events}
    limited = {
        (each["HttpMethod"], each["ResourcePath"].removeprefix("/").replace("~1", "/"))
        for each in resource("AccessApi")["MethodSettings"]
        if each["ThrottlingRateLimit"] == {"Ref": "HrRateLimit"}
    }
    assert limited == sent_to


def test_both_apis_log_requests_when_told_to_and_say_of_each_what_names_nobody() -> None:
    formats = set()
    for name, group in (("AccessApi", "AccessApiRequestLogs"), ("HrApi", "HrApiRequestLogs")):
        condition, setting, otherwise = resource(name)["AccessLogSetting"]["Fn::If"]
        assert (condition, otherwise) == ("HasApiAccessLogs", {"Ref": "AWS::NoValue"})
        assert setting["DestinationArn"] == {"Fn::GetAtt": f"{group}.Arn"}
        formats.add(setting["Format"])
    (written,) = formats
    assert set(json.loads(written).values()) == {
        "$context.requestId",
        "$context.requestTimeEpoch",
        "$context.httpMethod",
        "$context.resourcePath",
        "$context.status",
        "$context.responseLatency",
        "$context.error.responseType",
    }


def test_none_of_the_policies_allows_more_than_calling_the_api_by_path() -> None:
    for name in ("ReadPolicy", "OperatePolicy", "AdministerPolicy"):
        (statement,) = resource(name)["PolicyDocument"]["Statement"]
        assert statement["Action"] == "execute-api:Invoke"
        assert all("/live/GET/v1/" in pair["Fn::Sub"] or "/live/P" in pair["Fn::Sub"] for pair in statement["Resource"])
