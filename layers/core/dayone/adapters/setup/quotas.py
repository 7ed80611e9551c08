"""Read quotas of Identity Center, Lambda and IAM."""

from collections.abc import Mapping
from typing import Any, ClassVar

from dayone.adapters.aws.errors import translated
from dayone.ports.setup import SeenConcurrency, SeenRoles

_SERVICE = "sso"


class ServiceQuotaSight:
    """The port QuotaSight over a boto3 client of `service-quotas`. Source: Service Quotas API, ListServiceQuotas."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"servicequotas:ListServiceQuotas"})

    def __init__(self, client: Any) -> None:  # noqa: ANN401 - the methods below are all that is used of it
        self._client = client

    def of_identity_center(self) -> Mapping[str, float]:
        """See QuotaSight."""
        with translated():
            pages = list(self._client.get_paginator("list_service_quotas").paginate(ServiceCode=_SERVICE))
        quotas = [entry for page in pages for entry in page.get("Quotas", [])]
        return {pair["QuotaName"]: float(pair["Value"]) for pair in quotas if "QuotaName" in pair and "Value" in pair}


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
