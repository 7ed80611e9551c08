"""Schemas of the routes about the configuration of HR systems."""

from typing import Annotated, TypedDict

from dayone.api.schemas import people as api_people
from dayone.api.spec import Description, Parameter
from dayone.errors import Forbidden, Inapplicable, NotFound
from dayone.messages.types import enum_of
from dayone.model.hr.versions import HrVersionState


class HrVersionAnswer(TypedDict):
    """A version of the configuration: its text, and its state.

    `authors` are those who wrote this text, as recorded by Systems Manager. `reasons` are why it is or was held, or its
    mistakes. `approved_by` is empty if no approval was needed.
    """

    version: int
    digest: str
    state: Annotated[str, enum_of(*HrVersionState)]
    at: str
    authors: list[str]
    reasons: list[str]
    approved_by: str
    text: str


class HrConfigurationAnswer(TypedDict):
    """The version that counts, and the newest one, which may be the same; null before the first sweep."""

    in_force: HrVersionAnswer | None
    newest: HrVersionAnswer | None


_VERSION: HrVersionAnswer = {
    "version": 4,
    "digest": "0d6b1f3c5f2a4f0d9c1e6a7b8d3e2f1a0b9c8d7e6f5a4b3c2d1e0f9a8b7c6d5e",
    "state": "in-force",
    "at": "2026-11-02T08:00:00+00:00",
    "authors": ["arn:aws:sts::111122223333:assumed-role/Pipeline/deploy-41"],
    "reasons": [],
    "approved_by": "",
    "text": "version: 1\nsources: {standard: {kind: standard}}\n",
}
_HELD: HrVersionAnswer = {
    **_VERSION,
    "version": 5,
    "digest": "5e6d7c8b9a0f1e2d3c4b5a6f7e8d9c0b1a2f3e4d5c6b7a8f9e0d1c2b3a4f5e6d",
    "state": "held",
    "reasons": ["source contractors is new"],
    "text": "version: 1\nsources: {standard: {kind: standard}, contractors: {kind: csv}}\n",
}
HR_CONFIGURATION = Description(
    tag="operations", answer=HrConfigurationAnswer, example={"in_force": _VERSION, "newest": _HELD}
)
HR_APPROVAL = Description(
    tag="operations",
    status=202,
    answer=api_people.AcceptedAnswer,
    example={"change": "01KQ4V7N2M8R5T1W3X6Y9Z0A2B", "href": "/v1/changes/01KQ4V7N2M8R5T1W3X6Y9Z0A2B"},
    takes=(
        Parameter(
            name="digest",
            text="The digest of the newest version, SHA-256 of its text in hex.",
            place="path",
            example=_HELD["digest"],
            schema={"type": "string", "pattern": "^[0-9a-f]{64}$"},
        ),
    ),
    refuses=(Forbidden, Inapplicable, NotFound),
)
