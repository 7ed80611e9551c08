"""Preconditions of a write: the stored version is still the one the caller has read."""

from dataclasses import dataclass

from dayone.errors import Outdated


@dataclass(frozen=True, kw_only=True)
class Precondition:
    """A precondition of a write; with the default values it always holds.

    `versions` lists the versions of which one must be the newest, none for any; `must_exist` requires that a version
    exists, and `must_be_new` that none does.
    """

    versions: frozenset[str] = frozenset()
    must_exist: bool = False
    must_be_new: bool = False

    def check(self, newest: str | None) -> None:
        """Raise Outdated unless it holds for the newest version, None when there is none."""
        if self.must_be_new and newest is not None:
            raise Outdated(f"it already exists, with version {newest}: leave out If-None-Match to replace it")
        if self.must_exist and newest is None:
            raise Outdated("it does not exist yet: leave out If-Match to create it")
        if self.versions and newest not in self.versions:
            raise Outdated(
                f"the newest version is {newest or 'none'}, not the one in If-Match: read it again, then decide"
            )


NO_PRECONDITION = Precondition()
