"""The quotas of Identity Center as Service Quotas has them for this account."""

from collections.abc import Mapping
from typing import Any, ClassVar

from dayone.adapters.aws_errors import translated

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
        quotas = [one for page in pages for one in page.get("Quotas", [])]
        return {one["QuotaName"]: float(one["Value"]) for one in quotas if "QuotaName" in one and "Value" in one}
