"""Assignments and the principals they give access to: the one place that knows how their names are written."""

from functools import lru_cache
from typing import NamedTuple

from dayone.domain.subjects import Resource, ResourceKind, ResourceOf, group_named, user_of

# Begins the principal of an assignment that is a person's own; no group's key may begin so.
PERSON_PREFIX = "person:"
_BETWEEN = "/"  # begins neither: no key of a group or a permission set holds one


class Principal(NamedTuple):
    """Who is given access: a group, by its key, or one person, by their id; written `<key>` or `person:<id>`."""

    group: str = ""
    person: str = ""

    def __str__(self) -> str:
        return f"{PERSON_PREFIX}{self.person}" if self.person else self.group

    @classmethod
    def parse(cls, text: str) -> "Principal":
        """Read `<key>` or `person:<id>`."""
        if text.startswith(PERSON_PREFIX):
            return cls(person=text.removeprefix(PERSON_PREFIX))
        return cls(group=text)

    @property
    def target(self) -> ResourceOf:
        """The group or the user in Identity Center."""
        return user_of(self.person) if self.person else group_named(self.group)


class Assignment(NamedTuple):
    """A permission set, by its key, given to a principal in the account that it is an assignment of."""

    permission_set: str
    principal: Principal

    @property
    def resource(self) -> Resource:
        """The resource of the account, named `<permission set>/<principal>`."""
        return Resource(ResourceKind.ASSIGNMENT, f"{self.permission_set}{_BETWEEN}{self.principal}")


@lru_cache(maxsize=65_536)
def assignment_in(resource: Resource) -> Assignment:
    """The assignment that a resource of that kind is."""
    permission_set, _, principal = resource.name.partition(_BETWEEN)
    return Assignment(permission_set, Principal.parse(principal))
