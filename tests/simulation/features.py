"""Features of a company that a seed switches on or off: each world has some, so that they meet in many ways."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from random import Random
from zoneinfo import ZoneInfo

from dayone.model.people import Person, Status


class Feature(StrEnum):
    """Something that occurs in a world, or does not."""

    DEEP_UNITS = "units below units, and globs of one level"
    TAGS = "tags, names and ids of units"
    DATES = "conditions on first and last days"
    HOURS = "hours at which access begins and ends, in far time zones"
    LEAVE = "leave, which suspends access or not"
    DELETED_USERS = "users of leavers are deleted"
    SECOND_RECORDS = "somebody is in HR twice"
    CLOSED_ACCOUNTS = "accounts are closed"
    MANY_LEAVE = "many leave at the same time"
    RENAMED_UNITS = "units are renamed"
    DEPARTED_ACCOUNTS = "accounts leave the organisation, and some come back"
    BY_HAND = "people who are entered by hand, and in no HR system"
    PARTS = "decisions about a part of what is held"
    ROLLBACKS = "earlier versions of the policy are put in force again"
    PREVIEWS = "previews of policies"
    THIN_HR = "an HR system that only says that something has changed, and is asked for the record"
    WHOLE_HR = "a second HR system that sends whole records"
    FILES = "everybody of a third one in a file"
    MISTAKES = "policies with mistakes, which are refused"
    LOST_EVENTS = "events of accounts that get lost, accounts from before, and looks at the whole organisation"
    TRIED_AGAIN = "accounts that are bootstrapped and changes that are retried by somebody"
    CROWD = "a whole department that comes, moves and goes"
    OWN_POLICIES = "customer managed and inline policies, and accounts in which the former are missing"
    SMALL_PORTIONS = "each run through many subjects ends after two of them"
    WHOLE_RECORDS = "people with all attributes that HR may have, which change"
    WRONG_DELIVERIES = "deliveries of HR that are mistaken or forged"
    OWN_DECISIONS = "authors who would approve what they have brought about"
    AWAY = "people who are away while a policy suspends their access"
    WHOLE_RULES = "rules with all that the language of the policy has"


# These are of the plain worlds alone, and of two in five of them, so that most worlds stay as they were without them.
_OF_SOME = (
    Feature.WHOLE_RECORDS,
    Feature.WHOLE_RULES,
    Feature.WRONG_DELIVERIES,
    Feature.OWN_DECISIONS,
    Feature.AWAY,
)
_FAR = ("Pacific/Honolulu", "America/Los_Angeles", "Asia/Kolkata", "Pacific/Kiritimati")
_MIDNIGHT = "00:00"


@dataclass(frozen=True, kw_only=True)
class Company:
    """Traits of one company: its features, and `people` of its policies, which no edit changes."""

    seed: int
    features: frozenset[Feature]
    zone: str
    people: str

    def has(self, feature: Feature) -> bool:
        return feature in self.features


def draw_company(seed: int, *, now: datetime, is_plain: bool = False) -> Company:
    """A company with about a third of the features, from a stream of chance that is nothing else's."""
    random = Random(f"company {seed}")  # noqa: S311 - chance that can be had again is what is wanted
    # Each by a chance of its own, so that another one changes none of them.
    features = frozenset(feature for feature in Feature if _has(feature, seed=seed, is_plain=is_plain))
    zone = random.choice(_FAR)
    return Company(seed=seed, features=features, zone=zone, people=_people(features, zone=zone, now=now, random=random))


def _has(feature: Feature, *, seed: int, is_plain: bool) -> bool:
    if feature not in _OF_SOME:
        return _chance_of(feature, seed=seed) < 0.3
    is_of_some = Random(f"features of some {seed}").random() < 0.4  # noqa: S311 - as below
    return is_plain and is_of_some and _chance_of(feature, seed=seed) < 0.6


def _chance_of(feature: Feature, *, seed: int) -> float:
    return Random(f"{feature.name} {seed}").random()  # noqa: S311 - as above


def _people(features: frozenset[Feature], *, zone: str, now: datetime, random: Random) -> str:
    keys = []
    if Feature.HOURS in features:
        # On the clock of that zone, soon: while the world is looked at, or after that.
        until = (now + timedelta(minutes=random.choice((2, 3, 120)))).astimezone(ZoneInfo(zone)).strftime("%H:%M")
        begins = (now + timedelta(minutes=random.choice((1, 2, 90)))).astimezone(ZoneInfo(zone)).strftime("%H:%M")
        keys += [f"access_until: '{until}'"] if until != _MIDNIGHT else []
        keys += [f"access_from: '{begins}'"]
    if Feature.LEAVE in features:
        keys.append(f"on_leave: {random.choice(('keep', 'suspend', 'suspend'))}")
    elif Feature.AWAY in features:
        keys.append("on_leave: suspend")
    if Feature.DELETED_USERS in features:
        keys.append("leavers: delete")
    if Feature.DATES in features:
        keys.append(f"created_days_before: {random.choice((0, 1, 5))}")
    if Feature.SECOND_RECORDS in features:
        keys.append("same_person: {e-2: e-1}")
    return f"people: {{{', '.join(keys)}}}" if keys else ""


def with_days(person: Person, *, company: Company, now: datetime, random: Random) -> Person:
    """Return somebody with the days and the time zone that people of this company have."""
    if company.has(Feature.HOURS) and random.random() < 0.7:
        today = now.astimezone(ZoneInfo(company.zone)).date()
        first, last = random.choice(((None, today), (today, None), (today, today), (None, today - timedelta(days=1))))
        return replace(person, time_zone=company.zone, start_date=first, end_date=last)
    if company.has(Feature.DATES) and random.random() < 0.7:
        return replace(person, start_date=_near(now, random), end_date=None)
    return person


def with_all_attributes(person: Person, *, random: Random) -> Person:
    """Return somebody of whom HR has more to say than the names and the department, each time something else."""
    address = random.choice((person.email, f"{person.id}@example.com", f"{person.id}.new@example.com"))
    return replace(
        person,
        email=address,
        given_name=random.choice(("Ada", "Ada", "Bea")),
        family_name=random.choice(("Lovelace", "Lovelace", "de la Cruz")),
        team=random.choice(("", "blue", "red")),
        cost_centre=random.choice(("", "4711", "4x0", "4y2")),
        location=random.choice(("", "Berlin Mitte", "Rome")),
        employment=random.choice(("", "employee", "Contractor")),
        manager=random.choice(("", "e-1", "e-2")),
    )


def on_leave(person: Person, *, now: datetime, random: Random) -> Person:
    """Return somebody who is away, was, or will be."""
    first = _near(now, random)
    last = random.choice((None, first, first + timedelta(days=1)))
    return replace(person, leave_start=first, leave_end=last, status=Status.ACTIVE)


def _near(now: datetime, random: Random) -> date:
    return now.date() + timedelta(days=random.choice((-2, -1, 0, 0, 1, 2)))
