"""Address of the sign-in portal, from the command line, the environment, or the AWS configuration."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dayone_cli.aws.aws_failures import aws_asked
from dayone_cli.aws.target import Target
from dayone_cli.failures import Misused

SESSION = "dayone"


@dataclass(frozen=True, kw_only=True)
class Portal:
    """The access portal: its URL, its Region, and the name of the sso-session that tokens are kept under.

    Without a name they are kept under the URL, as for profiles from before there were sso-sessions.
    """

    start_url: str
    region: str
    session: str = ""

    @property
    def token_name(self) -> str:
        """Name on which the token's file name is based."""
        return self.session or self.start_url


def portal_of(target: Target, *, start_url: str = "", region: str = "", session: str = "") -> Portal:
    """Return the portal of the options, else of the AWS profile, else of an sso-session of that name; raise Misused."""
    if start_url:
        return Portal(start_url=start_url, region=region or target.known_region, session=session or SESSION)
    with aws_asked("read the AWS configuration"):
        profile: Mapping[str, Any] = _profile(target) if not session else {}
        sessions: Mapping[str, Any] = target.configuration.full_config.get("sso_sessions", {})
    name = session or str(profile.get("sso_session", "")) or SESSION
    if not profile.get("sso_session") and profile.get("sso_start_url"):
        return Portal(start_url=profile["sso_start_url"], region=region or profile["sso_region"])
    if "sso_start_url" not in sessions.get(name, {}):
        detail = "add --start-url, or set DAYONE_START_URL, or name a --profile that has an sso_session"
        raise Misused("No access portal is configured", detail=detail)
    return Portal(
        start_url=sessions[name]["sso_start_url"], region=region or sessions[name]["sso_region"], session=name
    )


def _profile(target: Target) -> Mapping[str, Any]:
    named = target.profile or os.environ.get("AWS_PROFILE", "")
    scoped: Mapping[str, Any] = target.configuration.get_scoped_config() if named else {}
    return scoped
