"""The port PermissionSets in memory."""

from collections.abc import Collection, Iterable, Mapping

from dayone.errors import AlreadyExists, Conflicting, Refused
from dayone.model.operations import TAG_PREFIX, tags_in
from dayone.ports.identity_center import ExistingResource, Receipt, RequestState
from tests.fakes.sso.identity_center import MemoryIdentityCenter, RequestFailed, StoredSet

_DEFAULTS = {"session_duration": "PT1H"}
_HOURS = frozenset(f"PT{hours}H" for hours in range(1, 13))


class MemoryPermissionSets:
    def __init__(self, center: MemoryIdentityCenter) -> None:
        self._center = center

    def create(self, attributes: Mapping[str, str]) -> Receipt:
        name = attributes["name"]
        if self.find(name):
            raise AlreadyExists(f"ConflictException: PermissionSet with name {name} already exists.")
        arn = f"arn:aws:sso:::permissionSet/ssoins-0123456789abcdef/{self._center.new_id('ps')}"
        self._center.permission_sets[arn] = StoredSet(name, _checked(attributes), dict(tags_in(attributes)))
        return self._center.receipt(permission_set_arn=arn)

    def find(self, name: str) -> ExistingResource | None:
        for arn, stored in self._center.permission_sets.items():
            if stored.name == name:
                tags = {f"{TAG_PREFIX}{key}": value for key, value in stored.tags.items()}
                attributes = {"name": name, **stored.attributes, **tags}
                return ExistingResource(references={"permission_set_arn": arn}, attributes=attributes)
        return None

    def update(self, arn: str, *, attributes: Mapping[str, str]) -> Receipt:
        stored = self._center.existing_set(arn)
        stored.attributes = _checked(attributes)
        stored.revision += 1
        return self._center.receipt()

    def tag(self, arn: str, *, tags: Mapping[str, str]) -> Receipt:
        self._center.existing_set(arn).tags |= tags
        return self._center.receipt()

    def untag(self, arn: str, *, keys: Iterable[str]) -> Receipt:
        for key in keys:
            self._center.existing_set(arn).tags.pop(key, None)
        return self._center.receipt()

    def delete(self, arn: str) -> Receipt:
        self._center.existing_set(arn)
        if any(key.permission_set_arn == arn for key in self._center.assignments):
            raise Conflicting("ConflictException: the permission set is assigned")
        del self._center.permission_sets[arn]
        return self._center.receipt()

    def provision(self, arn: str, *, account: str = "") -> str:
        self._center.existing_set(arn)
        return self._center.ask("provisioning", lambda: self._provision(arn, account=account))

    def accounts(self, arn: str) -> Collection[str]:
        self._center.existing_set(arn)
        return {account for account, provisioned in self._center.provisioned if provisioned == arn}

    def outdated_accounts(self, arn: str) -> Collection[str]:
        newest = self._center.existing_set(arn).revision
        return {account for account in self.accounts(arn) if self._center.provisioned[account, arn] != newest}

    def provisionings(self, request_ids: Collection[str]) -> Mapping[str, RequestState]:
        return self._center.states_of("provisioning", request_ids)

    def provisioning(self, request_id: str) -> RequestState:
        return self._center.state_of("provisioning", request_id)

    def _provision(self, arn: str, *, account: str) -> None:
        if arn not in self._center.permission_sets:
            return
        reached = sorted([account] if account else self.accounts(arn))
        for name in reached:
            if name in self._center.closed:
                # Seen on AWS: tests/captures, sso-admin-06.
                raise RequestFailed(
                    "AWS SSO is unable to complete your request at this time. Obtaining permissions to manage your AWS "
                    f"account '{name}' takes longer than usual. Please try again in a few minutes."
                )
        for name in reached:
            self._center.provisioned[name, arn] = self._center.permission_sets[arn].revision


def _checked(attributes: Mapping[str, str]) -> dict[str, str]:
    own = attributes.keys() - {"name"} - {f"{TAG_PREFIX}{key}" for key in tags_in(attributes)}
    kept = {word: attributes[word] for word in own if attributes[word]}
    if kept.get("session_duration", "PT1H") not in _HOURS:
        raise Refused("ValidationException: Session duration is invalid")
    return {**_DEFAULTS, **kept}
