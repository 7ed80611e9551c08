"""An account, who can reach it, and the wish that all of them be looked at: /v1/accounts."""

import json

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response, content_types

from dayone.contracts.api import AccountAccessAnswer, AccountAnswer, DiscoveryAnswer
from dayone.routes.answers import account_access_answer, account_answer
from dayone.routes.described import described
from dayone.routes.described_accounts import ACCOUNT_ACCESS, ACCOUNT_READ, DISCOVERY
from dayone.routes.requests import caller_of, window_of
from dayone.usecases.access_api import AccessApi
from dayone.usecases.read_access import account_access, read_account
from dayone.usecases.request_discovery import request_discovery


def account_routes(app: APIGatewayRestResolver, api: AccessApi) -> None:
    """Add the routes about accounts."""

    @app.get("/v1/accounts/<account>")
    @described(ACCOUNT_READ)
    def get_account(account: str) -> AccountAnswer:
        """Read an account: as Organizations tells it, and how far it has been planned."""
        return account_answer(read_account(account, records=api.records))

    @app.get("/v1/accounts/<account>/access")
    @described(ACCOUNT_ACCESS)
    def get_account_access(account: str) -> AccountAccessAnswer:
        """Read who can reach an account, through which group and with what, and why."""
        window = window_of(app.current_event)
        return account_access_answer(account, account_access(account, window=window, records=api.records))

    @app.post("/v1/accounts/discover")
    @described(DISCOVERY)
    def discover_accounts() -> Response[str]:
        """Have every account of the organisation looked at."""
        change = request_discovery(actor=caller_of(app.current_event), api=api)
        answer: DiscoveryAnswer = {"change": change, "href": f"/v1/changes/{change}"}
        headers = {"Location": answer["href"]}
        return Response(202, content_types.APPLICATION_JSON, json.dumps(answer), headers=headers)
