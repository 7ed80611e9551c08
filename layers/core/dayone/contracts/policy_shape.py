"""The shape of a policy file: which keys there are, and what each may hold."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from dayone.contracts import policy_words as words
from dayone.contracts.policy_yaml import Path

_MOST_MANAGED_POLICIES = 25  # IAM Identity Center quota: AWS-managed and customer-managed policies per permission set


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class PersonShape(_Strict):
    """Conditions on people; every one must hold."""

    department: words.Globs | None = None
    title: words.Globs | None = None
    team: words.Globs | None = None
    cost_centre: words.Globs | None = None
    location: words.Globs | None = None
    employment: words.Globs | None = None
    manager: words.Globs | None = None
    email: words.Globs | None = None
    user_name: words.Globs | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        return self if self.model_fields_set else words.refuse("selects nobody: name an attribute, or say `everyone`")


# Set, but to no condition: what an empty mapping could mean by mistake is only had by name.
_EVERYONE = PersonShape.model_construct({"department"}, department=None)


class GroupShape(_Strict):
    """One group and who belongs in it."""

    members: Annotated[list[PersonShape], BeforeValidator(lambda said: [_EVERYONE] if said == "everyone" else said)]
    description: words.GroupDescription = ""


def _at_most_once(paths: list[str]) -> list[str]:
    twice = sorted({path for path in paths if paths.count(path) > 1})
    if len(paths) > _MOST_MANAGED_POLICIES:
        words.refuse(f"has {len(paths)} policies: AWS takes 25 for one permission set")
    return words.refuse(f"has `{twice[0]}` twice: keep one of them") if twice else paths


class PermissionSetShape(_Strict):
    """One permission set."""

    description: words.Description = ""
    managed_policies: Annotated[list[words.ManagedPolicy], AfterValidator(_at_most_once)] = Field(default_factory=list)
    inline_policy: words.InlinePolicy = ""
    session_duration: words.SessionDuration = "PT1H"
    relay_state: words.RelayState = ""


class AccountShape(_Strict):
    """Conditions on accounts; every one must hold."""

    id: words.AccountIds = Field(default_factory=list)
    name: words.Globs = Field(default_factory=list)
    ou: words.OuPaths = Field(default_factory=list)
    tags: Annotated[dict[words.Text, words.Globs], Field(min_length=1)] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        return self if self.model_fields_set else words.refuse("selects nothing: name accounts by id, name, ou or tags")


class AssignmentShape(_Strict):
    """A group gets a permission set in some accounts."""

    group: str
    permission_set: str
    accounts: Annotated[list[AccountShape], Field(min_length=1)]


class ProtectShape(_Strict):
    """What is never touched."""

    people: list[words.Text] = Field(default_factory=list)
    groups: list[words.Text] = Field(default_factory=list)
    accounts: list[words.AccountId] = Field(default_factory=list)


def _not_enforced(_value: object) -> None:
    words.refuse("is not enforced yet, so it would protect nothing: leave it out")


def _unmanaged(value: object) -> object:
    if value == "remove":
        words.refuse("`remove` is not carried out yet: say `report`, which is what happens")
    return value if value == "report" else words.refuse("must be `report`")


class GuardrailsShape(_Strict):
    """What limits what Day One does."""

    protect: ProtectShape = Field(default_factory=ProtectShape)
    unmanaged: Annotated[Literal["report"], BeforeValidator(_unmanaged)] = "report"
    removals: Annotated[None, BeforeValidator(_not_enforced)] = None


def _one(version: object) -> object:
    supported = version == 1 and not isinstance(version, bool)
    return version if supported else words.refuse("must be 1, the only one there is: write `version: 1`")


class PolicyShape(_Strict):
    """A whole policy file."""

    version: Annotated[int, BeforeValidator(_one)]
    groups: dict[words.GroupName, GroupShape] = Field(default_factory=dict)
    permission_sets: dict[words.PermissionSetName, PermissionSetShape] = Field(default_factory=dict)
    assignments: list[AssignmentShape] = Field(default_factory=list)
    guardrails: GuardrailsShape = Field(default_factory=GuardrailsShape)


def keys_at(path: Path) -> tuple[str, ...]:
    """The keys that the mapping at `path` may have."""
    shape: type[BaseModel]
    match path:
        case ("groups", _):
            shape = GroupShape
        case ("groups", _, "members", _):
            shape = PersonShape
        case ("permission_sets", _):
            shape = PermissionSetShape
        case ("assignments", _):
            shape = AssignmentShape
        case ("assignments", _, "accounts", _):
            shape = AccountShape
        case ("guardrails",):
            shape = GuardrailsShape
        case ("guardrails", "protect"):
            shape = ProtectShape
        case _:
            shape = PolicyShape
    return tuple(shape.model_fields)
