"""Read and change what is attached to permission sets: managed, customer, inline policies, and a boundary."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar

from dayone.adapters.aws.dependent_actions import READS_ENCRYPTED, WRITES_ENCRYPTED, DependentActions
from dayone.adapters.aws.errors import translated
from dayone.errors import AlreadyExists, Conflicting, NotFound, Unavailable
from dayone.ports.identity_center import Receipt, RequestState, SetParts

if TYPE_CHECKING:
    from mypy_boto3_sso_admin import SSOAdminClient


# The most AWS lists at a time, and far more than may be outstanding.
FULL_PAGE = 100
_MOST_PAGES = 20
_NO_REASON = "AWS gave no reason"
# How AWS refuses to work in the management account, where it works with the rights of whoever calls.
_DENIED_BY_IAM = "Access denied by IAM"
_WHAT_TO_DO = (
    "Day One lacks IAM rights in the management account, where an assignment of this permission set is in the way: "
    "deploy with ManagementAccountAccess=true, or have it removed there. AWS says"
)


def receipt(answer: Mapping[str, Any], **references: str) -> Receipt:
    """Return the receipt for a call that has taken effect, with the ids it gave."""
    return Receipt(request_id=answer["ResponseMetadata"]["RequestId"], references=references)


def request_state(answer: Mapping[str, Any]) -> RequestState:
    """Parse a status structure: `Status` IN_PROGRESS, FAILED with a `FailureReason`, or SUCCEEDED."""
    status = answer["Status"]
    reason = str(answer.get("FailureReason") or _NO_REASON) if status == "FAILED" else ""
    return RequestState(is_over=status != "IN_PROGRESS", failure_reason=reason, status=status)


def is_denied_by_iam(state: RequestState) -> bool:
    """Return whether AWS refused the request in the management account because of our IAM rights there."""
    return _DENIED_BY_IAM in state.failure_reason


def with_explanation(state: RequestState, *, lacks_rights: bool) -> RequestState:
    """Return the state, with the fix before AWS's words where Day One was not given rights in the management account.

    With those rights, the words stand alone: then waiting helps, or repairing the role.
    """
    if not (lacks_rights and is_denied_by_iam(state)):
        return state
    return replace(state, failure_reason=f"{_WHAT_TO_DO}: {state.failure_reason}")


def entries_of(
    pages: Iterable[Mapping[str, Any]], *, member: str, request_ids: Collection[str]
) -> list[Mapping[str, Any]]:
    """Return the entries of a list of requests, up to the page where further reading is not worthwhile.

    A page may be short or empty with more to follow, so reading continues. A full one without these requests ends it:
    AWS's order is undocumented, and the missing ones are polled by id.
    """
    found: list[Mapping[str, Any]] = []
    for page in islice(pages, _MOST_PAGES):
        entries = page.get(member, ())
        found += [entry for entry in entries if entry["RequestId"] in request_ids]
        if len(found) == len(request_ids) or len(entries) >= FULL_PAGE:
            break
    return found


def states_of(
    listed: Iterable[Mapping[str, Any]], *, request_ids: Collection[str], describe: Callable[[str], RequestState]
) -> Mapping[str, RequestState]:
    """Return the listed states of these requests; the reason of a failure is not in the list and is read separately."""
    by_id = {pair["RequestId"]: pair for pair in listed if pair["RequestId"] in request_ids}
    return {
        request_id: describe(request_id) if pair["Status"] == "FAILED" else request_state(pair)
        for request_id, pair in by_id.items()
    }


def seen(look: Callable[[], bool]) -> bool:
    """Return whether a read shows that a resource refused with ConflictException exists; False when it fails.

    AWS has one code for that and for a write that has not settled: only a read distinguishes them. And a failed read
    must not make it doubtful that nothing was written.
    """
    try:
        return look()
    except Unavailable:
        return False


class SsoSetContents:
    """The reading side of the port SetPolicies. Source: IAM Identity Center API Reference."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset(
        {
            "sso:ListManagedPoliciesInPermissionSet",
            "sso:ListCustomerManagedPolicyReferencesInPermissionSet",
            "sso:GetInlinePolicyForPermissionSet",
            "sso:GetPermissionsBoundaryForPermissionSet",
        }
    )
    DEPENDENT_ACTIONS: ClassVar[DependentActions] = READS_ENCRYPTED

    def __init__(self, client: "SSOAdminClient", *, instance_arn: str) -> None:
        self._client = client
        self._instance = instance_arn
        self._partition = instance_arn.split(":")[1]

    def parts(self, arn: str) -> SetParts:
        """See SetPolicies; four calls, and one for each further page of the two lists."""
        return SetParts(
            managed=frozenset(self._word(policy) for policy in self._managed(arn)),
            customer=self._customer(arn),
            inline=self.inline(arn),
            boundary=self.boundary(arn),
        )

    def inline(self, arn: str) -> str:
        """See SetPolicies."""
        with translated():
            return self._client.get_inline_policy_for_permission_set(**self._target(arn)).get("InlinePolicy", "")

    def boundary(self, arn: str) -> Mapping[str, str]:
        """See SetPolicies; AWS answers that there is no such thing where there is no boundary."""
        try:
            with translated():
                answer: Any = self._client.get_permissions_boundary_for_permission_set(**self._target(arn))
        except NotFound:
            return {}
        boundary = answer.get("PermissionsBoundary", {})
        if reference := boundary.get("CustomerManagedPolicyReference"):
            return {"customer_policy": _word_of(reference)}
        policy = boundary.get("ManagedPolicyArn", "")
        return {"managed_policy": self._word(policy)} if policy else {}

    def _managed(self, arn: str) -> frozenset[str]:
        listing = self._client.get_paginator("list_managed_policies_in_permission_set")
        with translated():
            pages = list(listing.paginate(**self._target(arn)))
        return frozenset(policy["Arn"] for page in pages for policy in page["AttachedManagedPolicies"])

    def _customer(self, arn: str) -> frozenset[str]:
        listing = self._client.get_paginator("list_customer_managed_policy_references_in_permission_set")
        with translated():
            pages = list(listing.paginate(**self._target(arn)))
        return frozenset(_word_of(policy) for page in pages for policy in page["CustomerManagedPolicyReferences"])

    def _target(self, arn: str) -> Any:  # noqa: ANN401 - keyword arguments of many boto3 methods
        return {"InstanceArn": self._instance, "PermissionSetArn": arn}

    def _policy_arn(self, managed_policy: str) -> str:
        whole = managed_policy.startswith("arn:")
        return managed_policy if whole else f"{self._prefix}{managed_policy}"

    def _word(self, policy_arn: str) -> str:
        return policy_arn.removeprefix(self._prefix)

    @property
    def _prefix(self) -> str:
        return f"arn:{self._partition}:iam::aws:policy/"


def _word_of(reference: Mapping[str, Any]) -> str:
    return f"{reference.get('Path', '/')}{reference['Name']}"


class SsoSetPolicies(SsoSetContents):
    """The port SetPolicies over the API `sso-admin`. Source: IAM Identity Center API Reference."""

    ACTIONS: ClassVar[frozenset[str]] = SsoSetContents.ACTIONS | frozenset(
        {
            "sso:AttachManagedPolicyToPermissionSet",
            "sso:DetachManagedPolicyFromPermissionSet",
            "sso:AttachCustomerManagedPolicyReferenceToPermissionSet",
            "sso:DetachCustomerManagedPolicyReferenceFromPermissionSet",
            "sso:PutInlinePolicyToPermissionSet",
            "sso:DeleteInlinePolicyFromPermissionSet",
            "sso:PutPermissionsBoundaryToPermissionSet",
            "sso:DeletePermissionsBoundaryFromPermissionSet",
        }
    )
    DEPENDENT_ACTIONS: ClassVar[DependentActions] = WRITES_ENCRYPTED

    def attach_managed(self, arn: str, *, managed_policy: str) -> Receipt:
        """See SetPolicies."""
        policy = self._policy_arn(managed_policy)
        try:
            with translated():
                done = self._client.attach_managed_policy_to_permission_set(
                    **self._target(arn), ManagedPolicyArn=policy
                )
        except Conflicting as conflict:
            if seen(lambda: policy in self._managed(arn)):
                raise AlreadyExists(str(conflict)) from conflict
            raise
        return receipt(done)

    def detach_managed(self, arn: str, *, managed_policy: str) -> Receipt:
        """See SetPolicies."""
        policy = self._policy_arn(managed_policy)
        with translated():
            return receipt(
                self._client.detach_managed_policy_from_permission_set(**self._target(arn), ManagedPolicyArn=policy)
            )

    def attach_customer(self, arn: str, *, customer_policy: str) -> Receipt:
        """See SetPolicies."""
        reference = _reference(customer_policy)
        try:
            with translated():
                done = self._client.attach_customer_managed_policy_reference_to_permission_set(
                    **self._target(arn), CustomerManagedPolicyReference=reference
                )
        except Conflicting as conflict:
            if seen(lambda: customer_policy in self._customer(arn)):
                raise AlreadyExists(str(conflict)) from conflict
            raise
        return receipt(done)

    def detach_customer(self, arn: str, *, customer_policy: str) -> Receipt:
        """See SetPolicies."""
        with translated():
            return receipt(
                self._client.detach_customer_managed_policy_reference_from_permission_set(
                    **self._target(arn), CustomerManagedPolicyReference=_reference(customer_policy)
                )
            )

    def put_inline(self, arn: str, *, document: str) -> Receipt:
        """See SetPolicies."""
        with translated():
            return receipt(self._client.put_inline_policy_to_permission_set(**self._target(arn), InlinePolicy=document))

    def delete_inline(self, arn: str) -> Receipt:
        """See SetPolicies."""
        with translated():
            return receipt(self._client.delete_inline_policy_from_permission_set(**self._target(arn)))

    def put_boundary(self, arn: str, *, managed_policy: str = "", customer_policy: str = "") -> Receipt:
        """See SetPolicies."""
        boundary: Any = (
            {"ManagedPolicyArn": self._policy_arn(managed_policy)}
            if managed_policy
            else {"CustomerManagedPolicyReference": _reference(customer_policy)}
        )
        with translated():
            return receipt(
                self._client.put_permissions_boundary_to_permission_set(
                    **self._target(arn), PermissionsBoundary=boundary
                )
            )

    def delete_boundary(self, arn: str) -> Receipt:
        """See SetPolicies."""
        with translated():
            return receipt(self._client.delete_permissions_boundary_from_permission_set(**self._target(arn)))


def _reference(customer_policy: str) -> Any:  # noqa: ANN401 - the stubs have a type for this alone
    path, _, name = customer_policy.rpartition("/")
    return {"Path": f"{path}/", "Name": name}
