"""What the HTTP API answers to whoever lists people, or tells of some by hand."""

from typing import Annotated, TypedDict

from dayone.contracts.api_words import ChangeId, Href, one_of

Progress = Annotated[str, one_of("settled", "pending", "held", "failed")]


class PersonInListAnswer(TypedDict):
    """A summary of a person.

    Attributes that HR has not sent are empty, and so are all of them while the record is incomplete. `has_user` is
    whether Identity Center has their user, `has_access` whether the current plan gives them access. `progress` is
    that of the plan: `settled`, `pending`, `held`, or `failed`.
    """

    id: str
    display_name: str
    user_name: str
    email: str
    department: str
    title: str
    status: str
    start_date: str | None
    end_date: str | None
    has_user: bool
    has_access: bool
    progress: Progress


class PeopleAnswer(TypedDict):
    """A page of people, by id."""

    people: list[PersonInListAnswer]
    cursor: str


class TakenAnswer(TypedDict):
    """An accepted request: `href` is the change it causes."""

    change: ChangeId
    href: Href
