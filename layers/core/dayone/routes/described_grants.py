"""What is said of the routes about grants."""

from dayone.contracts import api_grants
from dayone.domain.grants import GrantState
from dayone.errors import Inapplicable, Invalid, NotFound, TooLarge
from dayone.routes.described import PAGED, Body, Description, Parameter
from dayone.routes.examples import ACCOUNT, ADMINISTRATOR, AT, CHANGE, LATER_CHANGE, PERSON
from dayone.routes.queries import words_in

_UNTIL, _LATER = "2026-11-23T17:00:00+00:00", "2026-11-23T19:00:00+00:00"
_GRANT: api_grants.GrantAnswer = {
    "id": CHANGE,
    "state": "active",
    "kind": "assignment",
    "person": PERSON,
    "group": "",
    "account": ACCOUNT,
    "permission_set": "Admin",
    "reason": "the shop is down",
    "ticket": "OPS-7",
    "from": AT,
    "until": _UNTIL,
    "granted_by": ADMINISTRATOR,
    "granted_at": AT,
    "extensions": [],
    "ended": None,
}
_WISH: api_grants.GrantWishBody = {
    "assignment": {"person": PERSON, "account": ACCOUNT, "permission_set": "Admin"},
    "reason": "the shop is down",
    "ticket": "OPS-7",
    "until": _UNTIL,
}
_LONGER: api_grants.ExtensionWish = {"until": _LATER}
_ENOUGH: api_grants.EndWish = {"because": "the shop is up again"}
_GIVEN: api_grants.GrantTakenAnswer = {"grant": CHANGE, "change": CHANGE, "href": f"/v1/grants/{CHANGE}"}
_CHANGED: api_grants.GrantTakenAnswer = {"grant": CHANGE, "change": LATER_CHANGE, "href": f"/v1/grants/{CHANGE}"}
_IN_FULL: api_grants.GrantInFullAnswer = {"grant": _GRANT, "is_there": True, "note": ""}

_PERSON = Parameter(name="person", says="Only grants of this person, by their id in the HR system.", example=PERSON)
_ACCOUNT = Parameter(name="account", says="Only grants in this account.", example=ACCOUNT)
_STATE = Parameter(
    name="state",
    says="Only grants in this state; a page may then be short, or empty, and still have a cursor.",
    example="active",
    schema=words_in(GrantState),
)

GRANTS = Description(
    tag="grants",
    answer=api_grants.GrantsAnswer,
    example={"grants": [_GRANT], "cursor": ""},
    takes=(_PERSON, _ACCOUNT, _STATE, *PAGED),
)
GRANT = Description(tag="grants", answer=api_grants.GrantInFullAnswer, example=_IN_FULL, refuses=(NotFound,))
GIFT = Description(
    tag="grants",
    answer=api_grants.GrantTakenAnswer,
    example=_GIVEN,
    status=202,
    bodies=(Body(shape=api_grants.GrantWishBody, example=_WISH),),
    refuses=(NotFound, Invalid, TooLarge),
)
EXTENSION = Description(
    tag="grants",
    answer=api_grants.GrantTakenAnswer,
    example=_CHANGED,
    status=202,
    bodies=(Body(shape=api_grants.ExtensionWish, example=_LONGER),),
    refuses=(NotFound, Inapplicable, Invalid, TooLarge),
)
END = Description(
    tag="grants",
    answer=api_grants.GrantTakenAnswer,
    example=_CHANGED,
    status=202,
    bodies=(Body(shape=api_grants.EndWish, example=_ENOUGH, required=False),),
    refuses=(NotFound, Inapplicable, Invalid, TooLarge),
)
