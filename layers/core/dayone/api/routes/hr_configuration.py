"""The configuration of HR systems, and the approval of one that is held: /v1/hr-configuration."""

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response

from dayone.api.context import AccessApi
from dayone.api.params import caller_of
from dayone.api.responses import accepted_response
from dayone.api.schemas.hr_configuration import HR_APPROVAL, HR_CONFIGURATION, HrConfigurationAnswer, HrVersionAnswer
from dayone.api.spec import described
from dayone.model.hr.versions import HrVersion
from dayone.ops.hr_configuration_approval import request_hr_approval


def hr_configuration_routes(app: APIGatewayRestResolver, api: AccessApi) -> None:
    """Add the routes about the configuration of HR systems."""

    @app.get("/v1/hr-configuration")
    @described(HR_CONFIGURATION)
    def get_hr_configuration() -> HrConfigurationAnswer:
        """Read the configuration of HR systems that counts, and the newest one."""
        versions = api.hr_versions.versions()
        return {"in_force": _version_answer(versions.in_force), "newest": _version_answer(versions.newest)}

    @app.post("/v1/hr-configuration/<digest>/approve")
    @described(HR_APPROVAL)
    def approve_hr_configuration(digest: str) -> Response[str]:
        """Approve the configuration of HR systems that is held; nobody can who has written it."""
        return accepted_response(request_hr_approval(digest, actor=caller_of(app.current_event), ports=api))


def _version_answer(version: HrVersion | None) -> HrVersionAnswer | None:
    if version is None:
        return None
    return {
        "version": version.number,
        "digest": version.digest,
        "state": str(version.state),
        "at": version.at.isoformat(),
        "authors": list(version.authors),
        "reasons": list(version.reasons),
        "approved_by": version.approved_by,
        "text": version.text,
    }
