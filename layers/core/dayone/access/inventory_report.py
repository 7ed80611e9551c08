"""Report what the last complete inventory has read of everybody, with our reasons and by our names."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from dayone.access.live_rows import LiveRows, OurNames
from dayone.access.pagination import Holding, HoldingState, Pages, Place, RowsPage
from dayone.errors import Inapplicable
from dayone.lookups import assignment_in_row, ids_of
from dayone.model.inventory import OF_OTHERS, Deviation, Pass, Section
from dayone.model.subjects import ITSELF, ResourceOf, SubjectKind
from dayone.ports.identity_center import AssignmentKey, AwsPrincipal, PrincipalType
from dayone.ports.inventory import InventoryView
from dayone.ports.records import Page, SubjectIndex

_WHOLE_SET = str(ITSELF[SubjectKind.PERMISSION_SET])
# Each may be looked up by itself: some milliseconds.
_MOST_A_STEP = 100


@dataclass(kw_only=True)
class ReadNames:
    """The port ForeignNames over what an inventory has read; names are looked up together, in one walk."""

    of: Pass
    inventory: InventoryView
    _sets: dict[str, str] | None = field(default=None, init=False)
    _principals: dict[AwsPrincipal, str] = field(default_factory=dict, init=False)

    def permission_set_name(self, arn: str) -> str:
        """See ForeignNames."""
        if self._sets is None:
            self._sets = dict(named_in(Section.PERMISSION_SETS, of=self.of, inventory=self.inventory))
        return self._sets.get(arn, "")

    def principal_name(self, principal: AwsPrincipal) -> str:
        """See ForeignNames."""
        self.look_up([principal])
        return self._principals[principal]

    def look_up(self, principals: Iterable[AwsPrincipal]) -> None:
        """Remember the names of these, and of no others: a directory may have many."""
        new = {principal.id: principal for principal in principals if principal not in self._principals}
        self._principals |= dict.fromkeys(new.values(), "")
        for kind, section in ((PrincipalType.GROUP, Section.GROUPS), (PrincipalType.USER, Section.USERS)):
            if any(principal.kind is kind for principal in new.values()):
                found = named_in(section, of=self.of, inventory=self.inventory)
                self._principals |= {new[name]: text for name, text in found if name in new}


def named_in(section: Section, *, of: Pass, inventory: InventoryView) -> Iterator[tuple[str, str]]:
    """Yield AWS's ids of the permission sets, groups or users that an inventory has read, with their names."""
    cursor, is_first = "", True
    while is_first or cursor:
        page = inventory.kept(of, section, cursor=cursor)
        for unit, rows in page.entries:
            for name, attributes in rows:
                if section is not Section.PERMISSION_SETS:
                    words = json.loads(attributes)
                    yield name, words.get("user_name") or words.get("name", "")
                elif name == _WHOLE_SET:
                    yield unit, json.loads(attributes).get("name", "")
        cursor, is_first = page.cursor, False


@dataclass(kw_only=True)
class InventoryRows:
    """Everything that an inventory has read; a place is the inventory, where in what it has kept, and how far in that.

    What has been removed by Day One since then is left out; what it has given since then is not in it.
    """

    start: ClassVar[Place] = ("", "", "")
    of: Pass
    inventory: InventoryView
    index: SubjectIndex
    _names: OurNames = field(init=False)
    _pages: Pages = field(init=False)

    def __post_init__(self) -> None:
        self._read = ReadNames(of=self.of, inventory=self.inventory)
        self._names = OurNames(index=self.index, live=self._read)
        self._pages = Pages(self._page, most=_MOST_A_STEP)

    def step(self, place: Place, *, room: int) -> RowsPage:
        """See Walk."""
        name, *within = place
        if name not in ("", self.of.id):
            raise Inapplicable("another inventory has ended meanwhile: begin the report again")
        keys, following = self._pages.part(*within, room=room)
        return RowsPage(self._rows(keys), (self.of.id, *following) if following else None)

    def _page(self, cursor: str) -> Page[AssignmentKey]:
        page = self.inventory.kept(self.of, Section.ASSIGNMENTS, cursor=cursor)
        keys = [assignment_in_row(row) for _, rows in page.entries for row in rows]
        principals = {AwsPrincipal(kind=key.principal_type, id=key.principal_id) for key in keys}
        self._read.look_up(self._names.unrecorded(principals))
        return Page(keys, page.cursor)

    def _rows(self, keys: Sequence[AssignmentKey]) -> list[Holding]:
        rows = LiveRows(names=self._names, index=self.index, member=None)
        return [
            row
            for key, row, target in zip(keys, rows.rows(keys), map(rows.target, keys), strict=True)
            if row.state is not HoldingState.UNMANAGED or target is None or self._is_drift(key, target)
        ]

    def _is_drift(self, key: AssignmentKey, target: ResourceOf) -> bool:
        """Return whether others have made it: what Day One could have made and is no finding it has removed since."""
        subject, resource = str(target.subject), str(target.resource)
        found = (Deviation(kind=kind, subject=subject, resource=resource, ids=ids_of(key)) for kind in OF_OTHERS)
        return any(self.inventory.finding(deviation.id) is not None for deviation in found)
