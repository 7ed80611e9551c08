"""The account's room for functions and for roles, as Lambda and IAM tell of it."""

from typing import Any, ClassVar

from dayone.adapters.aws_errors import translated
from dayone.ports.surroundings import SeenConcurrency, SeenRoles


class LambdaConcurrencySight:
    """The port ConcurrencySight over a boto3 client of `lambda`. Source: Lambda API Reference, GetAccountSettings."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"lambda:GetAccountSettings"})

    def __init__(self, client: Any) -> None:  # noqa: ANN401 - the method below is all that is used of it
        self._client = client

    def concurrency(self) -> SeenConcurrency:
        """See ConcurrencySight."""
        with translated():
            limits = self._client.get_account_settings()["AccountLimit"]
        return SeenConcurrency(
            limit=int(limits["ConcurrentExecutions"]), unreserved=int(limits["UnreservedConcurrentExecutions"])
        )


class IamRoleSight:
    """The port RoleSight over a boto3 client of `iam`. Source: IAM API Reference, GetAccountSummary."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"iam:GetAccountSummary"})

    def __init__(self, client: Any) -> None:  # noqa: ANN401 - the method below is all that is used of it
        self._client = client

    def roles(self) -> SeenRoles:
        """See RoleSight."""
        with translated():
            summary = self._client.get_account_summary()["SummaryMap"]
        return SeenRoles(
            roles=int(summary["Roles"]),
            quota=int(summary["RolesQuota"]),
            policies_each=int(summary["AttachedPoliciesPerRoleQuota"]),
        )
