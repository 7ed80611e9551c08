"""Access of a user at this moment: accounts, permission sets in them, and the role behind each."""

from dataclasses import dataclass

from sandbox.identity_center.center import IdentityCenter
from sandbox.identity_center.identity_store.directory import Entity
from sandbox.sign_in.reserved_roles.roles import Role, Roles
from sandbox.sign_in.start_urls import start_url_of


@dataclass(frozen=True, kw_only=True)
class User:
    """Somebody in the directory."""

    id: str
    user_name: str
    display_name: str
    email: str


@dataclass(frozen=True, kw_only=True)
class Entitlement:
    """One permission set in one account; `role` is missing where the local Identity Center has no IAM beside it."""

    account_id: str
    account_name: str
    account_email: str
    permission_set: str
    description: str
    relay_state: str
    role: Role | None


class Entitlements:
    """Looks into the center anew for every question: nothing that has gone is ever remembered."""

    def __init__(self, center: IdentityCenter, roles: Roles | None) -> None:
        self._center = center
        self._roles = roles

    @property
    def region(self) -> str:
        """Identity Center's Region."""
        return self._center.settings.region

    @property
    def start_url(self) -> str:
        """The name of the portal in profiles."""
        return start_url_of(self._center.directory.store_id)

    def user_named(self, user_name: str) -> User | None:
        """Return the user with this name who may sign in; letter case does not count."""
        with self._center.reading() as center:
            wanted = user_name.strip().casefold()
            users = (_user(entity) for entity in center.directory.users.values() if _is_enabled(entity))
            return next((user for user in users if user.user_name.casefold() == wanted), None)

    def user(self, user_id: str) -> User | None:
        """Return the user with this id, who is there and not disabled."""
        with self._center.reading() as center:
            found = center.directory.users.get(user_id)
            return _user(found) if found and _is_enabled(found) else None

    def of(self, user_id: str) -> list[Entitlement]:
        """Return what the user has, directly or through groups, by account name and permission set."""
        with self._center.reading() as center:
            if user_id not in center.directory.users:
                return []
            pairs = {pair[:2] for pair in center.assignments.of_principal("USER", user_id)}
            found = [self._entitlement(center, account_id, arn) for account_id, arn in pairs]
        return sorted(found, key=lambda entry: (entry.account_name.casefold(), entry.account_id, entry.permission_set))

    def _entitlement(self, center: IdentityCenter, account_id: str, arn: str) -> Entitlement:
        account = next(fake_account for fake_account in center.organization.accounts if fake_account.id == account_id)
        permission_set = center.sso_admin.permission_set(arn)
        return Entitlement(
            account_id=account_id,
            account_name=account.name,
            account_email=account.email,
            permission_set=permission_set.name,
            description=permission_set.description or "",
            relay_state=permission_set.relay_state or "",
            role=self._roles.find(account_id, arn) if self._roles else None,
        )


def _is_enabled(entity: Entity) -> bool:
    return entity.status == "ENABLED"


def _user(entity: Entity) -> User:
    attributes = entity.attributes
    return User(
        id=entity.id,
        user_name=attributes["UserName"],
        display_name=attributes.get("DisplayName") or attributes["UserName"],
        email=next((entry.get("Value", "") for entry in attributes.get("Emails") or []), ""),
    )
