"""The shape of a policy file: which keys there are, and what each may hold."""

from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, model_validator

from dayone.policy.language import fields as set_words
from dayone.policy.language import fields as words
from dayone.policy.language.notification_shapes import Notifications
from dayone.policy.language.selectors import AccountShape, GrantedAccountShape, PeopleShape, PersonShape, Strict

_MOST_POLICIES = 25  # IAM Identity Center quota: AWS-managed and customer-managed policies per permission set
_A_MONTH = timedelta(days=30)
_MOST_TAGS = 50  # AWS's quota for the tags of one resource

# Says something, but no condition: what an empty mapping could mean by mistake is only had by name.
_EVERYONE = PersonShape.model_construct({"id"})


def _everyone(value: object) -> object:
    return [_EVERYONE] if value == "everyone" else value


class GroupShape(Strict):
    """One group and who belongs in it."""

    model_config = ConfigDict(json_schema_extra={"anyOf": [{"required": ["members"]}, {"required": ["people"]}]})

    name: words.GroupDisplayName = Field(default="", description="Its name in Identity Center; the key if left out.")
    description: words.GroupDescription = Field(default="", description="Its description in Identity Center.")
    members: Annotated[
        list[PersonShape],
        BeforeValidator(_everyone, json_schema_input_type=Literal["everyone"] | list[PersonShape]),
    ] = Field(default_factory=list, description="The members: `everyone`, or the people that any entry selects.")
    people: Annotated[list[words.PersonId], AfterValidator(words.unlike)] = Field(
        default_factory=list, description="HR ids of people who are always members."
    )
    except_: Annotated[list[PersonShape], Field(min_length=1)] = Field(
        default_factory=list, alias="except", description="People who are never members; beats everything."
    )
    birthright: bool = Field(
        default=False, description="HR alone gives it, although it is sensitive, once somebody else has approved that."
    )

    @model_validator(mode="after")
    def _names_members(self) -> Self:
        given = self.model_fields_set & {"members", "people"}
        return self if given else words.refuse("has no members: add `members` or `people`; `[]` is an empty group")


class CustomerPolicyShape(Strict):
    """A customer managed policy, which every account must have under this name and path."""

    name: set_words.IamName = Field(description="The policy's name in IAM.")
    path: set_words.IamPath = Field(default="/", description="Its path in IAM.")


_NO_CUSTOMER_POLICY = CustomerPolicyShape.model_construct(name="")


class BoundaryShape(Strict):
    """A permissions boundary: one policy."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    managed_policy: set_words.ManagedPolicy = Field(default="", description="One of AWS's own policies.")
    customer_managed_policy: CustomerPolicyShape = Field(default=_NO_CUSTOMER_POLICY, description="One of yours.")

    @model_validator(mode="after")
    def _is_valid_group(self) -> Self:
        return (
            self
            if len(self.model_fields_set) == 1
            else words.refuse("is one policy: give `managed_policy` or `customer_managed_policy`")
        )


_NO_BOUNDARY = BoundaryShape.model_construct()


def _unlike_policies(policies: list[CustomerPolicyShape]) -> list[CustomerPolicyShape]:
    # IAM does not let two policies of an account differ in letter case only, wherever they are.
    words.unlike([customer_policy_shape.name.casefold() for customer_policy_shape in policies])
    return policies


class PermissionSetShape(Strict):
    """One permission set."""

    name: set_words.PermissionSetName = Field(default="", description="Its name in AWS; the key if left out.")
    description: set_words.Description = Field(default="", description="Shown in the access portal.")
    managed_policies: Annotated[list[set_words.ManagedPolicy], AfterValidator(words.unlike)] = Field(
        default_factory=list, description="AWS's own policies, each by name, path below `policy/`, or ARN."
    )
    customer_managed_policies: Annotated[list[CustomerPolicyShape], AfterValidator(_unlike_policies)] = Field(
        default_factory=list, description="Policies of your own that every account has."
    )
    inline_policy: set_words.InlinePolicy = Field(default="", description="An IAM policy document.")
    permissions_boundary: BoundaryShape = Field(
        default=_NO_BOUNDARY, description="One policy: the most that anyone can do with this permission set."
    )
    session_duration: set_words.SessionDuration = Field(default="PT1H", description="The duration of a session.")
    relay_state: set_words.RelayState = Field(default="", description="The page of the AWS console that opens first.")
    tags: Annotated[dict[set_words.TagKey, set_words.TagValue], Field(max_length=_MOST_TAGS)] = Field(
        default_factory=dict, description="Tags of the permission set itself."
    )

    @model_validator(mode="after")
    def _fits_into_aws(self) -> Self:
        count = len(self.managed_policies) + len(self.customer_managed_policies)
        if count > _MOST_POLICIES:
            words.refuse(f"has {count} policies: AWS takes 25 for one permission set, its own and yours together")
        return self


class AssignmentShape(Strict):
    """A group, or one person, gets a permission set in some accounts."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": ["group"]}, {"required": ["person"]}]})

    group: str = Field(default="", description="The key of a group.")
    person: words.PersonId = Field(default="", description="The HR id of a person, instead of a group.")
    permission_set: str = Field(description="The key of a permission set.")
    accounts: Annotated[list[GrantedAccountShape], Field(min_length=1)] = Field(
        description="The accounts: whichever any entry selects."
    )
    except_: Annotated[list[AccountShape], Field(min_length=1)] = Field(
        default_factory=list, alias="except", description="Accounts that are left out."
    )

    birthright: bool = Field(
        default=False, description="HR alone gives it to the person, although it is sensitive; as of a group."
    )

    @model_validator(mode="after")
    def _has_single_principal(self) -> Self:
        if len(self.model_fields_set & {"group", "person"}) != 1:
            words.refuse("must say who gets it: either `group` or `person`")
        if self.birthright and self.group:
            words.refuse("is no birthright of a group: HR gives people their groups; write `birthright` at the group")
        return self


class ProtectShape(Strict):
    """Names that are never touched."""

    people: list[words.PersonId] = Field(default_factory=list, description="HR ids: their user and memberships.")
    users: list[words.Text] = Field(
        default_factory=list, description="User names; each protects the person who has it in HR."
    )
    groups: list[words.Text] = Field(default_factory=list, description="Groups, with members and assignments.")
    accounts: list[words.AccountId] = Field(default_factory=list, description="Accounts: every assignment there.")


class RemovalsShape(Strict):
    """Limits of removals without approval."""

    percent: Annotated[int, Field(ge=0, le=100)] = Field(
        default=10, description="A share of the existing total, in per cent."
    )
    at_least: Annotated[int, Field(ge=0)] = Field(
        default=5, description="This many are always allowed, whatever the share."
    )


class AdditionsShape(Strict):
    """Limits of additions without approval to existing people and accounts, by edits, renamed units, tags, grants."""

    percent: Annotated[int, Field(ge=0, le=100)] = Field(
        default=10, description="A share of the existing total, in per cent."
    )
    at_least: Annotated[int, Field(ge=0)] = Field(
        default=5, description="This many are always allowed, whatever the share."
    )


class GrantsShape(Strict):
    """Limits of access granted outside the policy."""

    longest: words.Duration = Field(default=_A_MONTH, description="The longest duration of a grant or an extension.")


class GuardrailsShape(Strict):
    """Limits of Day One's own actions."""

    removals: RemovalsShape = Field(default_factory=RemovalsShape, description="Removals without approval.")
    additions: AdditionsShape = Field(
        default_factory=AdditionsShape,
        description="Additions without approval to existing people and accounts.",
    )
    protect: ProtectShape = Field(default_factory=ProtectShape, description="Names that are never touched.")
    grants: GrantsShape = Field(
        default_factory=GrantsShape, description="Access for a time, granted outside the policy."
    )
    unmanaged: Literal["report", "remove"] = Field(
        default="report", description="Access that others have given: reported, or removed within the limit."
    )


class DriftShape(Strict):
    """Handling of what others have deleted or changed."""

    missing: Literal["report", "repair"] = Field(
        default="report", description="What Day One made and others deleted: reported, or created once more."
    )
    changed: Literal["report", "repair"] = Field(
        default="report", description="Attributes that others changed: reported, or set once more."
    )
    unprovisioned: Literal["report", "repair"] = Field(
        default="report", description="Permission sets that accounts have in an earlier form: reported, or rolled out."
    )


class SensitiveShape(Strict):
    """Names that are sensitive in addition to the built-in ones, and permission sets that are not."""

    permission_sets: Annotated[list[str], AfterValidator(words.unlike)] = Field(
        default_factory=list, description="Keys of permission sets: every assignment of one."
    )
    groups: Annotated[list[str], AfterValidator(words.unlike)] = Field(
        default_factory=list, description="Keys of groups: their members, and their assignments."
    )
    accounts: list[AccountShape] = Field(default_factory=list, description="Accounts: every assignment there.")
    harmless: Annotated[list[str], AfterValidator(words.unlike)] = Field(
        default_factory=list, description="Keys of permission sets that are not sensitive, whatever they contain."
    )

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        both = sorted({*self.permission_sets} & {*self.harmless})
        return words.refuse(f"calls `{both[0]}` sensitive and harmless: remove one of the two") if both else self


def _version_one(version: object) -> object:
    supported = version == 1 and not isinstance(version, bool)
    return version if supported else words.refuse("must be 1, the only one there is: write `version: 1`")


class PolicyShape(Strict):
    """A file of a Day One policy: who gets which access in AWS."""

    version: Annotated[int, BeforeValidator(_version_one, json_schema_input_type=Literal[1])] = Field(
        description="The version of this language."
    )
    groups: dict[words.GroupKey, GroupShape] = Field(default_factory=dict, description="Groups by key.")
    permission_sets: dict[set_words.PermissionSetName, PermissionSetShape] = Field(
        default_factory=dict, description="Permission sets by key."
    )
    assignments: list[AssignmentShape] = Field(
        default_factory=list, description="Assignments: principal, permission set and accounts."
    )
    guardrails: GuardrailsShape = Field(default_factory=GuardrailsShape, description="Limits of Day One's own actions.")
    drift: DriftShape = Field(default_factory=DriftShape, description="What is done about edits by others.")
    sensitive: SensitiveShape = Field(default_factory=SensitiveShape, description="Sensitive access, and exceptions.")
    people: PeopleShape = Field(default_factory=PeopleShape, description="Times at which people get and lose access.")
    notifications: Notifications = Field(default_factory=dict, description="Who is notified, by name.")
    identity_source: Literal["identity_center", "external"] = Field(
        default="identity_center", description="The owner of users: Day One, or an identity provider."
    )
