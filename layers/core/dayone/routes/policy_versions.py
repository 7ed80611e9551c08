"""GET /v1/policy/versions and POST /v1/policy/rollback/{version}: what held when, and how to go back to it."""

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response

from dayone.contracts.api_policy import VersionAnswer, VersionInFullAnswer, VersionsAnswer
from dayone.errors import Malformed
from dayone.routes.answers import policy_answer, time_answer
from dayone.routes.described import described
from dayone.routes.described_policy import ROLLBACK, VERSION, VERSIONS
from dayone.routes.policy import taken
from dayone.routes.requests import authors_of, caller_of, window_of
from dayone.usecases.access_api import AccessApi
from dayone.usecases.read_policies import Kept, read_policies, read_policy_version
from dayone.usecases.roll_back_policy import roll_back_policy

_MOST_DIGITS = 8


def policy_version_routes(app: APIGatewayRestResolver, api: AccessApi) -> None:
    """Add the routes about the policy's versions."""

    @app.get("/v1/policy/versions")
    @described(VERSIONS)
    def list_policy_versions() -> VersionsAnswer:
        """List the versions of the policy, newest first."""
        page = read_policies(window_of(app.current_event), ports=api)
        return {"versions": [_version(one) for one in page.entries], "cursor": page.cursor}

    @app.get("/v1/policy/versions/<version>")
    @described(VERSION)
    def get_policy_version(version: str) -> VersionInFullAnswer:
        """Read a version of the policy with its text."""
        found = read_policy_version(_number(version), ports=api)
        return {**policy_answer(found.version), "in_force": found.is_in_force}

    @app.post("/v1/policy/rollback/<version>")
    @described(ROLLBACK)
    def post_rollback(version: str) -> Response[str]:
        """Put the text of an earlier version of the policy in force, as a new version."""
        event = app.current_event
        return taken(roll_back_policy(_number(version), actor=caller_of(event), authors=authors_of(event), ports=api))


def _number(said: str) -> int:
    if not (said.isascii() and said.isdigit() and len(said) <= _MOST_DIGITS):
        raise Malformed("the version must be a number: see GET /v1/policy/versions")
    return int(said)


def _version(one: Kept) -> VersionAnswer:
    version = one.version
    return {
        "version": version.version,
        "in_force": one.is_in_force,
        "files": list(version.names),
        "actor": version.actor,
        "authors": list(version.authors),
        "at": time_answer(version.at),
        "change": version.change,
    }
