"""What is sent to the HTTP API about people and accounts, for its document; the functions check it by hand."""

from typing import Annotated, NotRequired, TypedDict

from dayone.contracts.api_words import AccountId, Described, one_of
from dayone.domain.people import STATED

PersonId = Annotated[str, Described(pattern="^[A-Za-z0-9._@+-]{1,128}$")]
Name = Annotated[str, Described(minLength=1, maxLength=1024)]
Text = Annotated[str, Described(maxLength=1024)]
Day = Annotated[str, Described(format="date")]


class PersonSent(TypedDict):
    """A complete person record, with the members of an HR record: an attribute left out is removed, not kept.

    Dates are ISO 8601; `time_zone` is an IANA name and decides when a day begins.
    """

    email: Annotated[str, Described(format="email", maxLength=254)]
    given_name: Name
    family_name: Name
    id: NotRequired[PersonId]
    user_name: NotRequired[Annotated[str, Described(pattern="^\\S{1,128}$")] | None]
    display_name: NotRequired[Name | None]
    department: NotRequired[Text]
    title: NotRequired[Text]
    team: NotRequired[Text]
    cost_centre: NotRequired[Text]
    location: NotRequired[Text]
    employment: NotRequired[Text]
    manager: NotRequired[Text]
    start_date: NotRequired[Day | None]
    end_date: NotRequired[Day | None]
    leave_start: NotRequired[Day | None]
    leave_end: NotRequired[Day | None]
    time_zone: NotRequired[str]
    status: NotRequired[Annotated[str, one_of(*STATED)]]


class PeopleSent(TypedDict):
    """Several people, each with their `id`; all are accepted or none."""

    people: Annotated[list[PersonSent], Described(minItems=1, maxItems=100)]


class EndSent(TypedDict):
    """When a person leaves: `on` is their last day, default today; `at_once` revokes access immediately."""

    on: NotRequired[Day]
    at_once: NotRequired[bool]


class BootstrapSent(TypedDict):
    """The accounts to re-read and to create missing assignments in."""

    accounts: Annotated[list[AccountId], Described(minItems=1, maxItems=100)]
