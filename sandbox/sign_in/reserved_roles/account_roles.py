"""Makes, changes and removes roles in the IAM of one account, by the calls that AWS makes for a permission set."""

from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from sandbox.identity_center.sso_admin.requests import RequestFailed
from sandbox.sign_in.reserved_roles.role_content import RoleContent
from sandbox.sign_in.reserved_roles.role_trust import provider_metadata, provider_name, role_path, trust_policy

INLINE_POLICY = "AwsSSOInlinePolicy"
TWELVE_HOURS = 43200


@dataclass(frozen=True, kw_only=True)
class Home:
    """The Identity Center that roles belong to."""

    instance_arn: str
    region: str


class AccountRoles:
    """The roles of one account; every refusal of IAM is a RequestFailed with its reason."""

    def __init__(self, iam: Any, account_id: str, *, home: Home) -> None:  # noqa: ANN401 - botocore makes client classes
        self._iam = iam
        self._account_id = account_id
        self._home = home

    def create(self, name: str, content: RoleContent) -> str:
        """Make a role and return its ARN; when a policy is refused, nothing stays behind."""
        self._check_policies(content.managed_policies)
        boundary = {"PermissionsBoundary": content.boundary} if content.boundary else {}
        described = {"Description": content.description} if content.description else {}
        made = self._call(
            "create_role",
            RoleName=name,
            Path=role_path(self._home.region),
            AssumeRolePolicyDocument=trust_policy(self._account_id, provider=self._provider()),
            MaxSessionDuration=TWELVE_HOURS,
            **boundary,
            **described,
        )
        self._write_policies(name, content, frozenset())
        return str(made["Role"]["Arn"])

    def change(self, name: str, *, old: RoleContent, new: RoleContent) -> None:
        """Make the role what the permission set is now, by as few calls as it takes."""
        added = new.managed_policies - old.managed_policies
        self._check_policies(added)
        if new.boundary != old.boundary:
            self._write_boundary(name, new.boundary)
        for arn in old.managed_policies - new.managed_policies:
            self._call("detach_role_policy", RoleName=name, PolicyArn=arn)
        if old.inline_policy and not new.inline_policy:
            self._call("delete_role_policy", RoleName=name, PolicyName=INLINE_POLICY)
        if new.description != old.description:
            self._call("update_role", RoleName=name, Description=new.description)
        self._write_policies(name, new, old.managed_policies)

    def delete(self, name: str, content: RoleContent) -> None:
        """Remove the role with its policies."""
        for arn in content.managed_policies:
            self._call("detach_role_policy", RoleName=name, PolicyArn=arn)
        if content.inline_policy:
            self._call("delete_role_policy", RoleName=name, PolicyName=INLINE_POLICY)
        self._call("delete_role", RoleName=name)

    def _write_policies(self, name: str, content: RoleContent, present: frozenset[str]) -> None:
        for arn in sorted(content.managed_policies - present):
            self._call("attach_role_policy", RoleName=name, PolicyArn=arn)
        if content.inline_policy:
            document = content.inline_policy
            self._call("put_role_policy", RoleName=name, PolicyName=INLINE_POLICY, PolicyDocument=document)

    def _write_boundary(self, name: str, boundary: str) -> None:
        if boundary:
            self._call("put_role_permissions_boundary", RoleName=name, PermissionsBoundary=boundary)
        else:
            self._call("delete_role_permissions_boundary", RoleName=name)

    def _check_policies(self, arns: frozenset[str]) -> None:
        """Refuse policies the account does not have: IAM on AWS does so itself when they are attached."""
        for arn in sorted(arns):
            try:
                self._iam.get_policy(PolicyArn=arn)
            except self._iam.exceptions.NoSuchEntityException as error:
                raise RequestFailed(f"Received a 404 status error: Not supported policy {arn}.") from error

    def _provider(self) -> str:
        name = provider_name(self._home.instance_arn)
        arn = f"arn:aws:iam::{self._account_id}:saml-provider/{name}"
        try:
            self._iam.create_saml_provider(Name=name, SAMLMetadataDocument=provider_metadata(self._home.instance_arn))
        except self._iam.exceptions.EntityAlreadyExistsException:
            return arn
        return arn

    def _call(self, operation: str, **parameters: Any) -> Any:  # noqa: ANN401 - botocore's own
        try:
            return getattr(self._iam, operation)(**parameters)
        except ClientError as error:
            said = error.response["Error"]
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            raise RequestFailed(f"Received a {status} status error: {said['Message']}") from error
        except BotoCoreError as error:
            raise RequestFailed(f"Received a 503 status error: {error}") from error
