"""Accounts, who can reach them, discovery and bootstrap: /v1/accounts."""

import json
from functools import partial

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response, content_types

from dayone.access import queries
from dayone.access.find import find_account, has_text, search_subjects
from dayone.access.queries import permission_sets_in
from dayone.accounts.discovery import MOST_ACCOUNTS, request_bootstrap, request_discovery
from dayone.api.context import AccessApi
from dayone.api.lists import accounts_answer, bootstrap_answer, permission_set_there_answer
from dayone.api.params import Event, caller_of, object_of, query_text, window_of, word_of
from dayone.api.responses import accepted_response, account_access_answer, account_answer
from dayone.api.schemas.accounts import ACCOUNT_ACCESS, DISCOVERY, AccountDetailAnswer, AccountsAnswer
from dayone.api.schemas.base import AccountAccessAnswer, DiscoveryAnswer
from dayone.api.schemas.lists import ACCOUNT, ACCOUNTS
from dayone.api.schemas.people import ACCOUNT_BOOTSTRAP, ACCOUNTS_BOOTSTRAP
from dayone.api.spec import described
from dayone.errors import Malformed
from dayone.lookups import read_account
from dayone.model.accounts import Account, AccountState
from dayone.model.subject_state import SubjectState
from dayone.model.subjects import SubjectKind
from dayone.ports.records import Page

_WHAT = '`{"accounts": ["123456789012"]}`'


def account_bootstrap_routes(app: APIGatewayRestResolver, api: AccessApi) -> None:
    """Add the routes by which accounts are bootstrapped again."""

    @app.post("/v1/accounts/<account>/bootstrap")
    @described(ACCOUNT_BOOTSTRAP)
    def bootstrap_account(account: str) -> Response[str]:
        """Re-read an account from Organizations and create the assignments it lacks."""
        actor = caller_of(app.current_event)
        name = read_account(account, records=api.records).head.subject.name
        return accepted_response(request_bootstrap([name], actor=actor, ports=api).change)

    @app.post("/v1/accounts/bootstrap")
    @described(ACCOUNTS_BOOTSTRAP)
    def bootstrap_accounts() -> Response[str]:
        """Re-read up to 100 accounts from Organizations and create the assignments they lack, as one change."""
        event = app.current_event
        accounts = object_of(event, members=("accounts",), what=_WHAT).get("accounts")
        if not isinstance(accounts, list) or not accounts or not all(isinstance(entry, str) for entry in accounts):
            raise Malformed(f"the body names no accounts: send {_WHAT}")
        # More of them are refused, so nobody is looked up for those.
        found = [find_account(account, ports=api) for account in accounts[: MOST_ACCOUNTS + 1]]
        return accepted_response(request_bootstrap(found, actor=caller_of(event), ports=api).change)


def account_routes(app: APIGatewayRestResolver, api: AccessApi) -> None:
    """Add the routes about accounts."""

    @app.get("/v1/accounts")
    @described(ACCOUNTS)
    def list_accounts() -> AccountsAnswer:
        """List the recorded accounts by id, optionally only those in a `state` or that a `search` finds."""
        return accounts_answer(_listed(app.current_event, api=api))

    @app.get("/v1/accounts/<account>")
    @described(ACCOUNT)
    def get_account(account: str) -> AccountDetailAnswer:
        """Read an account: its record from Organizations, its planning status and its assignments."""
        return _in_full(account, api=api)

    @app.get("/v1/accounts/<account>/access")
    @described(ACCOUNT_ACCESS)
    def get_account_access(account: str) -> AccountAccessAnswer:
        """Read who has access to an account as AWS last confirmed it, through what, and the reasons."""
        window = window_of(app.current_event)
        return account_access_answer(account, queries.account_access(account, window=window, records=api.records))

    @app.post("/v1/accounts/discover")
    @described(DISCOVERY)
    def discover_accounts() -> Response[str]:
        """Re-read every account of the organisation and correct its assignments."""
        change = request_discovery(actor=caller_of(app.current_event), ports=api)
        answer: DiscoveryAnswer = {"change": change, "href": f"/v1/changes/{change}"}
        headers = {"Location": answer["href"]}
        return Response(202, content_types.APPLICATION_JSON, json.dumps(answer), headers=headers)


def _listed(event: Event, *, api: AccessApi) -> Page[SubjectState]:
    state, search = word_of(event, "state", AccountState), query_text(event, "search")
    matches = partial(_matches, state=state, search=search)
    return search_subjects(SubjectKind.ACCOUNT, window=window_of(event), index=api.index, matches=matches)


def _matches(found: SubjectState, *, state: AccountState | None, search: str) -> bool:
    fact = found.head.fact
    is_in_state = state is None or (isinstance(fact, Account) and fact.state is state)
    return is_in_state and (not search or has_text(found, search))


def _in_full(account: str, *, api: AccessApi) -> AccountDetailAnswer:
    state = read_account(account, records=api.records)
    sets = permission_sets_in(state, planned=api.records.plan_of(state.head))
    return {
        **account_answer(state),
        "bootstrap": bootstrap_answer(state.head),
        "awaits_approval": state.head.awaits_approval,
        "permission_sets": [permission_set_there_answer(permission_set) for permission_set in sets],
    }
