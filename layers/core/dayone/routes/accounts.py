"""GET /v1/accounts/{id} and /v1/accounts/{id}/access: an account, and who can reach it."""

from aws_lambda_powertools.event_handler import APIGatewayRestResolver

from dayone.contracts.api import AccountAccessAnswer, AccountAnswer
from dayone.routes.answers import account_access_answer, account_answer
from dayone.routes.requests import window_of
from dayone.usecases.access_api import AccessApi
from dayone.usecases.read_access import account_access, read_account


def account_routes(app: APIGatewayRestResolver, api: AccessApi) -> None:
    """Add the routes about accounts."""

    @app.get("/v1/accounts/<account>")
    def get_account(account: str) -> AccountAnswer:
        return account_answer(read_account(account, records=api.records))

    @app.get("/v1/accounts/<account>/access")
    def get_account_access(account: str) -> AccountAccessAnswer:
        window = window_of(app.current_event)
        return account_access_answer(account, account_access(account, window=window, records=api.records))
