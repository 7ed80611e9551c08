"""The deployed API keeps to its document, whatever it is sent: it never fails, and answers nothing that is not said."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import pytest
import schemathesis
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis.strategies import one_of
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from sandbox import Sandbox
from sandbox.signed_http import HttpApi
from tests.e2e.deployed import policies
from tests.e2e.deployed.day_one import BEHAVIOUR, DayOne, deployed_in
from tests.e2e.deployed.people import somebody
from tests.e2e.deployed.waiting import eventually
from tests.project.repository import ROOT

pytestmark = pytest.mark.slow
DOCUMENT = json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))
ROUTES = [(method.upper(), path) for path, methods in DOCUMENT["paths"].items() for method in methods]


def _takes(method: str, path: str) -> bool:
    """Return whether a route takes any input, which can then be wrong."""
    operation = DOCUMENT["paths"][path][method.lower()]
    return bool(operation["parameters"] or "requestBody" in operation)


CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
# Alike on every machine and in every run: what is found once is found again.
TRIES = settings(
    max_examples=15,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@dataclass(frozen=True, kw_only=True)
class Tried:
    """A deployment with somebody in it, and the document: as it is, and with their names as the only ones."""

    api: HttpApi
    documents: Sequence[Any]
    statuses: dict[tuple[str, str], list[int]] = field(default_factory=dict)

    def sign(self, request: Any) -> Any:  # noqa: ANN401 - what requests has prepared
        """The request, signed as a tool signs it."""
        keys = self.api.credentials
        assert keys is not None
        signed = AWSRequest(method=request.method, url=request.url, data=request.body)
        signer = SigV4Auth(Credentials(keys.access_key_id, keys.secret_access_key), "execute-api", self.api.region)
        signer.add_auth(signed)
        request.headers.update(dict(signed.headers))
        return request


@pytest.fixture(scope="module")
def tried() -> Iterator[Tried]:
    """One of its own: what is sent may put policies in force, and end people."""
    with Sandbox(behaviour=BEHAVIOUR) as sandbox:
        day_one = deployed_in(sandbox)
        yield Tried(api=day_one.deployed.api, documents=[_about({}), _about(_known(day_one))])


def _known(day_one: DayOne) -> Mapping[str, str]:
    """Somebody and something of each kind that paths and queries name."""
    # It has no secret, so nothing is sent there.
    nobody = {"kinds": ["change-held"], "webhook": {"url": "http://127.0.0.1:9/nobody"}}
    policy = {**policies.UNPROTECTED, "notifications": {"nobody": nobody}}
    change = day_one.put_in_force(policy)["change"]["id"]
    person = somebody("Engineering")
    day_one.told(person)
    account = day_one.organisation.make_account("tried")
    eventually(lambda: day_one.knows(f"/v1/accounts/{account}"))
    sso: Any = day_one.sandbox.client("sso-admin")
    sso.create_permission_set(InstanceArn=day_one.instance.arn, Name="ByHand")
    by_hand = {"subject": "permission-set:Theirs", "name": "ByHand"}
    eventually(lambda: day_one.get("/v1/inventory")["as_of"])
    return {
        "person": person["id"],
        "account": account,
        "change": change,
        "version": "1",
        "plan": day_one.planned(policies.text_of(policies.UNPROTECTED).decode())["id"],
        "destination": "nobody",
        "group": "Engineers",
        "permission_set": "ViewOnly",
        **by_hand,
    }


def _about(recorded: Mapping[str, str]) -> Any:  # noqa: ANN401
    """The document, in which only what is known can be named, if anything is, and nobody waits for long."""
    document = deepcopy(DOCUMENT)
    del document["security"]  # requests are signed here; that unsigned ones are refused is tried elsewhere
    operations = [entry for methods in document["paths"].values() for entry in methods.values()]
    for pair in (each for operation in operations for each in operation["parameters"]):
        if pair["name"] in recorded:
            pair["schema"] = {"type": "string", "enum": [recorded[pair["name"]]]}
        if pair["name"] == "wait":
            pair["schema"] = {**pair["schema"], "maximum": 1}
    return document


def _try(tried: Tried, method: str, path: str, *, mode: GenerationMode) -> None:
    # What is not known may be sent: a document of known names alone cannot say what may not.
    documents = tried.documents if mode is GenerationMode.POSITIVE else tried.documents[:1]
    operations = [schemathesis.openapi.from_dict(entry)[path][method] for entry in documents]

    @TRIES
    @given(case=one_of(*(apioperation.as_strategy(generation_mode=mode) for apioperation in operations)))
    def send(case: Case[Any]) -> None:
        answer = case.call(base_url=tried.api.url, auth=tried.sign, timeout=35)
        # What is longer than API Gateway takes (10,240 bytes of request line and headers) does not come to the API.
        assume(answer.status_code != HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        tried.statuses.setdefault((method, path), []).append(answer.status_code)
        # The check does not count 413 among the refusals.
        is_too_large = answer.status_code == HTTPStatus.CONTENT_TOO_LARGE
        must_be_refused = mode is GenerationMode.NEGATIVE and not _is_empty(case.query) and not is_too_large
        case.validate_response(answer, checks=[*CHECKS, negative_data_rejection] if must_be_refused else CHECKS)

    run: Callable[[], None] = send
    run()


def _is_empty(query: Mapping[str, Any] | None) -> bool:
    """Return whether a member of the query is empty, a list or an object, which clients leave out or expand."""
    return any(entry in ("", None) or isinstance(entry, list | dict) for entry in (query or {}).values())


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_what_may_be_sent_is_answered_as_the_document_says(tried: Tried, method: str, path: str) -> None:
    _try(tried, method, path, mode=GenerationMode.POSITIVE)


@pytest.mark.parametrize(("method", "path"), [(method, path) for method, path in ROUTES if _takes(method, path)])
def test_what_may_not_be_sent_is_refused_as_the_document_says(tried: Tried, method: str, path: str) -> None:
    _try(tried, method, path, mode=GenerationMode.NEGATIVE)


def test_most_of_it_was_not_stopped_on_the_way(tried: Tried) -> None:
    statuses = [number for several in tried.statuses.values() for number in several]
    assert statuses
    assert statuses.count(403) < len(statuses) / 2
    reads = [route for route in tried.statuses if route[0] == "GET"]
    # Nothing was granted, and nothing differs.
    none = {("GET", "/v1/grants/{grant}"), ("GET", "/v1/drift/{finding}"), ("GET", "/v1/drift/{finding}/policy")}
    assert {route for route in reads if 200 not in tried.statuses[route]} == none
