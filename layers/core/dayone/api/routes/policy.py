"""The policy in force, a new one, its versions, and rollback: /v1/policy."""

import json

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response, content_types

from dayone.api.context import AccessApi
from dayone.api.params import authors_of, caller_of, etag_of, files_of, precondition_of, window_of
from dayone.api.responses import policy_answer, submitted_answer, time_answer
from dayone.api.schemas.policy import (
    POLICY_PUT,
    POLICY_READ,
    ROLLBACK,
    VERSION,
    VERSIONS,
    VersionAnswer,
    VersionDetailAnswer,
    VersionsAnswer,
)
from dayone.api.spec import described
from dayone.errors import Malformed, NotFound
from dayone.model.policy.context import PolicyVersion
from dayone.policy import service
from dayone.policy.service import Kept, read_policies, read_policy_version, submit_policy


def policy_routes(app: APIGatewayRestResolver, api: AccessApi) -> None:
    """Add the routes of the policy."""

    @app.get("/v1/policy")
    @described(POLICY_READ)
    def get_policy() -> Response[str]:
        """Read the policy in force."""
        kept = api.archive.current()
        if kept is None:
            raise NotFound("no policy is in force: upload one with PUT /v1/policy")
        headers = {"ETag": etag_of(kept.version)}
        return Response(200, content_types.APPLICATION_JSON, json.dumps(policy_answer(kept)), headers=headers)

    @app.put("/v1/policy")
    @described(POLICY_PUT)
    def put_policy() -> Response[str]:
        """Put a policy in force: one file as YAML, or several as JSON. It replaces all files of the policy before."""
        event = app.current_event
        expected = precondition_of(event)
        kept = submit_policy(
            files_of(event), actor=caller_of(event), authors=authors_of(event), ports=api, precondition=expected
        )
        return accepted_policy(kept)


def accepted_policy(kept: PolicyVersion) -> Response[str]:
    """202 with the change that a policy leads to."""
    answer = submitted_answer(kept)
    headers = {"Location": answer["href"], "ETag": etag_of(kept.version)}
    return Response(202, content_types.APPLICATION_JSON, json.dumps(answer), headers=headers)


_MOST_DIGITS = 8


def policy_version_routes(app: APIGatewayRestResolver, api: AccessApi) -> None:
    """Add the routes about the policy's versions."""

    @app.get("/v1/policy/versions")
    @described(VERSIONS)
    def list_policy_versions() -> VersionsAnswer:
        """List the versions of the policy, newest first."""
        page = read_policies(window_of(app.current_event), ports=api)
        return {"versions": [_version(kept) for kept in page.entries], "cursor": page.cursor}

    @app.get("/v1/policy/versions/<version>")
    @described(VERSION)
    def get_policy_version(version: str) -> VersionDetailAnswer:
        """Read a version of the policy with its text."""
        found = read_policy_version(_number(version), ports=api)
        return {**policy_answer(found.version), "in_force": found.is_in_force}

    @app.post("/v1/policy/rollback/<version>")
    @described(ROLLBACK)
    def roll_back_policy(version: str) -> Response[str]:
        """Put the text of an earlier version of the policy in force, as a new version."""
        event = app.current_event
        return accepted_policy(
            service.roll_back_policy(_number(version), actor=caller_of(event), authors=authors_of(event), ports=api)
        )


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
        raise Malformed("the version must be a number: see GET /v1/policy/versions")
    return int(text)


def _version(kept: Kept) -> VersionAnswer:
    version = kept.version
    return {
        "version": version.version,
        "in_force": kept.is_in_force,
        "files": list(version.names),
        "actor": version.actor,
        "authors": list(version.authors),
        "at": time_answer(version.at),
        "change": version.change,
    }
