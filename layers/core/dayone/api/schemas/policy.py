"""Schemas of the routes about the policy and its versions, previews, and what exists under a name."""

from typing import Annotated, TypedDict

from dayone.adoption.describe import LEFT_OPEN
from dayone.api.examples import ADMINISTRATOR, AT, CHANGE, POLICY_TEXT
from dayone.api.params import AUTHOR_NAME, LARGEST_POLICY, PRECONDITIONS
from dayone.api.schemas import base as api
from dayone.api.schemas.base import PolicyAnswer, ReasonAnswer
from dayone.api.spec import PAGED, Body, Description, Parameter
from dayone.errors import Inapplicable, Invalid, Malformed, NotFound, Outdated, TooLarge
from dayone.messages.problems import Count, Described, Moment

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


class PreviewRequest(TypedDict, total=False):
    """One preview: of a policy as one text or as `files` by name, or of changed attributes of a person or an account.

    `person` and `account` have their `id` and the attributes to change.
    """

    policy: str
    files: Annotated[dict[str, str], Described(minProperties=1)]
    person: Annotated[dict[str, object], Described(required=["id"])]
    account: Annotated[dict[str, object], Described(required=["id"])]


class PreviewedOperationAnswer(TypedDict):
    """An operation of the preview.

    For a creation, `existing` describes the resource of that name in Identity Center and its differences; null if none
    was found or none was read. `held` is the rule by which the operation would wait for an approval; null if it would
    be carried out at once.
    """

    kind: str
    subject: str
    resource: str
    reasons: list[ReasonAnswer]
    existing: str | None
    held: str | None


class GuardrailAnswer(TypedDict):
    """The guardrail's result in the preview: how many operations it would hold, and why.

    Held are removals, and access that is given only with approval, as in accounts that existed before Day One.

    `limit` applies to `existing` memberships and assignments; `removals_today` counts the removals allowed since
    midnight UTC. `held_explanation` has sentences about what would be held: who may decide and who may not, and what
    would go on meanwhile.
    """

    removals: Count
    existing: Count
    limit: Count
    removals_today: Count
    held: Count
    reasons: list[str]
    held_explanation: list[str]


class PlanAnswer(TypedDict):
    """Changes that would follow now.

    `policy_version` is the policy used, null for one in the request. Of `evaluated` subjects, `subjects` would change,
    by the number of operations in `counts`; `operations` are the first ones and `truncated` the number of the others,
    of which `truncated_new` are not known to exist in Identity Center;
    `names` are those of the people and accounts among the subjects of `operations`, by subject.
    When `complete` is false, the time was too short for all subjects, and all numbers are of those that were checked.
    `notes` list what would be left unchanged, and rules that match no recorded person or account. With `errors` the
    policy would be refused: rules that can never match, and newly protected names that do not exist.
    """

    policy_version: Count | None
    complete: bool
    evaluated: Count
    subjects: Count
    counts: dict[str, Count]
    operations: list[PreviewedOperationAnswer]
    names: dict[str, str]
    truncated: Count
    truncated_new: Count
    errors: list[str]
    notes: list[str]
    guardrail: GuardrailAnswer


EXAMPLE_PLAN: PlanAnswer = {
    "policy_version": 7,
    "complete": True,
    "evaluated": 1,
    "subjects": 1,
    "counts": {"delete-membership": 1},
    "operations": [
        {
            "kind": "delete-membership",
            "subject": "person:e-1001",
            "resource": "membership/engineers",
            "reasons": [{"rule": "policy.yaml:5", "reason": "no longer: department is Engineering"}],
            "existing": None,
            "held": None,
        }
    ],
    "names": {"person:e-1001": "Ada Lovelace"},
    "truncated": 0,
    "truncated_new": 0,
    "errors": [],
    "notes": [],
    "guardrail": {
        "removals": 1,
        "existing": 105,
        "limit": 10,
        "removals_today": 0,
        "held": 0,
        "reasons": [],
        "held_explanation": [],
    },
}
_QUESTION: PreviewRequest = {"person": {"id": "e-1001", "department": "Sales"}}
PLAN = Description(
    tag="plan",
    answer=PlanAnswer,
    example=EXAMPLE_PLAN,
    bodies=(Body(shape=Annotated[PreviewRequest, Described(minProperties=1, maxProperties=1)], example=_QUESTION),),
    refuses=(Invalid, TooLarge),
)


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
