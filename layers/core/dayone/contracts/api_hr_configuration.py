"""What the HTTP API answers about the configuration of HR systems."""

from typing import Annotated, TypedDict

from dayone.contracts.api_words import one_of
from dayone.domain.hr_versions import HrVersionState


class HrVersionAnswer(TypedDict):
    """A version of the configuration: its text, and what became of it.

    `authors` are those who wrote this text, as Systems Manager has them. `reasons` say why it is held, or was, or which
    mistakes it has. `approved_by` is empty where nobody had to approve it.
    """

    version: int
    digest: str
    state: Annotated[str, one_of(*HrVersionState)]
    at: str
    authors: list[str]
    reasons: list[str]
    approved_by: str
    text: str


class HrConfigurationAnswer(TypedDict):
    """The version that counts, and the newest one, which may be the same; null before the first sweep."""

    in_force: HrVersionAnswer | None
    newest: HrVersionAnswer | None
