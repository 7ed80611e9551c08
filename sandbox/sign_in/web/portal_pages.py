"""The portal itself: accounts, permission sets, the way to the console, and access keys."""

from itertools import groupby

from werkzeug.wrappers import Request, Response

from sandbox.sign_in.access_portal import AccessPortal
from sandbox.sign_in.entitlements import Entitlement, User
from sandbox.sign_in.refusals import Refusal
from sandbox.sign_in.role_credentials import RoleCredentials
from sandbox.sign_in.web.browser import HOME, Browsers, to_sign_in
from sandbox.sign_in.web.page_templates import redirected, shown


class PortalPages:
    """Serves the pages of somebody who is signed in; anybody else is sent to sign in."""

    def __init__(self, portal: AccessPortal, browsers: Browsers) -> None:
        self._portal = portal
        self._browsers = browsers

    def accounts(self, request: Request) -> Response:
        """Show every account in which the person has anything, with the permission sets there."""
        visitor = self._browsers.visitor(request)
        if visitor is None:
            return to_sign_in(request)
        _, user = visitor
        found = groupby(self._portal.entitlements.of(user.id), key=lambda entry: entry.account_id)
        return shown("accounts.html", user=user, accounts=[list(entitlements) for _, entitlements in found])

    def access_keys(self, request: Request) -> Response:
        """Show new credentials for one permission set, as lines for a shell and as profiles."""
        return self._with_credentials(request, "access_keys.html")

    def console(self, request: Request) -> Response:
        """Show whom AWS would let into its console: the console itself is not part of the local AWS."""
        return self._with_credentials(request, "console.html")

    def _with_credentials(self, request: Request, template: str) -> Response:
        visitor = self._browsers.visitor(request)
        if visitor is None:
            return to_sign_in(request)
        _, user = visitor
        if not request.args.get("role_name"):
            return redirected(HOME)
        try:
            entitlement, issued = self._issue(request, user)
        except Refusal:
            return shown("no_access.html", status=403, user=user)
        return shown(
            template,
            user=user,
            entitlement=entitlement,
            issued=issued,
            start_url=self._portal.entitlements.start_url,
            region=self._portal.entitlements.region,
            destination=request.args.get("destination") or entitlement.relay_state,
        )

    def _issue(self, request: Request, user: User) -> tuple[Entitlement, RoleCredentials]:
        account_id, permission_set = request.args.get("account_id", ""), request.args["role_name"]
        entitlement = self._portal.entitled(user, account_id=account_id, permission_set=permission_set)
        return entitlement, self._portal.credentials(user, entitlement)
