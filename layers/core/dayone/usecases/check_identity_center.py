"""What is said of the instance of Identity Center: whether it is there, whose it is, and whether it fits."""

from dayone.domain.findings import Finding, amiss, doubtful, fine, unseen
from dayone.domain.life_cycle import IdentitySource
from dayone.errors import DayOneError
from dayone.ports.surroundings import SeenInstance, SeenOrganization

_ACTIVE = "ACTIVE"


def instance_is_usable(seen: SeenInstance) -> Finding:
    """It is active, and has permission sets."""
    name = "instance"
    if seen.status and seen.status != _ACTIVE:
        why = f": {seen.status_reason}" if seen.status_reason else ""
        return amiss(
            name, f"the instance is {seen.status}{why}", do="wait until it is ACTIVE, or mend it in the console"
        )
    if seen.permission_sets_enabled is False:
        do = "enable them with `aws sso-admin update-instance`, which cannot be undone"
        return amiss(name, "permission sets are switched off in this instance", do=do)
    if not seen.status:
        return doubtful(name, "the instance is there; AWS does not say in which state", do="look in the console")
    return fine(name, "the instance is ACTIVE")


def instance_is_here(seen: SeenInstance, region: str) -> Finding:
    """It is administered in the Region where Day One is."""
    name = "region"
    if seen.primary_region and seen.primary_region != region:
        do = f"deploy in {seen.primary_region}: permission sets and assignments can be read and written there only"
        return amiss(name, f"the instance's primary Region is {seen.primary_region}, this is {region}", do=do)
    if not seen.primary_region:
        says = f"the instance answers in {region}; AWS does not name its primary Region"
        return unseen(name, says, do="look in the console, Identity Center, Settings, Management: it must be this one")
    return fine(name, f"the instance's primary Region is this one, {region}")


def store_fits(seen: SeenInstance, identity_store_id: str) -> Finding:
    """The identity store is that of the instance."""
    name = "identity-store"
    if seen.identity_store_id == identity_store_id:
        return fine(name, f"the identity store of the instance is {identity_store_id}")
    do = f"deploy with IdentityStoreId={seen.identity_store_id}"
    return amiss(
        name, f"the identity store of the instance is {seen.identity_store_id}, not {identity_store_id}", do=do
    )


def identity_source() -> Finding:
    """AWS has no call that says where users come from."""
    says = "AWS has no call that returns the identity source"
    do = (
        "look in the console, Identity Center, Settings: if an external provider or Active Directory is the source, "
        "the policy must say `identity_source: external`"
    )
    return unseen("identity-source", says, do=do)


def first_sign_in(source: IdentitySource | DayOneError) -> Finding:
    """A user that the API makes has no password; only a setting that no API tells of lets such users choose one.

    Of a policy that cannot be read, the usual source is taken.
    """
    name = "first-sign-in"
    if source is IdentitySource.EXTERNAL:
        return fine(name, "people sign in at the identity provider: the policy says `identity_source: external`")
    says = (
        "a user that Day One makes has no password and gets no mail from AWS, and AWS has no call that tells whether"
        " `Send email OTP` is on"
    )
    do = (
        "in the console, Identity Center, Settings, Authentication, switch on `Send email OTP` before the first hire; "
        "there is nothing to do where an external identity provider owns the users"
    )
    return unseen(name, says, do=do)


def instance_is_the_organizations(seen: SeenInstance, organization: SeenOrganization) -> Finding:
    """An account's own instance has neither accounts nor permission sets to assign."""
    name = "organization-instance"
    if not seen.owner_account:
        return unseen(
            name, "AWS does not say whose instance it is", do="look in the console, Identity Center, Settings"
        )
    if seen.owner_account == organization.management_account:
        return fine(name, f"the instance is that of the organisation {organization.id}")
    do = "use the instance of the management account: an account instance cannot give access to accounts"
    return amiss(name, f"the instance is that of the account {seen.owner_account} alone", do=do)
