"""Permissions over the API: the stack's three policies, applied to every route of the document."""

import re
from collections.abc import Mapping

import pytest

from sandbox.access import Credentials
from sandbox.signed_http import Answer, HttpApi
from tests.documented import SIGNED_PATHS
from tests.e2e.deployed.day_one import DayOne

ROLES = ("Read", "Operate", "Administer")
EVERYBODY = frozenset(ROLES)
WHO_ACTS = frozenset({"Operate", "Administer"})
# Everything that is not a GET. Whoever says who gets what does not decide about what is held, nor the other way round.
WRITES: Mapping[tuple[str, str], frozenset[str]] = {
    ("POST", "/v1/plan"): EVERYBODY,
    ("POST", "/v1/plans"): EVERYBODY,
    ("POST", "/v1/changes/{change}/retry"): WHO_ACTS,
    ("POST", "/v1/accounts/discover"): WHO_ACTS,
    ("POST", "/v1/accounts/bootstrap"): WHO_ACTS,
    ("POST", "/v1/accounts/{account}/bootstrap"): WHO_ACTS,
    ("POST", "/v1/dead-letters/redrive"): WHO_ACTS,
    ("POST", "/v1/notifications/{destination}/test"): WHO_ACTS,
    ("POST", "/v1/recovery"): WHO_ACTS,
    ("POST", "/v1/drift/{finding}/repair"): WHO_ACTS,
    ("POST", "/v1/drift/reconcile"): WHO_ACTS,
    ("POST", "/v1/drift/pause"): WHO_ACTS,
    ("POST", "/v1/drift/resume"): WHO_ACTS,
    ("POST", "/v1/people/{person}/end"): WHO_ACTS,
    ("POST", "/v1/grants/{grant}/end"): WHO_ACTS,
    ("POST", "/v1/changes/{change}/approve"): frozenset({"Operate"}),
    ("POST", "/v1/changes/{change}/reject"): frozenset({"Operate"}),
    ("POST", "/v1/hr-configuration/{digest}/approve"): frozenset({"Operate"}),
    ("POST", "/v1/drift/{finding}/ignore"): frozenset({"Administer"}),
    ("POST", "/v1/changes/{change}/adopt"): frozenset({"Administer"}),
    ("PUT", "/v1/policy"): frozenset({"Administer"}),
    ("POST", "/v1/policy/rollback/{version}"): frozenset({"Administer"}),
    ("PUT", "/v1/people/{person}"): frozenset({"Administer"}),
    ("POST", "/v1/people/{person}/forget"): frozenset({"Administer"}),
    ("POST", "/v1/people"): frozenset({"Administer"}),
    ("POST", "/v1/grants"): frozenset({"Administer"}),
    ("POST", "/v1/grants/{grant}/extend"): frozenset({"Administer"}),
}
ROUTES = [(method.upper(), path) for path, methods in SIGNED_PATHS.items() for method in methods]
NOBODYS = {"person": "e-404", "account": "404404404404", "version": "40404", "change": "01KQ000000000000000000404Z"}
# No key can be so: Day One refuses every write that gets as far as the function.
UNREADABLE = {"Idempotency-Key": "two words"}


@pytest.fixture(scope="module")
def callers(day_one: DayOne) -> Mapping[str, HttpApi]:
    """A user with each of the policies and no other, and one with none."""
    return {**{role: _caller(day_one, role) for role in ROLES}, "": _caller(day_one, "")}


def _caller(day_one: DayOne, role: str) -> HttpApi:
    iam, name = day_one.sandbox.client("iam"), f"only-{role or 'nothing'}".lower()
    arn = iam.create_user(UserName=name)["User"]["Arn"]
    if role:
        iam.attach_user_policy(UserName=name, PolicyArn=day_one.deployed.stack.outputs[f"{role}PolicyArn"])
    key = iam.create_access_key(UserName=name)["AccessKey"]
    made = Credentials(access_key_id=key["AccessKeyId"], secret_access_key=key["SecretAccessKey"], arn=arn)
    return HttpApi(url=day_one.deployed.api.url, region=day_one.sandbox.region, credentials=made)


def _sent(caller: HttpApi, method: str, path: str) -> Answer:
    about_nobody = re.sub(r"{(\w+)}", lambda found: NOBODYS.get(found[1], "nobody"), path)
    return caller.send(method, about_nobody, headers={} if method == "GET" else UNREADABLE)


def _is_let_through(answer: Answer) -> bool:
    """Return whether Day One answered; API Gateway's own refusals are no problem documents."""
    if answer.status == 403:
        assert not answer.headers["Content-Type"].startswith("application/problem+json"), answer.text
        return False
    assert answer.status in (200, 400, 404, 422), answer.text
    return True


def test_it_is_decided_who_may_do_what() -> None:
    assert {route for route in ROUTES if route[0] != "GET"} == WRITES.keys()


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_a_route_lets_through_whose_policy_names_it_and_nobody_else(
    callers: Mapping[str, HttpApi], method: str, path: str
) -> None:
    let_through = {role for role, caller in callers.items() if _is_let_through(_sent(caller, method, path))}
    assert let_through == (EVERYBODY if method == "GET" else WRITES[method, path])


def test_who_does_not_sign_gets_nothing_but_the_document_and_the_door_of_hr_systems(day_one: DayOne) -> None:
    nobody = HttpApi(url=day_one.deployed.api.url, region=day_one.sandbox.region)
    for method, path in ROUTES:
        assert _sent(nobody, method, path).status == 403, (method, path)
    assert nobody.get("/docs/openapi.json").status == 200


APPROVE = "/v1/changes/01KQ000000000000000000404Z/approve"


@pytest.mark.parametrize(
    "path",
    [
        f"{APPROVE}/",
        f"/{APPROVE}",
        APPROVE.replace("/approve", "//approve"),
        APPROVE.upper(),
        f"{APPROVE}/retry",
        f"{APPROVE}/adopt",
        f"/v1/people{APPROVE}/end",
        f"/v1/policy/rollback{APPROVE}",
    ],
)
def test_no_other_spelling_leads_an_administrator_to_a_decision(callers: Mapping[str, HttpApi], path: str) -> None:
    answer = callers["Administer"].send("POST", path)
    assert answer.status in (403, 404)
    assert answer.status == 403 or answer.json()["detail"].startswith("there is no route POST"), answer.text


def test_a_policy_that_is_taken_away_counts_no_more(day_one: DayOne, callers: Mapping[str, HttpApi]) -> None:
    reader, iam = callers["Read"], day_one.sandbox.client("iam")
    assert reader.credentials is not None
    which = {
        "UserName": reader.credentials.arn.rpartition("/")[2],
        "PolicyArn": day_one.deployed.stack.outputs["OperatePolicyArn"],
    }
    iam.attach_user_policy(**which)
    assert _is_let_through(_sent(reader, "POST", "/v1/changes/{change}/approve"))
    iam.detach_user_policy(**which)
    assert not _is_let_through(_sent(reader, "POST", "/v1/changes/{change}/approve"))
