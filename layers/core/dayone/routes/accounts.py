"""Accounts, who can reach them, and the wish that all of them be looked at: /v1/accounts."""

import json

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response, content_types

from dayone.contracts.api import AccountAccessAnswer, DiscoveryAnswer
from dayone.contracts.api_accounts import AccountInFullAnswer, AccountsAnswer
from dayone.domain.accounts import AccountState
from dayone.domain.settlements import permission_sets_in
from dayone.routes.answers import account_access_answer, account_answer
from dayone.routes.described import described
from dayone.routes.described_accounts import ACCOUNT_ACCESS, DISCOVERY
from dayone.routes.described_lists import ACCOUNT, ACCOUNTS
from dayone.routes.list_answers import accounts_answer, bootstrap_answer, permission_set_there_answer
from dayone.routes.queries import word_of
from dayone.routes.requests import caller_of, window_of
from dayone.usecases.access_api import AccessApi
from dayone.usecases.list_subjects import list_accounts
from dayone.usecases.read_access import account_access, read_account
from dayone.usecases.request_discovery import request_discovery


def account_routes(app: APIGatewayRestResolver, api: AccessApi) -> None:
    """Add the routes about accounts."""

    @app.get("/v1/accounts")
    @described(ACCOUNTS)
    def get_accounts() -> AccountsAnswer:
        """List the recorded accounts by id, optionally only those in a `state` of Organizations."""
        window, state = window_of(app.current_event), word_of(app.current_event, "state", AccountState)
        return accounts_answer(list_accounts(window, state=state, known=api.known))

    @app.get("/v1/accounts/<account>")
    @described(ACCOUNT)
    def get_account(account: str) -> AccountInFullAnswer:
        """Read an account: its record from Organizations, its planning status and its assignments."""
        return _in_full(account, api=api)

    @app.get("/v1/accounts/<account>/access")
    @described(ACCOUNT_ACCESS)
    def get_account_access(account: str) -> AccountAccessAnswer:
        """Read who has access to an account as AWS last confirmed it, through what, and the reasons."""
        window = window_of(app.current_event)
        return account_access_answer(account, account_access(account, window=window, records=api.records))

    @app.post("/v1/accounts/discover")
    @described(DISCOVERY)
    def discover_accounts() -> Response[str]:
        """Re-read every account of the organisation and correct its assignments."""
        change = request_discovery(actor=caller_of(app.current_event), ports=api)
        answer: DiscoveryAnswer = {"change": change, "href": f"/v1/changes/{change}"}
        headers = {"Location": answer["href"]}
        return Response(202, content_types.APPLICATION_JSON, json.dumps(answer), headers=headers)


def _in_full(account: str, *, api: AccessApi) -> AccountInFullAnswer:
    state = read_account(account, records=api.records)
    sets = permission_sets_in(state, planned=api.records.plan_of(state.head))
    return {
        **account_answer(state),
        "bootstrap": bootstrap_answer(state.head),
        "awaits_approval": state.head.awaits_approval,
        "permission_sets": [permission_set_there_answer(one) for one in sets],
    }
