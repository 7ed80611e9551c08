"""Lets role sessions in MiniStack end, and be denied, as on AWS: with their role, and by service control policies."""

# ruff: noqa: SLF001 - what is wrong is in private functions

import json
import os
import urllib.request
from contextvars import ContextVar
from functools import cache
from typing import Any

from ministack.core import iam_actions, iam_evaluator  # type: ignore[import-untyped]
from ministack.core.responses import get_account_id  # type: ignore[import-untyped]
from ministack.services import iam, sts  # type: ignore[import-untyped]

from sandbox.sign_in.doors import MANAGEMENT_ACCOUNT, SERVICE_CONTROL_POLICIES

_ANSWER_SECONDS = 60.0
_AWS_POLICY = "arn:aws:iam::aws:policy"


def correct_sessions() -> None:
    """Apply all of the corrections in here."""
    end_sessions_with_their_role()
    know_the_user_behind_a_session()
    honour_service_control_policies()
    know_aws_managed_policies()


def end_sessions_with_their_role() -> None:
    """Forget the sessions of a role when it is deleted.

    On AWS their credentials are invalid from then on. MiniStack goes on telling such a session who it is. Unnecessary
    when GetCallerIdentity there refuses a session whose role has gone.
    """
    delete = iam._IAM_HANDLERS["DeleteRole"]

    def delete_with_sessions(parameters: dict[str, Any]) -> Any:  # noqa: ANN401 - MiniStack's own
        name = iam._p(parameters, "RoleName")
        answer = delete(parameters)
        if iam._roles.get(name) is None:
            sessions = f"arn:aws:sts::{get_account_id()}:assumed-role/{name}/"
            for key in [key for key, entry in sts._sessions.items() if str(entry.get("Arn", "")).startswith(sessions)]:
                del sts._sessions[key]
        return answer

    iam._IAM_HANDLERS["DeleteRole"] = delete_with_sessions


def know_the_user_behind_a_session() -> None:
    """Give sessions of Identity Center the condition key `identitystore:userId`, which AWS takes from its sign-in.

    The local sign-in passes it on as a session tag, the only thing that AssumeRole carries. Unnecessary when MiniStack
    has AssumeRoleWithSAML and its condition keys.
    """
    keys_of = iam_evaluator._principal_keys

    def with_user(credential: Any) -> dict[str, Any]:  # noqa: ANN401 - MiniStack's own
        keys: dict[str, Any] = keys_of(credential)
        tagged = "aws:principaltag/identitystore:"
        return keys | {key.removeprefix("aws:principaltag/"): keys[key] for key in keys if key.startswith(tagged)}

    iam_evaluator._principal_keys = with_user


def honour_service_control_policies() -> None:
    """Hold users and roles of member accounts to the service control policies that Organizations has for them.

    As on AWS: each level from the root down must allow, a Deny on any denies, the management account is exempt, and
    GetCallerIdentity always answers. MiniStack keeps such policies and ignores them; here Organizations is another
    server, which is asked anew each time. Unnecessary when MiniStack asks somebody else for the policies of an account.
    """
    resolve = iam_evaluator.resolve_principal

    def resolve_with_limits(*arguments: Any) -> Any:  # noqa: ANN401 - MiniStack's own
        principal = resolve(*arguments)
        if isinstance(principal, iam_evaluator.PrincipalInfo) and principal.policies is not None:
            levels = _service_control_policies(principal.account)
            limits = [_Level(iam_evaluator.parse_policy_document(text) for text in level) for level in levels]
            principal.limits = [*principal.limits, *limits]
        return principal

    iam_evaluator.resolve_principal = resolve_with_limits
    _say_who_denies()


class _Level(list[Any]):
    """The service control policies of one level, told apart from a boundary or a session policy."""


_denied_by_level: ContextVar[bool] = ContextVar("denied_by_level", default=False)


def _say_who_denies() -> None:
    """Have the message name a service control policy where that is what denies, in AWS's words."""
    evaluate, respond = iam_evaluator.evaluate, iam_actions.access_denied_response

    def evaluate_and_note(context: Any, policies: Any, *limits: Any) -> Any:  # noqa: ANN401 - MiniStack's own
        result = evaluate(context, policies, *limits)
        others = [limit for limit in limits if not isinstance(limit, _Level)]
        by_level = result.decision == "Deny" and evaluate(context, policies, *others).decision != "Deny"
        _denied_by_level.set(by_level)
        return result

    def respond_in_words(service: str, action: str, principal_arn: str, *rest: Any, **options: Any) -> Any:  # noqa: ANN401
        if options.get("explicit_deny") and _denied_by_level.get():
            reason = "with an explicit deny in a service control policy"
            options["message"] = f"User: {principal_arn} is not authorized to perform: {action} {reason}"
        return respond(service, action, principal_arn, *rest, **options)

    iam_evaluator.evaluate = evaluate_and_note
    iam_actions.access_denied_response = respond_in_words


def _service_control_policies(account_id: str) -> list[list[str]]:
    """Return the policy documents of each level above an account and of its own; none for the management account."""
    server = os.environ.get("AWS_ENDPOINT_URL_ORGANIZATIONS")
    if server is None or account_id == os.environ.get(MANAGEMENT_ACCOUNT):
        return []
    # Not through a proxy. An answer that does not come is an error of the request: it must never be taken for "none".
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"{server}{SERVICE_CONTROL_POLICIES}/{account_id}", timeout=_ANSWER_SECONDS) as answer:
        levels: list[list[str]] = json.load(answer)
    return levels


def know_aws_managed_policies() -> None:
    """Know all policies that AWS manages, by moto's copy of them, such as those that permission sets are made of.

    MiniStack has thirty of more than a thousand, and takes all others for policies that allow nothing. Unnecessary when
    it has `job-function/ViewOnlyAccess`.
    """
    find = iam._lookup_policy

    def find_or_load(arn: str) -> Any:  # noqa: ANN401 - MiniStack's own
        if find(arn) is None and str(arn).startswith(f"{_AWS_POLICY}/"):
            _load_aws_managed_policies()
        return find(arn)

    iam._lookup_policy = find_or_load


@cache
def _load_aws_managed_policies() -> None:
    """Add every policy that is not there, once."""
    # Half a second that the start of the server need not take.
    from moto.iam.aws_managed_policies import aws_managed_policies_data  # noqa: PLC0415

    policies: dict[str, dict[str, Any]] = json.loads(aws_managed_policies_data)
    for name, policy in policies.items():
        arn = f"{_AWS_POLICY}{policy['Path']}{name}"
        if arn not in iam._aws_managed_policies:
            resource = arn.removeprefix(f"{_AWS_POLICY}/")
            record = iam._make_aws_managed_record(resource, json.dumps(policy["Document"]))
            iam._aws_managed_policies[arn] = record
