"""The API `sso`: accounts, roles and credentials for the bearer of an access token."""

from collections.abc import Iterable, Mapping
from typing import Any

from sandbox.identity_center.protocol.paging import page
from sandbox.identity_center.protocol.service_error import ServiceError
from sandbox.sign_in.access_portal import AccessPortal
from sandbox.sign_in.entitlements import Entitlement
from sandbox.sign_in.refusals import portal_refusal

_PAGE = 100


class PortalApi:
    """Serves ListAccounts, ListAccountRoles, GetRoleCredentials and Logout."""

    def __init__(self, portal: AccessPortal) -> None:
        self._portal = portal

    def list_accounts(self, token: str, _query: Mapping[str, str]) -> dict[str, Any]:
        """Answer with one page of the accounts in which the person has anything."""
        _, user = self._portal.signed_in(token)
        accounts = {entitlement.account_id: entitlement for entitlement in self._portal.entitlements.of(user.id)}
        return _paged(
            "accountList",
            ((entitlement.account_id, _account(entitlement)) for entitlement in accounts.values()),
            _query,
        )

    def list_account_roles(self, token: str, query: Mapping[str, str]) -> dict[str, Any]:
        """Answer with one page of the person's permission sets in an account; an account without any is forbidden."""
        _, user = self._portal.signed_in(token)
        account_id = _required(query, "account_id")
        found = [
            entitlement for entitlement in self._portal.entitlements.of(user.id) if entitlement.account_id == account_id
        ]
        if not found:
            raise portal_refusal("ForbiddenException", "No access")
        roles = (
            (entitlement.permission_set, {"roleName": entitlement.permission_set, "accountId": account_id})
            for entitlement in found
        )
        return _paged("roleList", roles, query)

    def get_role_credentials(self, token: str, query: Mapping[str, str]) -> dict[str, Any]:
        """Answer with credentials, whose expiration is in milliseconds since the epoch."""
        _, user = self._portal.signed_in(token)
        account_id, role_name = _required(query, "account_id"), _required(query, "role_name")
        entitlement = self._portal.entitled(user, account_id=account_id, permission_set=role_name)
        issued = self._portal.credentials(user, entitlement)
        return {
            "roleCredentials": {
                "accessKeyId": issued.access_key_id,
                "secretAccessKey": issued.secret_access_key,
                "sessionToken": issued.session_token,
                "expiration": int(issued.expiration.timestamp() * 1000),
            }
        }

    def logout(self, token: str, _query: Mapping[str, str]) -> dict[str, Any]:
        """End the session that the token belongs to, refresh tokens included; role sessions go on, as on AWS."""
        session, _ = self._portal.signed_in(token)
        self._portal.sessions.end(session)
        return {}


def _account(entitlement: Entitlement) -> dict[str, str]:
    return {
        "accountId": entitlement.account_id,
        "accountName": entitlement.account_name,
        "emailAddress": entitlement.account_email,
    }


def _required(query: Mapping[str, str], name: str) -> str:
    if not query.get(name):
        raise portal_refusal("InvalidRequestException", f"{name} is missing.")
    return query[name]


def _paged(name: str, entries: Iterable[tuple[str, Any]], query: Mapping[str, str]) -> dict[str, Any]:
    size = query.get("max_result", str(_PAGE))
    if not size.isdigit() or not 1 <= int(size) <= _PAGE:
        raise portal_refusal("InvalidRequestException", f"max_result must be between 1 and {_PAGE}.")
    asked = {"NextToken": query.get("next_token"), "MaxResults": int(size)}
    try:
        answer = page(name, entries, asked)
    except ServiceError as error:
        raise portal_refusal("InvalidRequestException", error.message) from error
    # AWS answers with a token of null on the last page.
    return {name: answer[name], "nextToken": answer.get("NextToken")}
