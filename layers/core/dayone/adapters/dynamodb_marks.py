"""Marks that list the changes which somebody may have to look at, so that these are found among all others."""

from collections.abc import Iterable, Mapping
from typing import Any

from dayone.adapters import dynamodb_change_keys as change_keys
from dayone.adapters import dynamodb_lists as lists
from dayone.adapters.dynamodb_conditions import HOLDS_NOTHING
from dayone.adapters.dynamodb_table import DynamoTable
from dayone.adapters.dynamodb_writes import Check, Put, Update, Write
from dayone.domain.changes import change_at
from dayone.domain.operations import OperationState
from dayone.ports.operations import Finished


def holding(place: str) -> dict[str, Write]:
    """The write that marks the change at a place as one that holds something; harmless when it is marked."""
    return _marked(lists.HOLDING, place)


def failed(place: str) -> dict[str, Write]:
    """The same for one of which something has failed, or was given up."""
    return _marked(lists.FAILED, place)


def of_failures(ends: Iterable[Finished], *, known: Mapping[tuple[str, str], Mapping[str, Any]]) -> dict[str, Write]:
    """The writes that mark each change in which something fails that had not failed before it.

    `known` are the proofs that their subjects were planned, which have the places of the changes.
    """
    failures = [one.operation for one in ends if one.state is OperationState.FAILED and not one.operation.failed_before]
    proofs = (known[change_keys.planned_key(one.subject, change=one.change)] for one in failures)
    return {name: write for proof in proofs for name, write in failed(str(proof["listed_as"])).items()}


def release(table: DynamoTable, change: str) -> None:
    """Take the mark from a change that holds nothing any more."""
    key = change_keys.mark_key(change, mark=lists.HOLDING)
    table.transact(
        lambda: {
            "change": Check(change_keys.change_key(change), condition=HOLDS_NOTHING),
            "mark": Update(key, remove=("listed_in", "listed_as")),
        },
        what=f"taking the mark from change {change}",
        over_when=["change"],
    )


def _marked(name: str, place: str) -> dict[str, Write]:
    change = change_at(place)
    listed = {"listed_in": name, "listed_as": place}
    return {f"{name} {change}": Put({**change_keys.mark_key(change, mark=name)._asdict(), **listed})}
