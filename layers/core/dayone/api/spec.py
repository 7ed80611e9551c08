"""Description of a route's parameters and responses, beside the route; source of the OpenAPI document."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from dayone.errors import Rejected


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """A member of the query, or a header; `schema` is its JSON Schema, by default that of a text."""

    name: str
    text: str
    place: str = "query"
    required: bool = False
    example: str | int | tuple[str, ...] | None = None
    schema: Mapping[str, object] = field(default_factory=lambda: {"type": "string"})

    @property
    def is_list(self) -> bool:
        """True if it may be given several times."""
        return self.schema.get("type") == "array"


@dataclass(frozen=True, kw_only=True)
class Body:
    """Request body: a TypedDict (or any type that has a JSON Schema), an example of it, and others by name."""

    shape: object
    example: object
    examples: Mapping[str, object] = field(default_factory=dict)
    media_type: str = "application/json"
    required: bool = True


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """The answer 202 of a route that answers another one when all is done: a TypedDict and an example of it."""

    answer: object
    example: object


@dataclass(frozen=True, kw_only=True)
class Description:
    """Description of a route without its path and method; its summary is the docstring of the route's function.

    `answer` is the TypedDict of the response (or any type that has a JSON Schema), `refuses` are the errors beyond
    those that every route may raise, `also_answers` examples of the same response in other media types, by these, and
    `headers` descriptions of the response's headers, by name; a 202 always has `Location`. `accepted` is the response
    while the request is still to be carried out.
    """

    answer: object
    example: object
    status: int = 200
    accepted: Accepted | None = None
    tag: str
    takes: tuple[Parameter, ...] = ()
    bodies: tuple[Body, ...] = ()
    refuses: tuple[type[Rejected], ...] = ()
    also_answers: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


def described[F: Callable[..., object]](description: Description) -> Callable[[F], F]:
    """Keep a description with the function of a route; `description_of` gives it back."""

    def keep(route: F) -> F:
        vars(route)["description"] = description
        return route

    return keep


def description_of(route: Callable[..., object]) -> Description | None:
    """Return the description of a route's function, None when it has none."""
    found = vars(route).get("description")
    return found if isinstance(found, Description) else None


LIMIT = Parameter(
    name="limit",
    text="The maximum number of entries in one answer.",
    example=25,
    schema={"type": "integer", "minimum": 1, "maximum": 100, "default": 25},
)
CURSOR = Parameter(name="cursor", text="The `cursor` of the previous answer; leave it out for the first page.")
PAGED = (LIMIT, CURSOR)
GROUP = Parameter(name="group", text="Only this group; needed with the `cursor` of a group.", example="engineers")
PAGED_IN_GROUPS = (*PAGED, GROUP)
