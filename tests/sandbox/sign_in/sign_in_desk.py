"""Sign-in in this process, with a clock that tests move: a program's side by the APIs, a person's by the pages."""

import base64
import hashlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import botocore.loaders
from botocore.model import ServiceModel, StructureShape
from werkzeug.datastructures import Headers
from werkzeug.test import Client, TestResponse

from sandbox.browser.html_pages import HtmlPage
from sandbox.identity_center.center import IdentityCenter
from sandbox.identity_center.protocol.request_validation import violations
from sandbox.identity_center.protocol.service_models import ServiceModels
from sandbox.identity_center.server import Application
from sandbox.identity_center.settings import Settings
from sandbox.sign_in.doors import ONE_TIME_PASSWORDS
from sandbox.sign_in.service import add_sign_in
from tests.sandbox.identity_center.calls import eventually, person

DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
PASSWORD = "Correct-horse-7"
CALLBACK = "http://127.0.0.1/oauth/callback"
VERIFIER = "a" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
SCOPE = "sso:account:access"
_PATHS = {
    "RegisterClient": "/client/register",
    "StartDeviceAuthorization": "/device_authorization",
    "CreateToken": "/token",
}


class Desk:
    """One Identity Center with sign-in; `now` is its time in seconds."""

    def __init__(self, models: ServiceModels) -> None:
        self.now = 1_800_000_000.0
        self.models = models
        self.center = IdentityCenter(Settings(), models, lambda *_: None)
        pages = add_sign_in(self.center, iam_endpoint=None, clock=lambda: self.now)
        self.application = Application(self.center, models, pages)
        self.program = Client(self.application, use_cookies=False)
        loader = botocore.loaders.Loader()
        self._apis = {name: ServiceModel(loader.load_service_model(name, "service-2")) for name in ("sso", "sso-oidc")}

    @property
    def start_url(self) -> str:
        """AWS's default start URL."""
        return f"https://{self.center.directory.store_id}.awsapps.com/start"

    def call(self, target: str, **parameters: Any) -> Any:  # noqa: ANN401 - AWS takes every JSON type
        """Make a call of Identity Center itself, with the identity store and instance filled in."""
        operation = self.models.operation(target)
        assert operation is not None
        shape = operation.model.input_shape
        existing = {
            "IdentityStoreId": self.center.directory.store_id,
            "InstanceArn": self.center.sso_admin.instance.instance_arn,
        }
        wanted = {name: text for name, text in existing.items() if shape and name in shape.members}
        return self.center.answer(operation, wanted | parameters)

    def hire(self, name: str) -> str:
        """A new user; returns the id."""
        return str(self.call("AWSIdentityStore.CreateUser", **person(name))["UserId"])

    def give(self, principal: str, permission_set: str, *, account: str = "111122223333", kind: str = "USER") -> None:
        """Let a user or group have a permission set, which is made, in an account."""
        made = self.call("SWBExternalService.CreatePermissionSet", Name=permission_set)
        arn = made["PermissionSet"]["PermissionSetArn"]
        which = {
            "TargetId": account,
            "TargetType": "AWS_ACCOUNT",
            "PermissionSetArn": arn,
            "PrincipalType": kind,
            "PrincipalId": principal,
        }
        self.call("SWBExternalService.CreateAccountAssignment", **which)
        eventually(
            lambda: {assignment.permission_set_arn for assignment in self.center.assignments},
            lambda found: arn in found,
        )

    def oidc(self, operation: str, **parameters: Any) -> Any:  # noqa: ANN401 - JSON
        """Return the response of sso-oidc with status 200."""
        return self._answer(self._post(operation, parameters), "sso-oidc", operation)

    def oidc_refusal(self, operation: str, **parameters: Any) -> tuple[int, str, str]:  # noqa: ANN401 - JSON
        """The status, the error's name and OAuth's name for it, with which sso-oidc refuses; AWS's model has it."""
        response = self._post(operation, parameters)
        status, code = self._refusal(response, "sso-oidc", operation)
        return status, code, response.get_json()["error"]

    def sso(self, operation: str, token: str, **query: Any) -> Any:  # noqa: ANN401 - JSON
        """Return the response of sso with status 200."""
        return self._answer(self._bearer(operation, token, query), "sso", operation)

    def sso_refusal(self, operation: str, token: str, **query: Any) -> tuple[int, str]:  # noqa: ANN401 - JSON
        """The status and the error's name with which sso refuses."""
        response = self._bearer(operation, token, query)
        # What AWS answers, and its model leaves out.
        if response.headers["x-amzn-ErrorType"] == "ForbiddenException":
            return response.status_code, "ForbiddenException"
        return self._refusal(response, "sso", operation)

    def register(self, **parameters: Any) -> dict[str, str]:  # noqa: ANN401 - AWS takes every JSON type
        """Register a client; returns what it proves itself with."""
        said = self.oidc("RegisterClient", **({"clientName": "botocore", "clientType": "public"} | parameters))
        return {"clientId": said["clientId"], "clientSecret": said["clientSecret"]}

    def poll(self, client: Mapping[str, str], device_code: str) -> dict[str, Any]:
        """The parameters of CreateToken for a device code."""
        return {**client, "grantType": DEVICE, "deviceCode": device_code}

    def token_of(self, name: str, **registration: Any) -> dict[str, Any]:  # noqa: ANN401 - AWS takes every JSON type
        """Sign somebody in by device code; returns what CreateToken answered."""
        client = self.register(**registration)
        started = self.oidc("StartDeviceAuthorization", **client, startUrl=self.start_url)
        self.browser(name).allow_device(started["userCode"])
        answer = dict(self.oidc("CreateToken", **self.poll(client, started["deviceCode"])))
        return answer | {"client": client}

    def browser(self, name: str) -> "Browser":
        """A browser at which somebody has just signed in."""
        browser = Browser(self)
        browser.sign_in(name)
        return browser

    def _post(self, operation: str, parameters: Mapping[str, Any]) -> TestResponse:
        return self.program.post(_PATHS[operation], json=parameters)

    def _bearer(self, operation: str, token: str, query: Mapping[str, Any]) -> TestResponse:
        http = self._apis["sso"].operation_model(operation).http
        headers = {"x-amz-sso_bearer_token": token}
        return self.program.open(http["requestUri"], method=http["method"], query_string=dict(query), headers=headers)

    def _answer(self, response: TestResponse, service: str, operation: str) -> Any:  # noqa: ANN401 - JSON
        assert response.status_code == 200, response.text
        answer = response.get_json()
        shape = self._apis[service].operation_model(operation).output_shape
        if isinstance(shape, StructureShape):
            present = {name: entry for name, entry in answer.items() if entry is not None}
            assert [str(broken) for broken in violations(shape, present)] == []
        return answer

    def _refusal(self, response: TestResponse, service: str, operation: str) -> tuple[int, str]:
        code = response.headers["x-amzn-ErrorType"]
        shapes = {shape.name: shape for shape in self._apis[service].operation_model(operation).error_shapes}
        assert response.status_code == shapes[code].metadata["error"]["httpStatusCode"]
        return response.status_code, code


class Browser:
    """Somebody at a browser, with its cookies."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._client = Client(desk.application)
        self.page = HtmlPage("")
        self.status = 0
        self.location = ""
        self.text = ""
        self.headers = Headers()

    @property
    def cookie(self) -> str:
        """Value of the browser's session cookie."""
        cookie = self._client.get_cookie("x-amz-sso_authn")
        assert cookie is not None
        return cookie.value

    def sign_in(self, name: str, *, password: str = "") -> None:
        """Go through the pages; without a password as the first time, by the one-time password."""
        self.post("/start/sign-in", user_name=name)
        if password:
            self.post("/start/password", user_name=name, password=password)
            return
        once = self._desk.program.get(f"{ONE_TIME_PASSWORDS}/{name}").get_json()["OneTimePassword"]
        self.post("/start/password", user_name=name, password=once)
        fields = self.page.form("/start/new-password").fields
        self.post("/start/new-password", **(fields | {"password": PASSWORD, "again": PASSWORD}))
        assert self.status == 303, self.page.texts

    def get(self, path: str, **query: str) -> None:
        """Open a page."""
        self._keep(self._client.get(path, query_string=query))

    def post(self, path: str, **form: str) -> None:
        """Send a form."""
        self._keep(self._client.post(path, data=form))

    def allow_device(self, user_code: str, *, answer: str = "allow") -> None:
        """Answer a program that shows a code."""
        self.post("/start/device", user_code=user_code, answer=answer)

    def redirect(self) -> dict[str, str]:
        """The query of the address the browser has been sent to."""
        return {name: texts[0] for name, texts in parse_qs(urlsplit(self.location).query).items()}

    def _keep(self, response: TestResponse) -> None:
        self.page, self.status, self.text = HtmlPage(response.text), response.status_code, response.text
        self.headers = response.headers
        self.location = response.headers.get("Location", "")
