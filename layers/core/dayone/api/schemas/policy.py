"""Schemas of the routes about the policy and its versions."""

from typing import Annotated, TypedDict

from dayone.api.etags import PRECONDITIONS
from dayone.api.examples import ADMINISTRATOR, AT, CHANGE, POLICY_TEXT
from dayone.api.params import AUTHOR_NAME, LARGEST_POLICY
from dayone.api.schemas import base as api
from dayone.api.schemas.base import PolicyAnswer
from dayone.api.spec import PAGED, Body, Description, Parameter
from dayone.errors import Invalid, Malformed, NotFound, Outdated, TooLarge
from dayone.messages.types import Described, Moment

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


class VersionDetailAnswer(PolicyAnswer):
    """A version of the policy as it was uploaded, and whether it is the one in force."""

    in_force: bool


_POLICY: api.PolicyAnswer = {
    "version": 7,
    "file": "policy.yaml",
    "text": POLICY_TEXT,
    "files": {"policy.yaml": POLICY_TEXT},
    "actor": ADMINISTRATOR,
    "authors": [],
    "at": AT,
    "change": CHANGE,
}
_TAKEN: api.SubmittedAnswer = {"version": 7, "change": CHANGE, "href": f"/v1/changes/{CHANGE}"}
_VERSION: VersionAnswer = {
    "version": 7,
    "in_force": True,
    "files": ["policy.yaml"],
    "actor": ADMINISTRATOR,
    "authors": [],
    "at": AT,
    "change": CHANGE,
}
_VERSIONS: VersionsAnswer = {"versions": [_VERSION], "cursor": ""}
_IN_FULL: VersionDetailAnswer = {**_POLICY, "in_force": True}
_FILES: PolicyFiles = {"files": {"groups.yaml": POLICY_TEXT, "sets/admin.yaml": POLICY_TEXT}}
_FILE = Parameter(
    name="file",
    text="The name of a single file in reasons and findings; for several files the body has the names.",
    example="policy.yaml",
    schema={"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._/-]{0,127}$", "default": "policy.yaml"},
)
_AUTHOR = Parameter(
    name="author",
    text="An author of a policy that a pipeline sends: a user name or an ARN; at most twenty. "
    "Authors cannot approve what the policy holds, and neither can the caller.",
    example=("ada", "eve"),
    schema={"type": "array", "items": {"type": "string", "pattern": f"^({AUTHOR_NAME})$"}, "maxItems": 20},
)
POLICY_READ = Description(tag="policy", answer=api.PolicyAnswer, example=_POLICY, refuses=(NotFound,))
POLICY_PUT = Description(
    tag="policy",
    answer=api.SubmittedAnswer,
    example=_TAKEN,
    status=202,
    takes=(_FILE, _AUTHOR, *PRECONDITIONS),
    bodies=(
        Body(
            shape=Annotated[str, Described(minLength=1, maxLength=LARGEST_POLICY)],
            example=POLICY_TEXT,
            media_type="application/yaml",
        ),
        Body(shape=PolicyFiles, example=_FILES),
    ),
    refuses=(Invalid, Outdated, TooLarge),
)
VERSIONS = Description(tag="policy", answer=VersionsAnswer, example=_VERSIONS, takes=PAGED)
VERSION = Description(tag="policy", answer=VersionDetailAnswer, example=_IN_FULL, refuses=(NotFound, Malformed))
ROLLBACK = Description(
    tag="policy",
    answer=api.SubmittedAnswer,
    example={**_TAKEN, "version": 8},
    status=202,
    takes=(_AUTHOR,),
    refuses=(NotFound, Invalid, Malformed),
)
