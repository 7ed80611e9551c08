"""What the HTTP API answers about the versions of the policy."""

from typing import Annotated, TypedDict

from dayone.contracts.api import PolicyAnswer
from dayone.contracts.api_words import Described, Moment

_FileName = {"pattern": "^[A-Za-z0-9][A-Za-z0-9._/-]{0,127}$"}


class PolicyFiles(TypedDict):
    """A policy of several files: their YAML texts by name, together at most 256 KiB."""

    files: Annotated[dict[str, str], Described(minProperties=1, propertyNames=_FileName)]


class VersionAnswer(TypedDict):
    """A version of the policy without its text: `files` are the names, `change` is the change it caused.

    `authors` answer for it beside the actor: `author:` and a user name or an ARN.
    """

    version: int
    in_force: bool
    files: list[str]
    actor: str
    authors: list[str]
    at: Moment
    change: str


class VersionsAnswer(TypedDict):
    """Versions of the policy, newest first."""

    versions: list[VersionAnswer]
    cursor: str


class VersionInFullAnswer(PolicyAnswer):
    """A version of the policy as it was uploaded, and whether it is the one in force."""

    in_force: bool
