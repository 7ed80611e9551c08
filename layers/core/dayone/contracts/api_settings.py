"""What the HTTP API answers about the settings."""

from typing import Annotated, TypedDict

from dayone.contracts.api_words import one_of
from dayone.domain.findings import FindingState


class FindingAnswer(TypedDict):
    """One thing that was looked at: `says` is how it is, `do` what to do about it, if anything, with `paste`."""

    name: str
    state: Annotated[str, one_of(*FindingState)]
    says: str
    do: str
    paste: str


class SettingsAnswer(TypedDict):
    """Everything that was looked at; `state` is the worst of it, what cannot be told left aside."""

    state: Annotated[str, one_of("ok", "warning", "wrong")]
    findings: list[FindingAnswer]
