"""Whether Day One can do its work where it is deployed: /v1/settings/check."""

from aws_lambda_powertools.event_handler import APIGatewayRestResolver

from dayone.contracts.api_settings import SettingsAnswer
from dayone.domain.findings import FindingState
from dayone.routes.described import described
from dayone.routes.described_settings import SETTINGS
from dayone.usecases.access_api import AccessApi
from dayone.usecases.check_settings import check_settings


def settings_routes(app: APIGatewayRestResolver, api: AccessApi) -> None:
    """Add the route about the settings."""

    @app.get("/v1/settings/check")
    @described(SETTINGS)
    def get_settings_check() -> SettingsAnswer:
        """Check the AWS setup that Day One is deployed into, with a correction for each finding."""
        found = check_settings(
            api.overview.given,
            ports=api.overview.surroundings,
            source=lambda: api.policies.current().people.identity_source,
        )
        states = {one.state for one in found}
        worst = next((one for one in (FindingState.WRONG, FindingState.WARNING) if one in states), FindingState.OK)
        return {
            "state": str(worst),
            "findings": [
                {
                    "name": finding.name,
                    "state": str(finding.state),
                    "says": finding.says,
                    "do": finding.do,
                    "paste": finding.paste,
                }
                for finding in found
            ],
        }
