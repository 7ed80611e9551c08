"""`dayone login`, `credentials` and `me`: a person signs in, gets what a shell needs, and sees as whom they act."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer

from dayone_cli.aws.device_sign_in import Code, DeviceSignIn
from dayone_cli.aws.portal_place import Portal, portal_of
from dayone_cli.aws.role_credentials import profile_block, role_credentials
from dayone_cli.aws.token_cache import Token, usual_cache
from dayone_cli.failures import Misused, Unauthorised
from dayone_cli.output.lists import facts
from dayone_cli.run import Run, command

_PANEL = "Access portal"
_SPARE = timedelta(minutes=1)

StartUrl = Annotated[
    str,
    typer.Option(
        envvar="DAYONE_START_URL",
        rich_help_panel=_PANEL,
        help="The access portal's URL; default: that of the AWS profile.",
    ),
]
SsoRegion = Annotated[
    str,
    typer.Option(
        envvar="DAYONE_SSO_REGION", rich_help_panel=_PANEL, help="Identity Center's Region, if it is a different one."
    ),
]
SsoSession = Annotated[
    str,
    typer.Option(
        envvar="DAYONE_SSO_SESSION",
        rich_help_panel=_PANEL,
        help="The sso-session of the AWS configuration that shares the sign-in; default: `dayone`.",
    ),
]


def register(app: typer.Typer) -> None:
    """Add the commands to the top."""
    command(app, "login")(login)
    command(app, "credentials")(credentials)
    command(app, "me")(me)


def login(
    run: Run,
    start_url: StartUrl = "",
    sso_region: SsoRegion = "",
    sso_session: SsoSession = "",
    *,
    browser: Annotated[bool, typer.Option(help="Open a browser, or only print the URL.")] = True,
) -> None:
    """Sign in at the access portal. The AWS CLI shares the sign-in."""
    portal = portal_of(run.target, start_url=start_url, region=sso_region, session=sso_session)

    def show(code: Code) -> None:
        run.screen.say(f"Confirm the code {code.user_code} at\n{code.url}")
        if browser:
            import webbrowser

            webbrowser.open(code.url)

    token = DeviceSignIn(oidc=_client(run, "sso-oidc", portal), portal=portal, show=show).sign_in()
    usual_cache().keep(token, portal)
    run.show(
        {"start_url": portal.start_url, "sso_session": portal.session, "until": token.expires_at.isoformat()}, facts
    )


def credentials(
    run: Run,
    account: Annotated[str, typer.Argument(help="The account's id.")],
    permission_set: Annotated[str, typer.Argument(help="The permission set.")],
    start_url: StartUrl = "",
    sso_region: SsoRegion = "",
    sso_session: SsoSession = "",
    *,
    as_process: Annotated[bool, typer.Option("--process", help="Print JSON for credential_process.")] = False,
    as_profile: Annotated[
        bool, typer.Option("--profile-block", help="Print a profile for ~/.aws/config, without keys.")
    ] = False,
) -> None:
    """Print export lines with credentials of a permission set in an account: eval "$(dayone credentials …)"."""
    if as_process and as_profile:
        raise Misused("Conflicting options", detail="choose --process or --profile-block")
    portal = portal_of(run.target, start_url=start_url, region=sso_region, session=sso_session)
    if as_profile:
        region = run.target.known_region
        run.screen.raw(profile_block(portal, account=account, permission_set=permission_set, region=region))
        return
    token = _valid_token(run, portal)
    sso = _client(run, "sso", portal)
    got = role_credentials(sso, access_token=token.access_token, account=account, permission_set=permission_set)
    run.screen.raw(got.process_output() if as_process else got.export_lines())


def me(run: Run) -> None:
    """Show as whom you call the API: your ARN, and the principal that approvals compare."""
    run.show(run.api.read("/v1/me"), facts)


def _valid_token(run: Run, portal: Portal) -> Token:
    cache = usual_cache()
    token = cache.kept(portal)
    if token and token.expires_at > datetime.now(UTC) + _SPARE:
        return token
    oidc = _client(run, "sso-oidc", portal)
    newer = DeviceSignIn(oidc=oidc, portal=portal, show=lambda _: None).refreshed(token) if token else None
    if newer is None:
        raise Unauthorised("Not signed in", detail=f"`dayone login` signs in at {portal.start_url}")
    cache.keep(newer, portal)
    return newer


def _client(run: Run, service: str, portal: Portal) -> Any:  # noqa: ANN401 - boto3's
    from botocore import UNSIGNED
    from botocore.config import Config

    # Nothing is signed, so nobody's credentials are looked for: a profile may get them from this very command.
    config = Config(signature_version=UNSIGNED)
    return run.target.session.client(service, region_name=portal.region, config=config)  # type: ignore[call-overload]
