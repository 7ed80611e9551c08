"""Principals allowed to invoke functions, by IAM's own simulation of the policies of each user and role."""

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any, ClassVar

from dayone.adapters.aws.errors import translated
from dayone.errors import DayOneError, NotFound
from dayone.ports.setup import SeenInvokers

_INVOKE, _ADMINISTER = "lambda:InvokeFunction", "lambda:UpdateFunctionCode"
_MOST = 200
_AT_ONCE = 8
# Of these only their service has credentials.
_SERVICE_ROLES = ("/aws-service-role/",)


class IamInvokerSight:
    """The port InvokerSight over boto3 clients of `iam` and `lambda`, for at most 200 users and roles.

    The simulation covers identity policies and permissions boundaries, and not the service control policies of the
    organization. The functions' own policies count for the principals they allow. Source: IAM API Reference,
    SimulatePrincipalPolicy; Lambda API Reference, GetPolicy.
    """

    ACTIONS: ClassVar[frozenset[str]] = frozenset(
        {"iam:ListUsers", "iam:ListRoles", "iam:SimulatePrincipalPolicy", "lambda:GetPolicy"}
    )

    def __init__(self, iam: Any, functions: Any) -> None:  # noqa: ANN401 - the methods below are all that is used
        self._iam = iam
        self._lambda = functions

    def invokers(self, functions: Sequence[str]) -> SeenInvokers:
        """See InvokerSight."""
        with translated():
            principals = list(islice(self._principals(), _MOST + 1))
        batch = principals[:_MOST]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            answers = list(pool.map(lambda arn: self._allowed(arn, functions), batch))
        allowed = {arn: answer for arn, answer in zip(batch, answers, strict=True) if answer is not None}
        outside = sorted({arn for function in functions for arn in self._allowed_by_function(function)})
        may_invoke = [arn for arn, actions in allowed.items() if _INVOKE in actions]
        return SeenInvokers(
            administrators=tuple(arn for arn in may_invoke if _ADMINISTER in allowed[arn]),
            others=(*(arn for arn in may_invoke if _ADMINISTER not in allowed[arn]), *outside),
            answered=len(allowed),
            unanswered=len(batch) - len(allowed),
            is_cut=len(principals) > _MOST,
        )

    def _principals(self) -> Iterator[str]:
        for operation, member in (("list_users", "Users"), ("list_roles", "Roles")):
            for page in self._iam.get_paginator(operation).paginate():
                yield from (each["Arn"] for each in page[member] if not each["Path"].startswith(_SERVICE_ROLES))

    def _allowed(self, principal: str, functions: Sequence[str]) -> frozenset[str] | None:
        """Return the actions allowed on any of the functions; None when AWS does not answer for this principal."""
        actions = [_INVOKE, _ADMINISTER]
        try:
            with translated():
                answer = self._iam.simulate_principal_policy(
                    PolicySourceArn=principal, ActionNames=actions, ResourceArns=list(functions)
                )
        except DayOneError:
            return None
        return frozenset(each["EvalActionName"] for each in answer["EvaluationResults"] if _is_allowed(each))

    def _allowed_by_function(self, function: str) -> Iterator[str]:
        try:
            with translated():
                policy = json.loads(self._lambda.get_policy(FunctionName=function)["Policy"])
        except NotFound:
            return
        for statement in policy["Statement"]:
            principal = statement.get("Principal", {})
            named = principal.get("AWS", []) if isinstance(principal, dict) else principal
            if statement["Effect"] == "Allow":
                yield from [named] if isinstance(named, str) else named


def _is_allowed(result: dict[str, Any]) -> bool:
    decisions = [each["EvalResourceDecision"] for each in result.get("ResourceSpecificResults", [])]
    return "allowed" in (result["EvalDecision"], *decisions)
