"""What is said of the route that describes what exists."""

from dayone.contracts import api_existing
from dayone.errors import Inapplicable, NotFound
from dayone.routes.described import Description, Parameter
from dayone.usecases.describe_existing import LEFT_OPEN

EXAMPLE = "permission-set:Deploy"
_DESCRIBED: api_existing.ExistingAnswer = {
    "subject": EXAMPLE,
    "as_it_is": False,
    "policy": (
        "version: 1\npermission_sets:\n  Deploy:\n    session_duration: PT8H\n    managed_policies:\n"
        "    - PowerUserAccess\n"
    ),
    "obstacles": [f"assignment group admins in 444455556666: {LEFT_OPEN}"],
}

EXISTING = Description(
    tag="policy",
    answer=api_existing.ExistingAnswer,
    example=_DESCRIBED,
    takes=(
        Parameter(
            name="subject",
            says="The person, group or permission set, by its id or key; a group or a permission set need not be in "
            "the policy yet.",
            required=True,
            example=EXAMPLE,
        ),
        Parameter(
            name="name",
            says="What it is called in Identity Center, if that is neither the key nor the `name` of a rule in force.",
            example="deploy-prod",
        ),
    ),
    refuses=(NotFound, Inapplicable),
)
