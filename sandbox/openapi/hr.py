"""The two routes of HR systems, which `receive_hr_event` answers: no AWS credentials, and limits of their own."""

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from dayone.api.examples import CHANGE, PERSON
from dayone.api.spec import Accepted, Body, Description, Parameter
from dayone.errors import Invalid, Malformed, NotFound, TooLarge, Unauthentic
from dayone.hr.connectors.base import CHALLENGE_HEADER, LONGEST_CHALLENGE, Kind
from dayone.hr.connectors.standard import ID_HEADER, SIGNATURES_HEADER, TIME_HEADER, PersonEvent
from dayone.hr.connectors.workforce_file import LARGEST_BODY
from dayone.hr.webhook import LONGEST_ID
from dayone.messages.deliveries import LONGEST_SOURCE, DeliveryAnswer, IgnoredAnswer, VerificationAnswer
from dayone.messages.problems import Described
from sandbox.openapi.routes import DescribedRoute
from sandbox.paths import REPOSITORY

_PATH = "/hr/{source}"
_RECEIVE = f"""Receive an HR system's event, without AWS credentials.

The delivery is authenticated in the way of its kind of HR system. Kinds `standard`, `csv` and `json`: a signature of \
Standard Webhooks in three headers, at most five minutes old. Kinds `bamboohr`, `hibob`, `gusto`, `deel` and `merge`: \
the vendor's signature in the vendor's header. Kinds `okta` and `workday`: a shared secret in the header \
`Authorization`, from the configured addresses only. The examples are named for the kinds.

A body has at most {Kind.largest_body // 2**10} KiB, that of a whole workforce (kinds `csv` and `json`) at most \
{LARGEST_BODY // 2**20} MiB. Ids of deliveries and of records have at most {LONGEST_ID} characters. An event whose \
`type` is `person.ended` needs its `data.id` only."""
_VERIFY = """Verify an address for an Okta event hook by sending its challenge back.

The answer is the same for every address, whether an HR system is configured there or not."""

_OTHER = Annotated[
    dict[str, Any] | list[dict[str, Any]],
    Described(description="A delivery of an HR system of another kind, or a whole workforce (kind `json`)."),
]
_SENT = PersonEvent | _OTHER
_FILE = Annotated[str, Described(maxLength=LARGEST_BODY, description="A whole workforce (kind `csv`).")]
_EVENT = {
    "type": "person.created",
    "timestamp": "2026-11-23T08:00:00Z",
    "data": {
        "id": PERSON,
        "email": "alice@example.com",
        "given_name": "Alice",
        "family_name": "Ferrari",
        "department": "Engineering",
        "start_date": "2026-12-01",
        "time_zone": "Europe/Berlin",
    },
}
_SOURCE = Parameter(
    name="source",
    text="The name of an HR system in the configuration; without one, `standard`.",
    place="path",
    example="standard",
    schema={"type": "string", "maxLength": LONGEST_SOURCE},
)
_HEADERS = (
    Parameter(
        name=ID_HEADER,
        text="The id of the delivery, the same when it is sent again. Kinds `standard`, `csv` and `json`.",
        place="header",
        example="msg_2fJkQ7hT9",
        schema={"type": "string", "minLength": 1, "maxLength": LONGEST_ID},
    ),
    Parameter(
        name=TIME_HEADER,
        text="The time of signing, in seconds since 1970. Kinds `standard`, `csv` and `json`.",
        place="header",
        example="1795424400",
        schema={"type": "string", "pattern": "^[0-9]{1,12}$"},
    ),
    Parameter(
        name=SIGNATURES_HEADER,
        text="HMAC-SHA256 over `id.timestamp.body` in base64, or several of them. Kinds `standard`, `csv` and `json`.",
        place="header",
        example="v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=",
        schema={"type": "string", "pattern": "^v1,[A-Za-z0-9+/]{43}=( v1,[A-Za-z0-9+/]{43}=){0,9}$"},
    ),
)
_IN_HEX = "^[0-9a-f]{64}$"
# The headers in which a vendor signs: the kind, the name, what it says and its pattern.
_VENDOR_HEADERS = tuple(
    Parameter(name=name, text=f"{says} Kind `{kind}`.", place="header", schema={"type": "string", "pattern": pattern})
    for kind, name, says, pattern in (
        ("bamboohr", "x-bamboohr-timestamp", "The time of signing, in seconds since 1970.", "^[0-9]{1,12}$"),
        ("bamboohr", "x-bamboohr-signature", "HMAC-SHA256 over the body and the timestamp, in hexadecimal.", _IN_HEX),
        ("hibob", "bob-signature", "HMAC-SHA512 over the body, in base64.", "^[A-Za-z0-9+/]{86}==$"),
        ("merge", "x-merge-webhook-signature", "HMAC-SHA256 over the body, in base64url.", "^[A-Za-z0-9_-]{43}=?$"),
        ("gusto", "x-gusto-signature", "HMAC-SHA256 over the body, in hexadecimal.", _IN_HEX),
        ("deel", "x-deel-signature", "HMAC-SHA256 over `POST` and the body, in hexadecimal.", _IN_HEX),
    )
)
# A delivery of each kind that sends JSON, as its vendor publishes it, by kind.
_DELIVERIES = {
    "bamboohr": "bamboohr_created",
    "hibob": "hibob_joined",
    "merge": "merge_created",
    "gusto": "gusto_created",
    "deel": "deel_created",
    "okta": "okta_created",
    "workday": "workday_hired",
    "json": "workforce_json",
}
_CHALLENGE = Parameter(
    name=CHALLENGE_HEADER,
    text="The text to send back.",
    place="header",
    required=True,
    example="4TtCbIbFmWSvVvZ2bEwWcGGm",
    schema={"type": "string", "minLength": 1, "maxLength": LONGEST_CHALLENGE},
)


def hr_routes() -> Sequence[DescribedRoute]:
    """Return the routes to which HR systems send, by method."""
    verify = Description(
        tag="HR systems",
        answer=VerificationAnswer,
        example={"verification": _CHALLENGE.example},
        takes=(_SOURCE, _CHALLENGE),
        refuses=(Invalid,),
    )
    receive = Description(
        tag="HR systems",
        answer=IgnoredAnswer,
        example={"ignored": "it is a test of the connection"},
        accepted=Accepted(answer=DeliveryAnswer, example={"change": CHANGE, "href": f"/v1/changes/{CHANGE}"}),
        takes=(_SOURCE, *_HEADERS, *_VENDOR_HEADERS),
        bodies=(
            Body(shape=_SENT, example=_EVENT, examples=_examples()),
            Body(shape=_FILE, example=_body_of("workforce_csv"), media_type="text/csv"),
        ),
        refuses=(Unauthentic, NotFound, Malformed, TooLarge, Invalid),
    )
    return [
        DescribedRoute(
            method="GET", path=_PATH, name="verify_hr_address", says=_VERIFY, description=verify, is_signed=False
        ),
        DescribedRoute(
            method="POST", path=_PATH, name="receive_hr_event", says=_RECEIVE, description=receive, is_signed=False
        ),
    ]


def _examples() -> Mapping[str, object]:
    """Return the bodies of the deliveries, by kind."""
    return {kind: json.loads(_body_of(name)) for kind, name in _DELIVERIES.items()}


def _body_of(name: str) -> str:
    event = json.loads((REPOSITORY / "events" / "receive_hr_event" / f"{name}.json").read_text(encoding="utf-8"))
    return str(event["body"])
