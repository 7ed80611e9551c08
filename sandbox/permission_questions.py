"""Lets the rest of the local AWS ask MiniStack, which has the roles, whether a caller may do something."""

# ruff: noqa: SLF001 - what is needed is in private functions

import json
from typing import Any

from ministack import app  # type: ignore[import-untyped]
from ministack.core import iam_evaluator  # type: ignore[import-untyped]
from ministack.core.responses import get_account_id, get_region, set_request_account_id  # type: ignore[import-untyped]

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
    """The sentence that refuses this to whoever has the key, or ""; the root of an account may do everything."""
    set_request_account_id(app._request_account_scope(AccessKeyId))
    principal = iam_evaluator.resolve_principal(AccessKeyId, get_account_id())
    if isinstance(principal, iam_evaluator.AuthError):
        return str(principal.message)
    if principal.policies is None:
        return ""
    result = _evaluated(principal, Action, Resource, Context)
    if result.decision == "Allow":
        return ""
    policy = "resource-based" if result.resource_policy_arn else "identity-based"
    why = f"because no {policy} policy allows the {Action} action"
    if result.decision == "Deny":
        why = f"with an explicit deny in {'a' if result.resource_policy_arn else 'an'} {policy} policy"
    return f"User: {principal.arn} is not authorized to perform: {Action} on resource: {Resource} {why}"


def _evaluated(principal: Any, action: str, resource: str, context: dict[str, str]) -> Any:  # noqa: ANN401
    """The decision of all policies together, as MiniStack makes it for a call of its own."""
    asked = iam_evaluator.EvalContext(
        principal_arn=principal.arn,
        principal_type=principal.type,
        principal_account=principal.account,
        action=action,
        resource_arn=resource,
        region=get_region(),
        service_context={key.lower(): value for key, value in context.items()},
        principal_keys=principal.keys,
    )
    service = action.partition(":")[0]
    result = iam_evaluator.evaluate(asked, principal.policies, *principal.limits)
    own_policy = iam_evaluator._resource_policy(service, resource)
    if own_policy is None:
        return result
    is_required = service in iam_evaluator._POLICY_REQUIRED
    return iam_evaluator.combine_resource_policy(
        result, asked, *own_policy, required=is_required, limits=principal.limits
    )
