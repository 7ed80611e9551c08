"""Setup check of the principals allowed to invoke the functions."""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from dayone.errors import AccessDenied
from dayone.ports.setup import SeenInvokers
from dayone.setup.findings import Finding, only_the_api_and_the_queues_invoke

FUNCTIONS = (
    "arn:aws:lambda:eu-west-1:111122223333:function:access",
    "arn:aws:lambda:eu-west-1:111122223333:function:plan",
)
API_ROLE = "arn:aws:iam::111122223333:role/dayone-AccessApiInvocationRole-1A2B3C"
ADMIN = "arn:aws:iam::111122223333:role/admin"
BOT = "arn:aws:iam::111122223333:user/bot"


@dataclass
class _Invokers:
    seen: SeenInvokers | AccessDenied

    def invokers(self, functions: Sequence[str]) -> SeenInvokers:
        assert functions == FUNCTIONS
        if isinstance(self.seen, AccessDenied):
            raise self.seen
        return self.seen


def _finding(seen: SeenInvokers | AccessDenied, *, is_denied: bool = False) -> Finding:
    return only_the_api_and_the_queues_invoke(FUNCTIONS, api_role=API_ROLE, is_denied=is_denied, sight=_Invokers(seen))


def test_administrators_and_the_api_are_all_there_should_be() -> None:
    found = _finding(SeenInvokers(administrators=(ADMIN,), others=(API_ROLE,), answered=40))
    assert (found.name, found.state, found.do) == ("invocations", "ok", "")
    assert "of 40 users and roles, 1 may invoke" in found.message


def test_whoever_may_invoke_and_nothing_more_is_named() -> None:
    found = _finding(SeenInvokers(administrators=(ADMIN,), others=(BOT, API_ROLE), answered=40))
    assert found.state == "warning"
    assert BOT in found.message
    assert API_ROLE not in found.message
    assert "lambda:InvokeFunction" in found.do


def test_of_many_ten_are_named_and_the_rest_counted() -> None:
    bots = tuple(f"{BOT}-{number:02}" for number in range(12))
    found = _finding(SeenInvokers(administrators=(), others=bots, answered=40))
    assert f"{BOT}-09 and 2 more" in found.message
    assert f"{BOT}-10" not in found.message


@pytest.mark.parametrize(
    ("left_out", "says"),
    [
        ({"unanswered": 3}, "IAM did not answer for 3"),
        ({"is_cut": True}, "more users and roles than were asked about"),
        ({}, "not asked: other accounts' sessions, service control policies, and the account's root user"),
    ],
)
def test_what_was_not_asked_is_said(left_out: dict[str, int], says: str) -> None:
    for others in ((), (BOT,)):
        found = _finding(SeenInvokers(administrators=(), others=others, answered=40, **left_out))  # type: ignore[arg-type]
        assert says in found.message
        if left_out and not others:
            assert found.state == "unknown"


def test_without_the_right_to_ask_it_is_unknown() -> None:
    found = _finding(AccessDenied("AccessDenied: User: x is not authorized"))
    assert (found.state, "iam:SimulatePrincipalPolicy" in found.do) == ("unknown", True)
    assert "User: x" not in found.message


def test_where_lambda_denies_nobody_is_asked_about() -> None:
    found = _finding(AccessDenied("never asked"), is_denied=True)
    assert (found.state, "DenyOtherInvocations=true" in found.message) == ("ok", True)
