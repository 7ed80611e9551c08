"""What the HTTP API answers to whoever lists people, or tells of some by hand."""

from typing import Annotated, TypedDict

from dayone.contracts.api_words import ChangeId, Href, one_of

Progress = Annotated[str, one_of("settled", "pending", "held", "failed")]


class PersonInListAnswer(TypedDict):
    """A person in short.

    What HR has not told is empty, and so is everything while it has not told enough for there to be a person.
    `has_user` is whether Identity Center has their user, `has_access` whether they are to have access by the plan in
    force. `progress` tells how far that plan has come: `settled`, `pending`, `held`, or `failed`.
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
    """Part of all people, by id."""

    people: list[PersonInListAnswer]
    cursor: str


class TakenAnswer(TypedDict):
    """What was taken and will be done: `href` is the change it leads to."""

    change: ChangeId
    href: Href
