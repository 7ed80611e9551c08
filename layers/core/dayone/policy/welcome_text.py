"""Text of the welcome message: the sign-in address, the user name, and the access."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dayone.model.operations import Operation
from dayone.model.people import Mail, Person
from dayone.ports.messaging import DetailType, DomainEvent
from dayone.ports.organizations import WelcomeMail

if TYPE_CHECKING:
    from dayone.messages.bus_events import PersonReadyDetail

PLACEHOLDERS = ("given_name", "display_name", "user_name", "portal_url", "first_sign_in", "access", "cli_profiles")
# For users whom Identity Center owns, where `Send email OTP` is on. Source: IAM Identity Center User Guide, "Email
# one-time password to users created with API".
_FIRST_SIGN_IN = (
    "The first time, you have no password yet: enter your user name, {user_name}, at {portal_url}. AWS then mails a"
    " code to {email}, and with it you choose a password."
)
_NO_ACCESS = "nothing yet"


@dataclass(frozen=True, kw_only=True, order=True)
class Reachable:
    """A permission set, as AWS calls it, in an account, by name and id."""

    account_name: str
    account_id: str
    permission_set: str


@dataclass(frozen=True, kw_only=True)
class Portal:
    """The access portal: its address, and the Region that Identity Center is in."""

    url: str
    region: str


def person_ready(
    operation: Operation, *, person: Person, reachable: Sequence[Reachable], portal: Portal
) -> DomainEvent:
    """Build the event that a person is ready to begin; one first day gives one id, however often it is sent."""
    detail: PersonReadyDetail = {
        "change": operation.change,
        "person": person.id,
        "user_name": person.user_name,
        "portal_url": portal.url,
        "access": [
            {
                "account": access.account_id,
                "account_name": access.account_name,
                "permission_set": access.permission_set,
            }
            for access in reachable
        ],
        "cli_profiles": cli_profiles(reachable, portal=portal),
    }
    return DomainEvent(
        id=f"{operation.subject}/{operation.attributes.get('first_day', '')}/ready",
        detail_type=DetailType.PERSON_READY,
        detail=detail,
        time=operation.created_at,
    )


def welcome_mail(mail: Mail, *, person: Person, reachable: Sequence[Reachable], portal: Portal) -> WelcomeMail:
    """Return the mail with its texts filled in."""
    access = "\n".join(
        f"{access.permission_set} in {access.account_name} ({access.account_id})" for access in reachable
    )
    filled = {
        "given_name": person.given_name,
        "display_name": person.display_name,
        "user_name": person.user_name,
        "portal_url": portal.url,
        "first_sign_in": _FIRST_SIGN_IN.format(user_name=person.user_name, portal_url=portal.url, email=person.email),
        "access": access or _NO_ACCESS,
        "cli_profiles": cli_profiles(reachable, portal=portal),
    }
    # Values from HR may hold line ends, which are not allowed in a subject.
    subject = " ".join(mail.subject.format_map(filled).split())
    return WelcomeMail(sender=mail.sender, to=person.email, subject=subject, text=mail.text.format_map(filled))


def cli_profiles(reachable: Sequence[Reachable], *, portal: Portal) -> str:
    """Sections for the AWS CLI's configuration file, one profile for each permission set in an account.

    Source: AWS CLI User Guide, "Configuring IAM Identity Center authentication".
    """
    session = (
        f"[sso-session dayone]\nsso_start_url = {portal.url}\nsso_region = {portal.region}\n"
        "sso_registration_scopes = sso:account:access\n"
    )
    profiles = (
        f"[profile {_word(access.account_name)}-{access.permission_set}]\nsso_session = dayone\n"
        f"sso_account_id = {access.account_id}\nsso_role_name = {access.permission_set}\n"
        for access in reachable
    )
    return "\n".join([session, *profiles])


def _word(name: str) -> str:
    return "".join(char if char.isalnum() or char in "-_." else "-" for char in name)
