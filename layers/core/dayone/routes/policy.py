"""GET and PUT /v1/policy: the policy in force, and a new one."""

import json

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response, content_types

from dayone.domain.policy import PolicyVersion
from dayone.errors import NotFound
from dayone.routes.answers import policy_answer, submitted_answer
from dayone.routes.described import described
from dayone.routes.described_policy import POLICY_PUT, POLICY_READ
from dayone.routes.preconditions import etag_of, precondition_of
from dayone.routes.requests import authors_of, caller_of, files_of
from dayone.usecases.access_api import AccessApi
from dayone.usecases.submit_policy import submit_policy


def policy_routes(app: APIGatewayRestResolver, api: AccessApi) -> None:
    """Add the routes of the policy."""

    @app.get("/v1/policy")
    @described(POLICY_READ)
    def read_policy() -> Response[str]:
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
        wanted = precondition_of(event)
        kept = submit_policy(
            files_of(event), actor=caller_of(event), authors=authors_of(event), ports=api, precondition=wanted
        )
        return taken(kept)


def taken(kept: PolicyVersion) -> Response[str]:
    """202 with the change that a policy leads to."""
    answer = submitted_answer(kept)
    headers = {"Location": answer["href"], "ETag": etag_of(kept.version)}
    return Response(202, content_types.APPLICATION_JSON, json.dumps(answer), headers=headers)
