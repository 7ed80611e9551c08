"""Puts roles, sign-in and the portal together on top of one Identity Center."""

import time
from collections.abc import Callable

from sandbox.identity_center.center import IdentityCenter
from sandbox.identity_center.server import Page
from sandbox.sign_in.access_portal import AccessPortal
from sandbox.sign_in.authorization_codes import AuthorizationCodes
from sandbox.sign_in.clients import Clients
from sandbox.sign_in.control import Control
from sandbox.sign_in.device_grants import DeviceGrants
from sandbox.sign_in.entitlements import Entitlements
from sandbox.sign_in.member_accounts import MemberAccounts
from sandbox.sign_in.passwords import Passwords
from sandbox.sign_in.portal_api import PortalApi
from sandbox.sign_in.portal_sessions import PortalSessions
from sandbox.sign_in.reserved_roles.account_roles import Home
from sandbox.sign_in.reserved_roles.roles import Roles
from sandbox.sign_in.rest_api import RestApi
from sandbox.sign_in.role_credentials import Issuer, SessionLimits
from sandbox.sign_in.token_endpoint import TokenEndpoint
from sandbox.sign_in.web.browser import Browsers
from sandbox.sign_in.web.consent_pages import ConsentPages
from sandbox.sign_in.web.portal_pages import PortalPages
from sandbox.sign_in.web.sign_in_pages import SignInPages
from sandbox.sign_in.web.web_pages import WebPages


def add_sign_in(
    center: IdentityCenter, *, iam_endpoint: str | None, clock: Callable[[], float] = time.time
) -> tuple[Page, ...]:
    """Let roles follow the center's assignments, and return what answers requests of programs and browsers.

    IAM and STS of all accounts answer at `iam_endpoint`; without one there are no roles and no credentials.
    """
    roles = issuer = None
    limits = SessionLimits()
    if iam_endpoint:
        accounts = MemberAccounts(iam_endpoint, region=center.settings.region)
        home = Home(instance_arn=center.sso_admin.instance.instance_arn, region=center.settings.region)
        roles = Roles(accounts, home=home)
        issuer = Issuer(accounts, limits)
        center.listeners.add(roles)
    entitlements, passwords, sessions = Entitlements(center, roles), Passwords(), PortalSessions(clock)
    clients, devices, browsers = Clients(clock), DeviceGrants(clock), Browsers(sessions, entitlements)
    codes = AuthorizationCodes(clients, clock)
    portal = AccessPortal(sessions, entitlements, issuer)
    tokens = TokenEndpoint(clients, devices, codes, sessions, entitlements)
    return (
        RestApi(tokens, PortalApi(portal)),
        WebPages(
            SignInPages(entitlements, passwords, browsers),
            PortalPages(portal, browsers),
            ConsentPages(devices, codes, sessions, browsers),
            browsers,
        ),
        Control(center, entitlements, passwords, sessions, limits),
    )
