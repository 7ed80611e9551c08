"""Welcome of people who have just got access: the sign-in address, their user name, and their access."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from dayone.errors import NotFound
from dayone.model.accounts import Account
from dayone.model.operations import Operation
from dayone.model.people import Person
from dayone.model.policy.rules import Policy
from dayone.model.subjects import Principal, ResourceKind, Subject, SubjectKind
from dayone.policy.welcome_text import Portal, Reachable, person_ready, welcome_mail
from dayone.ports.messaging import EventBus
from dayone.ports.organizations import Post
from dayone.ports.records import Records
from dayone.ports.store import PolicyInForce

# An event takes 256 KB, and nobody reads more.
_MOST_LISTED = 100
_PAGE = 100


@dataclass(frozen=True, kw_only=True)
class Reception:
    """Dependencies of the welcome message."""

    records: Records
    policies: PolicyInForce
    bus: EventBus
    post: Post
    portal: Portal

    def welcome(self, operation: Operation) -> str:
        """Publish the event about the operation's person, and send the policy's welcome mail, if it has one.

        Returns the request id of the mail. Raises NotFound when the person is not recorded.
        """
        person = self.records.subject(operation.subject).head.fact
        if not isinstance(person, Person):
            raise NotFound(f"{operation.subject} is not known")
        policy = self.policies.current()
        reachable = sorted(islice(self._reachable(operation.subject, policy=policy), _MOST_LISTED))
        self.bus.publish([person_ready(operation, person=person, reachable=reachable, portal=self.portal)])
        welcome = policy.people.welcome
        if welcome is None or welcome.mail is None:
            return ""
        mail = welcome_mail(welcome.mail, person=person, reachable=reachable, portal=self.portal)
        return self.post.send(mail).request_id

    def _reachable(self, subject: Subject, *, policy: Policy) -> Iterator[Reachable]:
        called = {rule.name: rule.called for rule in policy.permission_sets}
        for principal in self._principals(subject):
            cursor = ""
            while True:
                page = self.records.assignments_of(principal, cursor=cursor, limit=_PAGE)
                for assignment in page.entries:
                    name = called.get(assignment.permission_set, assignment.permission_set)
                    yield Reachable(
                        account_name=self._name(assignment.account), account_id=assignment.account, permission_set=name
                    )
                cursor = page.cursor
                if not cursor:
                    break

    def _principals(self, subject: Subject) -> list[str]:
        applied = self.records.subject(subject).applied
        groups = sorted(resource.name for resource in applied if resource.kind is ResourceKind.MEMBERSHIP)
        return [*groups, str(Principal(person=subject.name))]

    def _name(self, account: str) -> str:
        fact = self.records.subject(Subject(SubjectKind.ACCOUNT, account)).head.fact
        return fact.name if isinstance(fact, Account) else account
