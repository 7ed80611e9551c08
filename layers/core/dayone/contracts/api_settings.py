"""What the HTTP API answers about the settings."""

from typing import Annotated, TypedDict

from dayone.contracts.api_words import one_of
from dayone.domain.findings import FindingState


class FindingAnswer(TypedDict):
    """A finding of the setup check: `says` is the situation, `do` the correction, if any, with the text `paste`."""

    name: str
    state: Annotated[str, one_of(*FindingState)]
    says: str
    do: str
    paste: str


class SettingsAnswer(TypedDict):
    """All findings; `state` is the worst of them, those that could not be checked excluded."""

    state: Annotated[str, one_of("ok", "warning", "wrong")]
    findings: list[FindingAnswer]
