"""Check the state table, and claim it for a stack before anything of that runs."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from dayone.errors import NotFound, Refused
from dayone.model.recovery import TableIdentity
from dayone.ports.recovery import OutsideIdentity
from dayone.ports.setup import StackAnswers, TableSight
from dayone.ports.state_tables import (
    EXPIRES,
    Lack,
    StateTables,
    TableClaim,
    TableDescription,
    TableOwner,
    expiry_command,
    lacks_protection,
    lacks_to_work,
    recovery_command,
)
from dayone.setup.findings import Finding, amiss, doubtful, fine, judged, pair, read_or_error
from dayone.setup.session_policy import retry_until

TABLE, OWNER, EXPIRY, RECOVERY, PROTECTION = (
    "state-table",
    "state-table-owner",
    "state-table-expiry",
    "state-table-recovery",
    "state-table-protection",
)


def table_findings(sight: TableSight, *, table_name: str, stack: str) -> Iterator[Finding]:
    """All that is found about the table of a stack."""
    name = table_name
    table = read_or_error(lambda: sight.table(name))
    owned = pair(table, read_or_error(lambda: [sight.owner(name)]))
    expiry, recovery = read_or_error(lambda: sight.expires_by(name)), read_or_error(lambda: sight.can_be_restored(name))
    describing = "dynamodb:DescribeTable"
    yield judged(TABLE, table, needs=describing, judge=table_is_whole)
    yield judged(
        OWNER,
        owned,
        needs=f"{describing} and dynamodb:GetItem",
        judge=lambda both: table_is_ours(both[0], both[1][0], stack=stack),
    )
    yield judged(
        EXPIRY,
        expiry,
        needs="dynamodb:DescribeTimeToLive",
        judge=lambda attribute: table_expires(attribute, table=name),
    )
    yield judged(
        RECOVERY,
        recovery,
        needs="dynamodb:DescribeContinuousBackups",
        judge=lambda is_on: table_can_be_restored(is_on=is_on, table=name),
    )
    yield judged(PROTECTION, table, needs=describing, judge=table_is_protected)


def table_is_whole(table: TableDescription) -> Finding:
    """Check that the table has every part that the functions use."""
    if not (lacks := [*lacks_to_work(table)]):
        return fine(TABLE, f"{table.name} has its keys, its indexes and its stream")
    return amiss(TABLE, f"{table.name} lacks {'; '.join(lack.what for lack in lacks)}", do=_commands(lacks))


def table_is_ours(table: TableDescription, owner: TableOwner | None, *, stack: str) -> Finding:
    """Check that the table was claimed for this stack, and for none since."""
    if owner is not None and owner.is_of(stack, table_id=table.id):
        return fine(OWNER, f"{table.name} is the stack {stack}'s")
    do = f"deploy {stack} with AcceptOtherTable={table.id}, after you have read what that means (docs/operations.md)"
    if owner is None:
        return doubtful(OWNER, f"{table.name} says of no stack that it is its own", do=do)
    if owner.table_id != table.id:
        return amiss(OWNER, f"{table.name} is a copy of another table, which was the stack {owner.stack}'s", do=do)
    return amiss(OWNER, f"{table.name} has been taken for the stack {owner.stack}", do=f"delete that stack, or {do}")


def table_expires(attribute: str, *, table: str) -> Finding:
    """Check that DynamoDB deletes expired items, and nothing else."""
    if attribute == EXPIRES:
        return fine(EXPIRY, "what has expired is deleted")
    message = f"DynamoDB deletes by {attribute}" if attribute else "DynamoDB deletes nothing that has expired"
    return doubtful(EXPIRY, message, do=expiry_command(table))


def table_can_be_restored(*, is_on: bool, table: str) -> Finding:
    """Its past is kept."""
    if is_on:
        return fine(RECOVERY, "it can be restored to any moment of the last days")
    return doubtful(RECOVERY, "point-in-time recovery is off: what is lost is lost", do=recovery_command(table))


def table_is_protected(table: TableDescription) -> Finding:
    """Nobody deletes it by mistake."""
    if not (lacks := [*lacks_protection(table)]):
        return fine(PROTECTION, "DynamoDB refuses to delete it")
    return doubtful(PROTECTION, "anybody with dynamodb:DeleteTable can delete it", do=_commands(lacks))


def _commands(lacks: list[Lack]) -> str:
    commands = "; ".join(lack.command for lack in lacks if lack.command)
    return commands or "name another table: this one cannot be mended"


@dataclass(frozen=True, kw_only=True)
class ClaimTable:
    """Ports of a claim."""

    tables: StateTables
    outside: OutsideIdentity
    answers: StackAnswers
    clock: Callable[[], datetime]
    sleep: Callable[[float], None]


def claim_table(claim: TableClaim, *, ports: ClaimTable, deadline: datetime) -> TableDescription:
    """Claim the table for the stack, and return it.

    Transient errors are retried until `deadline`. Raises Refused, in words for the deploying user, for a table that
    lacks a part, or that is not the stack's first one and was not accepted.
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
    existing, outside = ports.tables.owner(table.name), ports.outside.read()
    if existing is not None and existing.is_of(claim.stack, table_id=table.id):
        if outside is None:
            ports.outside.write(TableIdentity(table_id=table.id, epoch=existing.epoch))
        return table
    is_first = existing is None and claim.is_own
    if not is_first and claim.accepted != (table.id or None):
        if existing is None:
            reason = "says of no stack that it is its own"
        elif existing.table_id != table.id:
            reason = f"is a copy of another table, which was the stack {existing.stack}'s"
        else:
            reason = f"is the stack {existing.stack}'s"
        refusal = (
            f"the table {table.name} {reason}: read what a table of another brings with it (docs/operations.md, Use an "
            f"existing or a restored table), then deploy {claim.stack} with AcceptOtherTable={table.id}"
        )
        raise Refused(refusal)
    _take_over(claim, table, existing=existing, outside=outside, ports=ports)
    return table


def _take_over(
    claim: TableClaim,
    table: TableDescription,
    *,
    existing: TableOwner | None,
    outside: TableIdentity | None,
    ports: ClaimTable,
) -> None:
    """Make the table the stack's own; what it says is not relied on unless the stack never had another."""
    is_new = existing is None and outside is None and claim.is_own
    epoch = outside.epoch if outside else existing.epoch if existing else 1
    if not is_new:
        ports.tables.note_recovery(table.name, table_id=table.id, at=ports.clock())
    owner = TableOwner(stack=claim.stack, table_id=table.id, epoch=epoch)
    ports.tables.take(table.name, owner, before=existing, at=ports.clock())
    if is_new:
        ports.outside.write(TableIdentity(table_id=table.id, epoch=epoch))
