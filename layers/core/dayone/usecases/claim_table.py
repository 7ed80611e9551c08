"""Take the state table for a stack before anything of it runs, or refuse it: by its parts, and by whose it is."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from dayone.domain.state_table import TableClaim, TableDescription, TableOwner, lacks_to_work
from dayone.errors import NotFound, Refused
from dayone.ports.stack_answers import StackAnswers
from dayone.ports.state_tables import StateTables
from dayone.usecases.retry_until import retry_until


@dataclass(frozen=True, kw_only=True)
class ClaimTable:
    """What a claim is made with."""

    tables: StateTables
    answers: StackAnswers
    clock: Callable[[], datetime]
    sleep: Callable[[float], None]


def claim_table(claim: TableClaim, *, ports: ClaimTable, deadline: datetime) -> TableDescription:
    """The table, which says from now on that it is the stack's.

    What may pass is tried again until `deadline`. Raises Refused, in words for whoever deploys, for a table that lacks
    a part, or that is not the stack's first one and was not accepted.
    """
    return retry_until(deadline, lambda: _take(claim, ports=ports), clock=ports.clock, sleep=ports.sleep)


def _take(claim: TableClaim, *, ports: ClaimTable) -> TableDescription:
    try:
        table = ports.tables.describe(claim.table)
    except NotFound as error:
        raise Refused(f"there is no table {claim.table} in this account and Region") from error
    if lacks := [*lacks_to_work(table)]:
        listed = "; ".join(f"{lack.what} ({lack.command})" if lack.command else lack.what for lack in lacks)
        raise Refused(f"the table {table.name} lacks {listed}")
    owner, existing = TableOwner(stack=claim.stack, table_id=table.id), ports.tables.owner(table.name)
    if existing == owner:
        return table
    is_first = existing is None and claim.is_own
    if not is_first and claim.accepted != (table.id or None):
        raise Refused(_whose(table, existing, stack=claim.stack))
    ports.tables.take(table.name, owner, before=existing, at=ports.clock())
    return table


def _whose(table: TableDescription, existing: TableOwner | None, *, stack: str) -> str:
    if existing is None:
        reason = "says of no stack that it is its own"
    elif existing.table_id != table.id:
        reason = f"is a copy of another table, which was the stack {existing.stack}'s"
    else:
        reason = f"is the stack {existing.stack}'s"
    return (
        f"the table {table.name} {reason}: read what a table of another brings with it (docs/operations.md, Use an "
        f"existing or a restored table), then deploy {stack} with AcceptOtherTable={table.id}"
    )
