"""Access of a signed-in person; the API `sso` and the portal's pages both read it here."""

from sandbox.sign_in.entitlements import Entitlement, Entitlements, User
from sandbox.sign_in.portal_sessions import PortalSession, PortalSessions
from sandbox.sign_in.refusals import portal_refusal
from sandbox.sign_in.role_credentials import Issuer, RoleCredentials


class AccessPortal:
    """One person's accounts, permission sets and credentials; without an issuer there are no credentials."""

    def __init__(self, sessions: PortalSessions, entitlements: Entitlements, issuer: Issuer | None) -> None:
        self.sessions = sessions
        self.entitlements = entitlements
        self._issuer = issuer

    def signed_in(self, access_token: str) -> tuple[PortalSession, User]:
        """Return whose token this is; raises UnauthorizedException for one that is over, or whose user has gone."""
        session = self.sessions.of_token(access_token)
        user = self.entitlements.user(session.user_id) if session else None
        if session is None or user is None:
            raise portal_refusal("UnauthorizedException", "Session token not found or invalid")
        return session, user

    def entitled(self, user: User, *, account_id: str, permission_set: str) -> Entitlement:
        """Return what the user has there; raises ForbiddenException for what the user has not."""
        for entitlement in self.entitlements.of(user.id):
            if (entitlement.account_id, entitlement.permission_set) == (account_id, permission_set):
                return entitlement
        raise portal_refusal("ForbiddenException", "No access")

    def credentials(self, user: User, entitlement: Entitlement) -> RoleCredentials:
        """Issue credentials for what the user has; raises ForbiddenException."""
        if self._issuer is None:
            raise portal_refusal("ForbiddenException", "No access")
        return self._issuer.issue(user, entitlement)
