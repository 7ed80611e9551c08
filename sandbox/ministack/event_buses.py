"""Lets events in MiniStack come from AWS itself, and go on to other accounts and Regions where these let them in."""

# ruff: noqa: SLF001 - what is wrong is in private functions

import json
import os
import sys
import urllib.request
from collections.abc import Mapping
from typing import Any

from ministack.core import iam_evaluator  # type: ignore[import-untyped]
from ministack.core.arn import parse_arn  # type: ignore[import-untyped]
from ministack.core.responses import get_account_id, get_region, request_scope  # type: ignore[import-untyped]
from ministack.services import eventbridge, iam  # type: ignore[import-untyped]
from ministack.services.cloudformation import provisioners  # type: ignore[import-untyped]

from sandbox.identity_center.organizations.doors import ORGANIZATION

_ANSWER_SECONDS = 60.0
_EVENTS = "events.amazonaws.com"
_PUT = "events:PutEvents"


def let_the_administrator_be_an_aws_service() -> None:
    """Take events whose source begins with `aws.` from the account's root, who is nobody on AWS but us.

    AWS and MiniStack refuse them from customers, but Organizations, which MiniStack has only in part and the Identity
    Center server has whole, must send them. Unnecessary when MiniStack has another door for the events of AWS services.
    """
    put = eventbridge._put_events

    def put_for_root(request: dict[str, Any], allow_aws_source: bool = False) -> Any:  # noqa: ANN401, FBT001, FBT002
        return put(request, allow_aws_source or iam_evaluator.caller_arn().endswith(":root"))

    eventbridge._put_events = put_for_root


def hand_events_on_to_other_accounts_and_regions() -> None:
    """Deliver to a bus elsewhere what its policy and the role of the target allow, and the rest to the dead letters.

    As on AWS: the role must trust EventBridge and may put events on that bus; a bus of another account must let it in;
    the event keeps its id, account, Region and time; and it goes no further than one account. MiniStack drops it.
    Unnecessary when its `_dispatch_to_event_bus` knows more than the account and Region of the request.
    """
    invoke = eventbridge._invoke_target

    def invoke_anywhere(target: dict[str, Any], event: dict[str, Any], rule: dict[str, Any], view: Any = None) -> None:  # noqa: ANN401
        bus = _bus_elsewhere(str(target.get("Arn", "")))
        if bus is None:
            invoke(target, event, rule, view)
        elif refused := _why_refused(bus, target, event, rule):
            print(f"event not handed on to {bus}: {refused}", file=sys.stderr, flush=True)
            _keep(target, event, view)
        else:
            with request_scope(bus.account_id, bus.region):
                eventbridge._dispatch_event({**event, "EventBusName": _name(bus), "_DispatchPath": []})

    eventbridge._invoke_target = invoke_anywhere


def take_bus_policies_from_templates() -> None:
    """Know AWS::Events::EventBusPolicy, without which MiniStack refuses a template. Unnecessary when it knows it."""
    provisioners._RESOURCE_HANDLERS["AWS::Events::EventBusPolicy"] = {
        "create": _create_policy,
        "update": _update_policy,
        "delete": _delete_policy,
    }


def _create_policy(_logical_id: str, properties: dict[str, Any], _stack: str) -> tuple[str, dict[str, Any]]:
    bus, statement = properties.get("EventBusName", "default"), properties["StatementId"]
    if bus != "default" and bus not in eventbridge._event_buses:
        raise ValueError(f"AWS::Events::EventBusPolicy: there is no event bus {bus}")
    policy = eventbridge._event_bus_policies.get(bus) or {"Version": "2012-10-17", "Statement": []}
    others = [entry for entry in policy["Statement"] if entry.get("Sid") != statement]
    policy["Statement"] = [*others, {**properties["Statement"], "Sid": statement}]
    eventbridge._event_bus_policies[bus] = policy
    return f"{bus}|{statement}", {}


def _update_policy(
    physical_id: str, _old: object, new: dict[str, Any], stack: str, logical_id: str = ""
) -> tuple[str, dict[str, Any]]:
    _delete_policy(physical_id, new)
    return _create_policy(logical_id, new, stack)


def _delete_policy(physical_id: str, _properties: object) -> None:
    bus, _, statement = physical_id.partition("|")
    eventbridge._remove_permission({"EventBusName": bus, "StatementId": statement})


def _bus_elsewhere(arn: str) -> Any:  # noqa: ANN401 - MiniStack's own
    if not arn.startswith("arn:") or ":event-bus/" not in arn:
        return None
    bus = parse_arn(arn)
    return None if (bus.account_id, bus.region) == (get_account_id(), get_region()) else bus


def _name(bus: Any) -> str:  # noqa: ANN401 - MiniStack's own
    return str(bus.resource.removeprefix("event-bus/"))


def _why_refused(bus: Any, target: Mapping[str, Any], event: Mapping[str, Any], rule: Mapping[str, Any]) -> str:  # noqa: ANN401
    """Return the reason why an event may not go to a bus; empty when it may."""
    account, is_abroad = get_account_id(), bus.account_id != get_account_id()
    if is_abroad and event.get("Account", account) != account:
        return "it comes from another account already"
    role = iam._roles.get(str(target.get("RoleArn", "")).rpartition("/")[2])
    if role is None:
        return "there is no such role"
    wanted = _request(role["RoleName"], bus)
    if not _trusts_events(role["AssumeRolePolicyDocument"], wanted, rule):
        return "the role does not trust EventBridge with this rule"
    policies = iam_evaluator._gather_role_policies(role["RoleName"], account)
    if iam_evaluator.evaluate(wanted, policies).decision != "Allow":
        return "the role may not put events there"
    with request_scope(bus.account_id, bus.region):
        if _name(bus) != "default" and _name(bus) not in eventbridge._event_buses:
            return "there is no such bus"
        policy = eventbridge._event_bus_policies.get(_name(bus))
    allowed = policy is not None and iam_evaluator.evaluate_resource_policy(policy, wanted).decision == "Allow"
    return "" if allowed or not is_abroad else "the bus does not let this account in"


def _request(role: str, bus: Any) -> Any:  # noqa: ANN401 - MiniStack's own
    account = get_account_id()
    return iam_evaluator.EvalContext(
        principal_arn=f"arn:aws:sts::{account}:assumed-role/{role}/events",
        principal_type="AssumedRole",
        principal_account=account,
        action=_PUT,
        resource_arn=str(bus),
        region=bus.region,
        principal_keys={"aws:principalorgid": _organization_of(account)},
    )


def _trusts_events(trust: Any, wanted: Any, rule: Mapping[str, Any]) -> bool:  # noqa: ANN401 - MiniStack's own
    document = json.loads(trust) if isinstance(trust, str) else trust
    asked = iam_evaluator.EvalContext(
        principal_arn="",
        principal_type="Service",
        principal_account=wanted.principal_account,
        action="sts:AssumeRole",
        resource_arn="*",
        region=get_region(),
        service_context={"aws:sourcearn": rule["Arn"], "aws:sourceaccount": wanted.principal_account},
    )
    return bool(iam_evaluator.evaluate_resource_policy(document, asked, service=_EVENTS).decision == "Allow")


def _organization_of(account_id: str) -> str | None:
    """Return the organization that an account is in now, from the server that has Organizations."""
    server = os.environ.get("AWS_ENDPOINT_URL_ORGANIZATIONS")
    if server is None:
        return None
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"{server}{ORGANIZATION}", timeout=_ANSWER_SECONDS) as answer:
        told = json.load(answer)
    return str(told["id"]) if account_id in told["accounts"] else None


def _keep(target: Mapping[str, Any], event: Mapping[str, Any], view: Any) -> None:  # noqa: ANN401 - MiniStack's own
    queue = (target.get("DeadLetterConfig") or {}).get("Arn")
    if queue:
        view = view or eventbridge._pattern_event_view(event)
        eventbridge._dispatch_to_sqs(parse_arn(queue), json.dumps(view.event_with_detail()))
