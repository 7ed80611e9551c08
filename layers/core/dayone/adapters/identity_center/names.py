"""Find users, groups and permission sets of Identity Center by their names."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from dayone.adapters.aws.dependent_actions import READS_ENCRYPTED, DependentActions
from dayone.adapters.aws.errors import translated
from dayone.errors import NotFound
from dayone.model.operations import TAG_PREFIX
from dayone.ports.identity_center import ExistingResource

if TYPE_CHECKING:
    from mypy_boto3_identitystore import IdentityStoreClient
    from mypy_boto3_sso_admin import SSOAdminClient


# Source: Identity Store API, CreateUser and CreateGroup (members), UpdateUser and UpdateGroup (AttributePath).
_PATHS_OF_A_USER = {
    "user_name": "userName",
    "display_name": "displayName",
    "given_name": "name.givenName",
    "family_name": "name.familyName",
    "email": "emails",
    "title": "title",
}
_PATHS_OF_A_GROUP = {"name": "displayName", "description": "description"}


def new_user(attributes: Mapping[str, str]) -> Any:  # noqa: ANN401 - keyword arguments of a boto3 method
    """Return the parameters of CreateUser for these attributes, without empty ones, which AWS refuses."""
    given = {name: text for name, text in attributes.items() if text}
    plain = {"user_name": "UserName", "display_name": "DisplayName", "title": "Title"}
    names = {"given_name": "GivenName", "family_name": "FamilyName"}
    request: dict[str, Any] = {member: given[word] for word, member in plain.items() if word in given}
    if full_name := {member: given[word] for word, member in names.items() if word in given}:
        request["Name"] = full_name
    if "email" in given:
        request["Emails"] = [{"Value": given["email"], "Type": "work", "Primary": True}]
    return request


def new_group(attributes: Mapping[str, str]) -> Any:  # noqa: ANN401 - keyword arguments of a boto3 method
    """Return the parameters of CreateGroup for these attributes, without an empty description, which AWS refuses."""
    described = {"Description": attributes["description"]} if attributes.get("description") else {}
    return {"DisplayName": attributes["name"], **described}


def changes_of_user(attributes: Mapping[str, str]) -> Any:  # noqa: ANN401 - the stubs have a type for this alone
    """Return the Operations of UpdateUser that set these attributes; an empty text unsets one.

    A complex attribute is replaced whole, with keys in camel case, and an operation without a value unsets.
    """
    return [{"AttributePath": _PATHS_OF_A_USER[word], **_value(word, text)} for word, text in attributes.items()]


def changes_of_group(attributes: Mapping[str, str]) -> Any:  # noqa: ANN401 - the stubs have a type for this alone
    """Return the Operations of UpdateGroup that set these attributes; an empty text unsets one."""
    return [{"AttributePath": _PATHS_OF_A_GROUP[word], **_value(word, text)} for word, text in attributes.items()]


def words_of_user(user: Mapping[str, Any]) -> Mapping[str, str]:
    """Return the attributes of a user as DescribeUser answers, without missing ones."""
    return {word: text for word, text in _words(user) if text}


def words_of_group(group: Mapping[str, Any]) -> Mapping[str, str]:
    """Return the attributes of a group as DescribeGroup answers; a missing description is empty."""
    return {"name": group["DisplayName"], "description": group.get("Description", "")}


def _value(word: str, text: str) -> dict[str, Any]:
    if not text:
        return {}
    if word == "email":
        return {"AttributeValue": [{"value": text, "type": "work", "primary": True}]}
    return {"AttributeValue": text}


def _words(user: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    name = user.get("Name", {})
    yield "user_name", user.get("UserName", "")
    yield "display_name", user.get("DisplayName", "")
    yield "given_name", name.get("GivenName", "")
    yield "family_name", name.get("FamilyName", "")
    # AWS holds one address at most, so the first is the primary one.
    yield "email", next((str(email.get("Value", "")) for email in user.get("Emails", [])), "")
    yield "title", user.get("Title", "")


class IdentityStoreNames:
    """The port DirectoryNames over the API `identitystore`. Source: Identity Store API Reference."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset(
        {
            "identitystore:GetUserId",
            "identitystore:DescribeUser",
            "identitystore:GetGroupId",
            "identitystore:DescribeGroup",
        }
    )
    DEPENDENT_ACTIONS: ClassVar[DependentActions] = READS_ENCRYPTED

    def __init__(self, client: "IdentityStoreClient", *, identity_store_id: str) -> None:
        self._client = client
        self._store = identity_store_id

    def find_user(self, user_name: str) -> ExistingResource | None:
        """See Directory; two calls, GetUserId and DescribeUser."""
        try:
            with translated():
                named = self._client.get_user_id(
                    IdentityStoreId=self._store, AlternateIdentifier=_unique("userName", user_name)
                )
                user = self._client.describe_user(IdentityStoreId=self._store, UserId=named["UserId"])
        except NotFound:
            return None
        return ExistingResource(references={"user_id": user["UserId"]}, attributes=words_of_user(user))

    def find_group(self, name: str) -> ExistingResource | None:
        """See Directory; two calls, GetGroupId and DescribeGroup."""
        try:
            with translated():
                named = self._client.get_group_id(
                    IdentityStoreId=self._store, AlternateIdentifier=_unique("displayName", name)
                )
                group = self._client.describe_group(IdentityStoreId=self._store, GroupId=named["GroupId"])
        except NotFound:
            return None
        return ExistingResource(references={"group_id": group["GroupId"]}, attributes=words_of_group(group))


def _unique(path: str, value: str) -> Any:  # noqa: ANN401 - the type is in the stubs only, twice under two names
    return {"UniqueAttribute": {"AttributePath": path, "AttributeValue": value}}


SET_MEMBERS = {
    "name": "Name",
    "description": "Description",
    "session_duration": "SessionDuration",
    "relay_state": "RelayState",
}


class PermissionSetNames:
    """Reads permission sets until the one of a name turns up.

    Names never change, so those once seen are remembered, and cost one call from then on: to see whether the
    permission set is still there.
    """

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"sso:ListPermissionSets", "sso:DescribePermissionSet"})
    DEPENDENT_ACTIONS: ClassVar[DependentActions] = READS_ENCRYPTED

    def __init__(self, client: "SSOAdminClient", *, instance_arn: str) -> None:
        self._client = client
        self._instance = instance_arn
        self._names: dict[str, str] = {}

    def find(self, name: str) -> Mapping[str, Any] | None:
        """Return the permission set of this name as DescribePermissionSet answers it, or None."""
        for arn in [arn for arn, its_name in self._names.items() if its_name == name]:
            if described := self._describe(arn):
                return described
        for arn in self._unseen():
            described = self._describe(arn)
            if described.get("Name") == name:
                return described
        return None

    def _unseen(self) -> Iterator[str]:
        pages = self._client.get_paginator("list_permission_sets").paginate(InstanceArn=self._instance)
        with translated():
            for page in pages:
                yield from (arn for arn in page["PermissionSets"] if arn not in self._names)

    def _describe(self, arn: str) -> Mapping[str, Any]:
        try:
            with translated():
                answer = self._client.describe_permission_set(InstanceArn=self._instance, PermissionSetArn=arn)
        except NotFound:
            self._names.pop(arn, None)
            return {}
        described = answer["PermissionSet"]
        self._names[arn] = described["Name"]
        return described


class SsoNamedSets:
    """The port NamedSets over the API `sso-admin`. Source: IAM Identity Center API Reference."""

    ACTIONS: ClassVar[frozenset[str]] = PermissionSetNames.ACTIONS | {"sso:ListTagsForResource"}
    DEPENDENT_ACTIONS: ClassVar[DependentActions] = READS_ENCRYPTED

    def __init__(self, client: "SSOAdminClient", *, instance_arn: str) -> None:
        self._client = client
        self._instance = instance_arn
        self._by_name = PermissionSetNames(client, instance_arn=instance_arn)

    def find(self, name: str) -> ExistingResource | None:
        """See PermissionSets; reads all permission sets until it is found, because AWS has no key for the name."""
        described = self._by_name.find(name)
        if described is None:
            return None
        arn = described["PermissionSetArn"]
        texts = {word: str(described.get(member, "")).strip() for word, member in SET_MEMBERS.items()}
        tags = {f"{TAG_PREFIX}{key}": value for key, value in self._tags_of(arn).items()}
        attributes = {word: text for word, text in texts.items() if text} | tags
        return ExistingResource(references={"permission_set_arn": arn}, attributes=attributes)

    def _tags_of(self, arn: str) -> Mapping[str, str]:
        with translated():
            pages = self._client.get_paginator("list_tags_for_resource").paginate(
                InstanceArn=self._instance, ResourceArn=arn
            )
            return {tag["Key"]: tag["Value"] for page in pages for tag in page.get("Tags", ())}
