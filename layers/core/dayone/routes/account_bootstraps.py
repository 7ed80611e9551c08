"""Accounts that are to be given everything again: POST /v1/accounts/{id}/bootstrap and /v1/accounts/bootstrap."""

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response

from dayone.errors import Malformed
from dayone.routes.described import described
from dayone.routes.described_writes import ACCOUNT_BOOTSTRAP, ACCOUNTS_BOOTSTRAP
from dayone.routes.requests import Event, caller_of, object_of
from dayone.routes.taken import taken
from dayone.usecases.access_api import AccessApi
from dayone.usecases.read_access import read_account
from dayone.usecases.request_bootstrap import request_bootstrap

_WHAT = '`{"accounts": ["123456789012"]}`'


def account_bootstrap_routes(app: APIGatewayRestResolver, api: AccessApi) -> None:
    """Add the routes by which accounts are bootstrapped again."""

    @app.post("/v1/accounts/<account>/bootstrap")
    @described(ACCOUNT_BOOTSTRAP)
    def bootstrap_account(account: str) -> Response[str]:
        """Re-read an account from Organizations and create the assignments it lacks."""
        actor = caller_of(app.current_event)
        name = read_account(account, records=api.records).head.subject.name
        return taken(request_bootstrap([name], actor=actor, ports=api).change)

    @app.post("/v1/accounts/bootstrap")
    @described(ACCOUNTS_BOOTSTRAP)
    def bootstrap_accounts() -> Response[str]:
        """Re-read up to 100 accounts from Organizations and create the assignments they lack, as one change."""
        event = app.current_event
        return taken(request_bootstrap(_accounts_in(event), actor=caller_of(event), ports=api).change)


def _accounts_in(event: Event) -> list[str]:
    accounts = object_of(event, members=("accounts",), what=_WHAT).get("accounts")
    if not isinstance(accounts, list) or not accounts or not all(isinstance(one, str) for one in accounts):
        raise Malformed(f"the body names no accounts: send {_WHAT}")
    return accounts
