"""State of the local Identity Center and Organizations."""

from sandbox.identity_center.caller_rights import CallerRights, StatedRights
from sandbox.identity_center.encryption import Encryption, EveryKey, Keys
from sandbox.identity_center.identity_store.directory import Directory
from sandbox.identity_center.listeners import Listeners
from sandbox.identity_center.organizations.moto_backend import OrganizationState
from sandbox.identity_center.settings import Settings
from sandbox.identity_center.sso_admin.assignments import Assignments
from sandbox.identity_center.sso_admin.management_account import Calling, ManagementAccount
from sandbox.identity_center.sso_admin.moto_backend import SsoAdminState
from sandbox.identity_center.sso_admin.provisions import Provisions
from sandbox.identity_center.sso_admin.regions import Regions
from sandbox.identity_center.sso_admin.requests import Requests


class State:
    """Users, groups and memberships (`directory`), permission sets (`sso_admin`), accounts (`organization`), roles in
    accounts (`provisions`), `assignments` in force, `requests` under way, and who is told of changes (`listeners`).
    `rights` knows what callers may do besides calling, `encryption` which key is used for them; `access_key` is the key
    of the request that is being served.
    """

    def __init__(self, settings: Settings, rights: CallerRights | None = None, keys: Keys | None = None) -> None:
        self.rights = rights or StatedRights(settings.caller_actions)
        self.access_key = ""
        self.settings = settings
        self.behaviour = settings.behaviour
        self.listeners = Listeners()
        self.directory = Directory()
        self.sso_admin = SsoAdminState(settings.region, settings.account_id, self.directory.store_id)
        self.organization = OrganizationState(settings.account_id)
        self.management_account = ManagementAccount(
            settings, self.sso_admin, lambda: self.behaviour, lambda: Calling(self.access_key, self.rights)
        )
        self.encryption = Encryption(settings, self.sso_admin, lambda: self.rights, keys or EveryKey())
        self.provisions = Provisions(self.sso_admin, self.listeners)
        self.requests = Requests(lambda: self.behaviour)
        self.regions = Regions(settings.region, self.requests)
        self.assignments = Assignments(self.sso_admin, self.directory, self.provisions, self.listeners)
        self.directory.on_principal_deleted = lambda kind, identifier: self.assignments.forget(
            principal_type=kind, principal_id=identifier
        )

    def wipe(self) -> None:
        """Remove what an instance has: everybody, everything they have, and every permission set."""
        self.directory.wipe()
        self.sso_admin.permission_sets.clear()
