"""Lets the rest of the local AWS ask MiniStack, which has the roles, whether a caller may do something."""

# ruff: noqa: SLF001 - what is needed is in private functions

import json
from typing import Any

from ministack import app  # type: ignore[import-untyped]
from ministack.core import iam_evaluator  # type: ignore[import-untyped]
from ministack.core.responses import (  # type: ignore[import-untyped]
    get_account_id,
    get_region,
    set_request_account_id,
    set_request_region,
)

from sandbox.sign_in.doors import PERMISSIONS


def answer_permission_questions() -> None:
    """Answer `POST /_sandbox/permissions`, which no part of AWS has to its outside.

    The body is a JSON object of AccessKeyId, Action, Resource and Context (keys of the request, such as
    `kms:ViaService`); the answer is an object whose Refusal is empty, or says in AWS's words who may not do what.
    Unnecessary when Identity Center is a part of MiniStack.
    """
    handle = app._handle_post_body_shortcuts

    async def handle_or_answer(method: str, path: str, headers: Any, body: bytes, *rest: Any) -> Any:  # noqa: ANN401
        if (method, path) == ("POST", PERMISSIONS):
            answer = {"Refusal": refusal(**json.loads(body))}
            return 200, {"Content-Type": "application/json"}, json.dumps(answer).encode()
        return await handle(method, path, headers, body, *rest)

    app._handle_post_body_shortcuts = handle_or_answer


def refusal(*, AccessKeyId: str, Action: str, Resource: str, Context: dict[str, str]) -> str:  # noqa: N803
    """Return the refusal of this action to the owner of the key, or "".

    The root of an account may do everything, except where the policy of a resource must allow it, as that of a KMS key.
    """
    set_request_account_id(app._request_account_scope(AccessKeyId))
    principal = iam_evaluator.resolve_principal(AccessKeyId, get_account_id())
    if isinstance(principal, iam_evaluator.AuthError):
        return str(principal.message)
    context = _context(principal, Action, Resource, Context)
    own = iam_evaluator.EvalResult("Allow")
    if principal.policies is not None:
        own = iam_evaluator.evaluate(context, principal.policies, *principal.limits)
    result = _with_policy_of_resource(own, context, principal.limits)
    if result.decision == "Allow":
        return ""
    is_resources = bool(result.resource_policy_arn) or own.decision == "Allow"
    policy = "resource-based" if is_resources else "identity-based"
    why = f"because no {policy} policy allows the {Action} action"
    if result.decision == "Deny":
        why = f"with an explicit deny in {'a' if is_resources else 'an'} {policy} policy"
    return f"User: {principal.arn} is not authorized to perform: {Action} on resource: {Resource} {why}"


def _context(principal: Any, action: str, resource: str, context: dict[str, str]) -> Any:  # noqa: ANN401
    return iam_evaluator.EvalContext(
        principal_arn=principal.arn,
        principal_type=principal.type,
        principal_account=principal.account,
        action=action,
        resource_arn=resource,
        region=get_region(),
        service_context={key.lower(): value for key, value in context.items()},
        principal_keys=principal.keys,
    )


def _with_policy_of_resource(own: Any, context: Any, limits: Any) -> Any:  # noqa: ANN401
    """Return the decision of the caller's policies and that of the resource together, as MiniStack makes it for a call.

    The resource may be another account's, and in another Region, whose policies MiniStack has for calls there only.
    """
    service = context.action.partition(":")[0]
    place: list[str] = str(context.resource_arn).split(":")[3:5] or ["", ""]
    region, account = place
    caller = get_account_id(), get_region()
    set_request_account_id(account or caller[0])
    set_request_region(region or caller[1])
    try:
        policy = iam_evaluator._resource_policy(service, context.resource_arn)
    finally:
        set_request_account_id(caller[0])
        set_request_region(caller[1])
    if policy is None:
        return own
    is_required = service in iam_evaluator._POLICY_REQUIRED
    return iam_evaluator.combine_resource_policy(own, context, *policy, required=is_required, limits=limits)
