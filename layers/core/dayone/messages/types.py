"""Kinds of text in the HTTP API: plain text to the code, and more closely described in the API's document."""

from typing import TYPE_CHECKING, Annotated, Any

if TYPE_CHECKING:
    from pydantic import ValidationError


class Described:
    """Further members for the JSON Schema of the annotated type; pydantic, which makes schemas, calls it."""

    def __init__(self, **keywords: object) -> None:
        self._keywords = keywords

    def __get_pydantic_json_schema__(self, core: Any, handler: Any) -> dict[str, Any]:  # noqa: ANN401 - pydantic's own
        """Return the original schema with these members."""
        return {**handler(core), **self._keywords}


def enum_of(*words: str) -> Described:
    """One of these words and no other."""
    return Described(enum=[str(word) for word in words])


Moment = Annotated[str, Described(format="date-time")]
PersonId = Annotated[str, Described(pattern="^[A-Za-z0-9._@+-]{1,128}$")]
AccountId = Annotated[str, Described(pattern="^[0-9]{12}$")]
ChangeId = Annotated[str, Described(pattern="^[0-9A-HJKMNP-TV-Z]{26}$")]
Name = Annotated[str, Described(minLength=1, maxLength=128)]
Href = Annotated[str, Described(format="uri-reference")]
Count = Annotated[int, Described(minimum=0)]


def findings_of(error: "ValidationError") -> tuple[str, ...]:
    """One line a mistake: where in the document, and what is wrong there."""
    return tuple(
        f"{'.'.join(str(part) for part in pair['loc']) or 'the document'}: {pair['msg'].removeprefix('Value error, ')}"
        for pair in error.errors(include_input=False, include_url=False)
    )
