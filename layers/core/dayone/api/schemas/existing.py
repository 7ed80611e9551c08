"""Schemas of the route that describes what exists."""

from typing import TypedDict

from dayone.adoption.describe import LEFT_OPEN
from dayone.api.spec import Description, Parameter
from dayone.errors import Inapplicable, NotFound


class ExistingAnswer(TypedDict):
    """An existing resource with the name of a subject that Day One does not manage, as `policy`: a YAML rule.

    For a permission set it includes the rules for its assignments; their groups may have their rules elsewhere.

    `policy` is empty for a person, whose attributes come from HR. `obstacles` are the remaining differences with this
    rule in the policy, beside the other members of an existing rule for a group. `identical` is whether there are none:
    then it is adopted, and nothing is written.
    """

    subject: str
    identical: bool
    policy: str
    obstacles: list[str]


EXAMPLE = "permission-set:Deploy"
_DESCRIBED: ExistingAnswer = {
    "subject": EXAMPLE,
    "identical": False,
    "policy": (
        "version: 1\npermission_sets:\n  Deploy:\n    session_duration: PT8H\n    managed_policies:\n"
        "    - PowerUserAccess\n"
    ),
    "obstacles": [f"assignment group admins in 444455556666: {LEFT_OPEN}"],
}
EXISTING = Description(
    tag="policy",
    answer=ExistingAnswer,
    example=_DESCRIBED,
    takes=(
        Parameter(
            name="subject",
            text="The person, group or permission set, by its id or key; a group or a permission set need not be in "
            "the policy yet.",
            required=True,
            example=EXAMPLE,
        ),
        Parameter(
            name="name",
            text="Its name in Identity Center, if that is neither the key nor the `name` of a rule in force.",
            example="deploy-prod",
        ),
    ),
    refuses=(NotFound, Inapplicable),
)
