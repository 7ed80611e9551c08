"""The policy that ends live sessions: who may do what to it, and that CloudFormation itself never writes it."""

from typing import Any

from tests.project.repository import functions, pascal, resource, template

OWNING = {f"organizations:{call}Policy" for call in ("Create", "Attach", "Detach", "Delete")}


def _allowed(name: str) -> set[str]:
    documents: list[Any] = [
        entry.get("Fn::If", ["", entry])[1] for entry in resource(f"{pascal(name)}Role")["Policies"]
    ]
    actions = [statement["Action"] for pair in documents for statement in pair["PolicyDocument"]["Statement"]]
    return {action for listed in actions for action in ([listed] if isinstance(listed, str) else listed)}


def test_one_function_owns_it_and_another_one_writes_it() -> None:
    assert {name for name in functions() if OWNING & _allowed(name)} == {"own_session_policy"}
    assert {name for name in functions() if "organizations:UpdatePolicy" in _allowed(name)} == {"execute_operations"}
    assert "organizations:UpdatePolicy" not in _allowed("own_session_policy")


def test_it_touches_only_what_has_the_tag_of_its_stack() -> None:
    on_policies = [
        statement
        for policy in resource("OwnSessionPolicyRole")["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
        if {"organizations:DeletePolicy", "organizations:AttachPolicy"} <= set(statement["Action"])
    ]
    owner = resource("SessionPolicy")["Owner"]
    assert [statement["Condition"] for statement in on_policies] == [
        {"StringEquals": {"aws:ResourceTag/dayone:stack": owner}}
    ]


def test_cloudformation_has_no_policy_of_its_own_whose_content_it_would_write_at_each_update() -> None:
    assert "AWS::Organizations::Policy" not in {pair["Type"] for pair in template()["Resources"].values()}


def test_all_of_it_is_there_only_where_the_parameter_asks_for_it() -> None:
    resources = template()["Resources"]
    parts = ("SessionPolicy", "OwnSessionPolicyFunction", "OwnSessionPolicyRole", "OwnSessionPolicyLogs")
    assert {resources[part]["Condition"] for part in parts} == {"MakesEndedSessionsPolicy"}
