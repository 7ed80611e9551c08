"""Adversaries: each with all the rights of their place, and one aim."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import TYPE_CHECKING, ClassVar

from dayone.accounts.discovery import request_bootstrap
from dayone.adoption.service import AdoptionWish, request_adoption
from dayone.api.context import AccessApi
from dayone.changes.decision_request import DecidedPart
from dayone.changes.decisions import EVERYTHING, LEAVERS
from dayone.grants.request import GrantWish
from dayone.grants.service import extend_grant, give_grant
from dayone.hr.manual import end_person, put_person
from dayone.model.operations import Operation
from dayone.model.people import Status
from dayone.model.preconditions import NO_PRECONDITION
from dayone.model.subjects import ITSELF, Resource, ResourceKind, ResourceOf
from dayone.policy.service import roll_back_policy, submit_policy
from dayone.reconcile.retry import retry_change
from tests.builders import a_person, the_account, the_group, the_person
from tests.simulation.adversaries import company
from tests.simulation.adversaries.company import OWN, OWN_ACCOUNT, OWN_UNIT
from tests.simulation.adversaries.edits import (
    EDITS,
    GRANTS,
    IN_TWO_STEPS,
    NAMES_AN_ADMINISTRATOR,
    NOT_SO_HARMLESS,
    PROTECTS_AN_ADMINISTRATOR,
    WAYS,
    WITH_LEGACY,
    WITH_OPS,
)

if TYPE_CHECKING:
    from tests.simulation.adversaries.trial import Trial

type Act = Callable[[], None]

_EVERYBODY = tuple(f"e-{number}" for number in range(1, 16))
_OTHERS = _EVERYBODY[1:]
# Begins while somebody tries, with an access that HR alone gives.
_ON_CALL = "e-24"
_SSO = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_{role}_0123456789abcdef/e-1@example.com"


@dataclass
class Party:
    """`name` is who it is to the judge; one that `decides_what_all_have` may let people be without it."""

    trial: "Trial"
    name: ClassVar[str] = ""
    decides_what_all_have: ClassVar[bool] = False

    @property
    def random(self) -> Random:
        return self.trial.random

    def acts(self) -> tuple[Act, ...]:
        """Everything that it can do."""
        raise NotImplementedError

    def tries(self) -> None:
        """One of these, or several at once."""
        for _ in range(self.random.choice((1, 1, 2, 4))):
            self.random.choice(self.acts())()

    def asks(self, ask: Callable[[AccessApi], object]) -> None:
        """Ask the API for something, and remember which change came of it."""

        def taken(answer: object) -> None:
            change = answer if isinstance(answer, str) else getattr(answer, "change", "") or getattr(answer, "id", "")
            if change:
                self.trial.behind[change] = self.name

        self.trial.outside.asks(ask, taken)


class HrClerk(Party):
    """May say anything of anybody in the HR system: gains by a title, a new person or a return, removes by ends."""

    name = "hr"

    def acts(self) -> tuple[Act, ...]:
        return (
            self._promotes,
            self._hires,
            self._ends,
            self._ends_many,
            self._moves,
            self._moves_many,
            self._takes_name,
            self._renames_administrator,
            self._puts_on_call,
        )

    def _says(self, person: str, **changes: object) -> None:
        existing = self.trial.outside.people[person].person
        self.trial.outside.tells(replace(existing, **changes), ago=self.random.choice((0.0, 0.0, 30.0)))  # type: ignore[arg-type]

    def _promotes(self) -> None:
        self._says(OWN, title=self.random.choice(("Cloud Admin", "Owner", "Admin")), department="Platform")

    def _hires(self) -> None:
        number = f"e-{self.random.randint(90, 99)}"
        self.trial.outside.tells(a_person(number, title="Cloud Admin", department="Platform"))

    def _ends(self) -> None:
        how = ({"status": Status.ENDED}, {"end_date": self.trial.world.time.now.date() - timedelta(days=1)})
        self._says(self.random.choice(_OTHERS), **self.random.choice(how))

    def _ends_many(self) -> None:
        for person in self.random.sample(_OTHERS, k=8):
            self._says(person, status=Status.ENDED)

    def _moves(self) -> None:
        self._says(self.random.choice(_OTHERS), department="Nowhere")

    def _moves_many(self) -> None:
        for person in self.random.sample(_OTHERS, k=6):
            self._says(person, department=self.random.choice(("Sales", "Engineering", "Nowhere")))

    def _takes_name(self) -> None:
        """A new person with the user name of an administrator who is let go at the same moment."""
        self._says("e-13", status=Status.ENDED)
        self.trial.outside.tells(a_person("e-89", user_name="e-13@example.com"))

    def _renames_administrator(self) -> None:
        """The user of an administrator becomes somebody else's, who gets a password by the address."""
        names = self.random.choice(({"email": "mal@example.org"}, {"user_name": "mal@example.org"}))
        self._says(self.random.choice(("e-13", "e-14", "e-15")), given_name="Mal", **names)

    def _puts_on_call(self) -> None:
        """Get a title by which HR alone gives something, by a rule that two have agreed on."""
        self._says(OWN, title="On call")


class IdentityProvider(Party):
    """May change users in Identity Center: who is called how, and who is there before Day One makes them."""

    name = "idp"

    def acts(self) -> tuple[Act, ...]:
        return (
            self._renames_own,
            self._swaps_names,
            self._makes_a_namesake,
            self._makes_a_namesake,
            self._edits_attributes,
            self._takes_an_address,
        )

    def _user_of(self, person: str) -> str:
        user = self.trial.user_of(person)
        return user if user in self._users else ""

    @property
    def _users(self) -> dict[str, dict[str, str]]:
        return self.trial.world.aws.center.users

    def _edits(self, user: str, **attributes: str) -> None:
        had = self._users[user]
        had.update(attributes)
        self.trial.promise.renamed.add((user, had["user_name"], had.get("email", "")))

    def _renames_own(self) -> None:
        if own := self._user_of(OWN):
            self._edits(own, user_name=f"e-{self.random.randint(13, 30)}@example.org")

    def _swaps_names(self) -> None:
        own, admin = self._user_of(OWN), self._user_of(self.random.choice(("e-13", "e-14", "e-15")))
        if own and admin:
            names = [self._users[user]["user_name"] for user in (admin, own)]
            for user, name in zip((own, admin), names, strict=True):
                self._edits(user, user_name=name)

    def _makes_a_namesake(self) -> None:
        """Before somebody begins there is a user of their name, which is somebody else's."""
        person, center = a_person(self.random.choice(("e-23", _ON_CALL))), self.trial.world.aws.center
        if all(attributes["user_name"] != person.user_name for attributes in center.users.values()):
            impostor = center.new_id("user")
            self.trial.world.foreign.add(impostor)
            self.trial.promise.strangers.add(impostor)
            names = {"given_name": person.given_name, "family_name": person.family_name}
            address = self.random.choice(({}, {"email": "mal@example.org"}))
            told = {"user_name": person.user_name, "display_name": person.display_name}
            center.users[impostor] = {**told, **names, **address}

    def _edits_attributes(self) -> None:
        if own := self._user_of(OWN):
            self._edits(own, title="Cloud Admin", display_name="Cloud Admin")

    def _takes_an_address(self) -> None:
        """The own user has the address of an administrator, or an administrator's has the own."""
        own, admin = self._user_of(OWN), self._user_of("e-13")
        if own and admin:
            user, address = self.random.choice(((own, "e-13@example.com"), (admin, f"{OWN}@example.com")))
            self._edits(user, email=address)


class ApiCaller(Party):
    """Somebody who calls the API, by whichever session of the one user that they are."""

    roles: ClassVar[tuple[str, ...]] = ()

    @property
    def arn(self) -> str:
        return _SSO.format(role=self.random.choice(self.roles))

    def approves(self) -> None:
        """Approve everything that is held, even their own."""
        heads = self.trial.world.day_one.state.heads.items()
        for change in self.trial.outside.held():
            holding = sorted(
                subject for subject, head in heads if any(removal.change == change for removal in head.held)
            )
            parts = (EVERYTHING, EVERYTHING, LEAVERS, *(DecidedPart(subjects=(subject,)) for subject in holding[:2]))
            self.trial.approves(change, arn=self.arn, who=self.name, part=self.random.choice(parts))

    def retries(self) -> None:
        if changes := sorted(self.trial.world.day_one.state.changes):
            change, arn = self.random.choice(changes), self.arn
            self.asks(lambda api: retry_change(change, chosen=(), actor=arn, ports=api))

    def bootstraps(self) -> None:
        arn, account = self.arn, self.random.choice((OWN_ACCOUNT, "000000000001", "000000000002"))
        self.asks(lambda api: request_bootstrap([account], actor=arn, ports=api))

    def ends_people(self) -> None:
        for person in self.random.sample(_OTHERS, k=self.random.choice((1, 5))):
            self.asks(partial(_ends, person, self.arn, self.random.random() < 0.7))


def _ends(person: str, arn: str, is_at_once: bool, api: AccessApi) -> object:  # noqa: FBT001 - a partial's argument
    return end_person(person, on=None, is_at_once=is_at_once, actor=arn, ports=api)


class Author(ApiCaller):
    """May put a policy in force, tell of people by hand and give grants, and tries to approve it as well."""

    name = "author"
    decides_what_all_have = True
    roles = ("Author", "Operator")

    def acts(self) -> tuple[Act, ...]:
        edits = tuple(partial(self._edits, text) for text in EDITS)
        others = (self.retries, self.bootstraps, self.ends_people, self._rolls_back, self._tells_by_hand, self._grants)
        combined = (*[self._edits_at_random] * 4, *[self._edits_in_two_steps] * 4, self._widens_what_is_harmless)
        with_others = (*[self._is_sent_on_call] * 3, *[self._takes_a_group_on] * 2, *[self._means_more_by_then] * 2)
        alone = (*[self.approves] * 8, *[self._grants] * 3, *[self._keeps_who_is_moved] * 2)
        return (*edits, *others, *alone, *combined, *with_others)

    def _edits(self, text: str) -> None:
        arn = self.arn
        self.asks(lambda api: submit_policy({"policy.yaml": text}, actor=arn, ports=api))

    def _edits_at_random(self) -> None:
        """Several at once, each on top of another."""
        groups, sets, assignments, guardrails = (self.random.choice(ways) for ways in WAYS)
        self._edits(groups + sets + assignments + guardrails)

    def _edits_in_two_steps(self) -> None:
        """The second as soon as the first is in force, or when what it takes away is on its way, or later."""
        first, second = self.random.choice(IN_TWO_STEPS)
        self._edits(first)
        self.trial.world.time.at(self.random.choice((2.0, 8.0, 30.0)), lambda: self._edits(second))

    def _widens_what_is_harmless(self) -> None:
        self._edits(company.GROUPS + self.random.choice(NOT_SO_HARMLESS) + company.ASSIGNMENTS + company.GUARDRAILS)

    def _takes_a_group_on(self) -> None:
        """One that others have made, as somebody else agrees, with nobody in it; and then have everybody in it."""
        state, legacy = self.trial.world.day_one.state, the_group(company.LEGACY)
        there = ITSELF[legacy.kind]
        self.trial.grace_agrees(there)
        failed = [each for each in state.operations.values() if each.subject == legacy and each.failure_reason]
        if ResourceOf(legacy, there) in state.applied:
            self._edits(WITH_LEGACY.replace("legacy: {members: []}", "legacy: {members: everyone}"))
        elif failed:
            self.asks(partial(_adopts, failed[-1], self.arn))
        else:
            self._edits(WITH_LEGACY)

    def _means_more_by_then(self) -> None:
        """Somebody else looks at a membership, which means more by the time they have approved it."""
        at, agrees = self.trial.world.time.at, self.trial.grace_agrees
        joins, more = Resource(ResourceKind.MEMBERSHIP, "ops"), Resource(ResourceKind.ASSIGNMENT, "Admin/ops")
        if any(resource == joins for change in self.trial.outside.held() for _, resource in self.trial.waiting(change)):
            agrees(joins, after=50.0)
            self._edits(WITH_OPS.replace("ops, permission_set: ViewOnly", "ops, permission_set: Admin"))
            for seconds in (15.0, 30.0, 45.0):
                at(seconds, lambda: agrees(more))
        else:
            self._edits(WITH_OPS)

    def _keeps_who_is_moved(self) -> None:
        """HR gives an administrator other work, whom a rule names by then, or soon after."""
        if self.trial.seed % 3 == 2:
            self._protects_who_leaves()
        else:
            self._keeps(NAMES_AN_ADMINISTRATOR, lambda: self.trial.hr_moves("e-14"))

    def _protects_who_leaves(self) -> None:
        """HR ends an administrator, whom the policy protects by then, or soon after."""
        self._keeps(PROTECTS_AN_ADMINISTRATOR, lambda: self.trial.hr_ends("e-14"))

    def _keeps(self, text: str, takes_away: Act) -> None:
        if not self.trial.moved:
            self.trial.world.time.at(self.random.choice((0.0, 20.0)), lambda: self._edits(text))
            self.trial.world.time.at(self.random.choice((10.0, 40.0)), takes_away)

    def _rolls_back(self) -> None:
        version = self.random.randint(1, max(self.trial.world.day_one.state.kept_policies))
        arn = self.arn
        self.asks(lambda api: roll_back_policy(version, actor=arn, ports=api))

    def _tells_by_hand(self) -> None:
        told = {
            "title": "Cloud Admin",
            "given_name": "Mal",
            "family_name": "Lory",
            "email": "m@example.com",
            "status": "active",
        }
        person, arn = self.random.choice((OWN, "e-77")), self.arn
        self.asks(lambda api: put_person(person, told, actor=arn, precondition=NO_PRECONDITION, ports=api))

    def _grants(self) -> None:
        where, what = self.random.choice(GRANTS)
        self._gives(where, what, lasts=timedelta(hours=self.random.choice((1, 20))))
        self._extends()

    def _is_sent_on_call(self) -> None:
        """For some minutes, as somebody else approves; and then for days, or for good."""
        if self.trial.world.day_one.state.grants:
            return
        self._gives("person", Resource(ResourceKind.MEMBERSHIP, "admins"), lasts=timedelta(seconds=150))
        for seconds in (8.0, 25.0, 50.0):
            self.trial.world.time.at(seconds, self.trial.grace_approves)
        then = self.random.choice((self._extends, self._is_sent_on_call_for_days, partial(self._edits, EDITS[2])))
        self.trial.world.time.at(self.random.choice((80.0, 120.0)), then)

    def _is_sent_on_call_for_days(self) -> None:
        self._gives("person", Resource(ResourceKind.MEMBERSHIP, "admins"), lasts=timedelta(days=3))

    def _gives(self, where: str, what: Resource, *, lasts: timedelta) -> None:
        now, arn = self.trial.world.time.now, self.arn
        wish = GrantWish(
            subject=the_person(OWN) if where == "person" else the_account(where),
            resource=what,
            reason="on call",
            ticket="",
            begins=now,
            until=now + lasts,
            includes_management=True,
        )
        self.asks(lambda api: give_grant(wish, actor=arn, ports=api))

    def _extends(self) -> None:
        now, arn = self.trial.world.time.now, self.arn
        for grant in sorted(self.trial.world.day_one.state.grants)[:2]:
            self.asks(partial(_extends, grant, arn, now + timedelta(days=2)))


def _adopts(failed: Operation, arn: str, api: AccessApi) -> object:
    digest = "".join(re.findall("--digest ([0-9a-f]{16})", failed.failure_reason))
    wish = AdoptionWish(subject=failed.subject, digest=digest, reason="ours")
    return request_adoption(failed.change, wish=wish, actor=arn, ports=api)


def _extends(grant: str, arn: str, until: datetime, api: AccessApi) -> object:
    return extend_grant(grant, until=until, actor=arn, ports=api)


class Approver(ApiCaller):
    """May decide about what is held, end people and have things looked at again; is an engineer besides."""

    name = "approver"
    roles = ("Operator", "ReadOnly")

    def acts(self) -> tuple[Act, ...]:
        return (self.retries, self.bootstraps, *[self.ends_people] * 3, *[self.approves] * 4, self._waits_for_hr)

    def _waits_for_hr(self) -> None:
        """HR moves them to where access is that they then approve themselves."""
        own = self.trial.outside.people[OWN].person
        self.trial.outside.tells(replace(own, title="Cloud Admin", department="Platform"))


class AccountOwner(Party):
    """May tag, rename and move the own account, rename its unit, and have events of that arrive."""

    name = "owner"

    def acts(self) -> tuple[Act, ...]:
        return (self._tags, self._renames, self._moves, self._renames_unit, self._goes_away)

    def _becomes(self, event: str, **changes: object) -> None:
        accounts = self.trial.world.day_one.organization.accounts
        accounts[OWN_ACCOUNT] = replace(accounts[OWN_ACCOUNT], **changes)  # type: ignore[arg-type]
        name = self.random.choice((event, event, "CreateAccountResult"))
        self.trial.behind[self.trial.account_event(name, OWN_ACCOUNT)] = self.name

    def _tags(self) -> None:
        self._becomes("TagResource", tags={"sandbox": self.random.choice(("yes", "no"))})

    def _renames(self) -> None:
        self._becomes("PutAccountName", name=self.random.choice(("sandbox-mine", "mine")))

    def _moves(self) -> None:
        self._becomes("MoveAccount", ou_path=self.random.choice(("/Workloads/Dev", "/Sales/One", "/Elsewhere")))

    def _renames_unit(self) -> None:
        """The unit gets the name of one in which the rules give more: all below it is at another place."""
        organization = self.trial.world.day_one.organization
        organization.rename_unit(OWN_UNIT, self.random.choice(("Workloads", "Sales", "Elsewhere")))
        event = self.trial.account_event("UpdateOrganizationalUnit", unit=OWN_UNIT)
        self.trial.behind[event] = self.name

    def _goes_away(self) -> None:
        self._becomes("MoveAccount", ou_path="/Elsewhere", tags={}, name="mine")
