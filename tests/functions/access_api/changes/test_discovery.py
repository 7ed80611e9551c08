"""The wish that the whole organisation be looked at, over the API."""

from dayone.model.changes import CauseKind
from dayone.model.subjects import THE_ORGANIZATION
from tests.functions.access_api.state import NOW
from tests.functions.access_api.world import World, load


def test_it_is_taken_put_on_the_inbox_and_leads_to_a_change() -> None:
    world = World()
    answer = world.send("discover_accounts")
    (request,) = world.inbox.commands
    change = request.cause.change
    assert (answer.status, answer.headers["Location"]) == (202, f"/v1/changes/{change}")
    assert answer.body == {"change": change, "href": f"/v1/changes/{change}"}
    caller = load("discover_accounts")["requestContext"]["identity"]["userArn"]
    assert (request.subject, request.cause.kind, request.cause.actor, request.cause.at) == (
        THE_ORGANIZATION,
        CauseKind.DISCOVERY,
        caller,
        NOW,
    )
    assert world.state.changes[change].subjects is None


def test_who_does_not_sign_cannot_ask_for_it() -> None:
    event = load("discover_accounts")
    event["requestContext"]["identity"]["userArn"] = None
    assert World().send(event).status == 401
