"""Writes to records in DynamoDB, alone or in a transaction, and every condition that one depends on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import reduce
from operator import and_
from typing import Any, ClassVar

from boto3.dynamodb.conditions import Attr, ConditionBase, ConditionExpressionBuilder
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from dayone.adapters.dynamodb.keys import AUDIT, RecordKey, check_keys
from dayone.messages.codec import SCHEMA, SCHEMA_VERSION, Record, check_schema, encode, is_empty
from dayone.model.operations import OPEN_STATES, Applied, Operation, OperationState
from dayone.model.subject_state import Head

# A record that is not there has no attribute at all, its key included.
IS_NEW: ConditionBase = Attr("pk").not_exists()
EXISTS: ConditionBase = Attr("pk").exists()
# A final state is never left again, whoever comes late.
IS_OPEN: ConditionBase = EXISTS & Attr("state").is_in(sorted(encode(state) for state in OPEN_STATES))
# Whoever comes late, the decision on a held operation is carried out once.
IS_HELD: ConditionBase = Attr("state").eq(encode(OperationState.HELD))
# A change that holds something else by now keeps its mark.
_NONE = [Attr(name).not_exists() | Attr(name).eq(0) for name in ("held", "held_elsewhere")]
HOLDS_NOTHING: ConditionBase = _NONE[0] & _NONE[1]
# A subject is counted once as given up, until it is to be planned again.
IS_GIVEN_UP: ConditionBase = EXISTS & Attr("is_over").not_exists()
IS_NOT_GIVEN_UP: ConditionBase = IS_NEW | Attr("is_over").exists()
# AWS is called for an operation that waits, never for one it works on already.
IS_PENDING: ConditionBase = Attr("state").eq(encode(OperationState.PENDING))


def is_taken_by_nobody_but(change: str) -> ConditionBase:
    """Require that a delivery counts once; a change that had noted it may have died before it had done the rest."""
    return IS_NEW | Attr("change").eq(change)


def nothing_moved_since(head: Head) -> ConditionBase:
    """Everything a plan was made from is as it was read.

    One number is enough: every commit, every begin and every end of an operation that changes the head or a resource
    adds one to it, so a plan made from an older state is refused, whichever part of it was old.
    """
    return Attr("revision").eq(head.revision) if head.revision else IS_NEW


def is_as_it_was(plan: Mapping[str, Any]) -> ConditionBase:
    """Require that a plan's progress is as it was read, because the write was computed from it."""
    return Attr("revision").eq(plan["revision"])


def is_as_read(resource: Applied | None) -> ConditionBase:
    """Require that a resource is as it was read, or still absent: every attempt and end stores its name and time."""
    if resource is None:
        return IS_NEW
    written = {"operation": resource.operation, "at": encode(resource.at)}
    same = [Attr(name).eq(value) if value else Attr(name).not_exists() for name, value in written.items()]
    return EXISTS & same[0] & same[1]


def holds_what_was_shown(version: int) -> ConditionBase:
    """Nothing was added to what a change holds, and the first to decide has decided."""
    return EXISTS & (Attr("held_version").eq(version) if version else Attr("held_version").not_exists())


_OPENS = ("subjects", "planned", "unplanned", "operations", "held", "behind_held", "held_elsewhere")


def require_counts_as_read(change: Mapping[str, Any]) -> ConditionBase:
    """Require that nothing was added to a change, as its record was read, that could open it."""
    same = (Attr(name).eq(change[name]) if name in change else Attr(name).not_exists() for name in _OPENS)
    return reduce(and_, same)


def require_counted(*, was: bool) -> ConditionBase:
    """Require that a resource is still counted, or still not, as it was read, so that the sum follows every change."""
    flag = Attr("counted")
    return flag.eq(was) if was else flag.not_exists() | flag.eq(was)


def is_in_force(generation: str) -> ConditionBase:
    """Require the newest plan: an older one's operations may not begin, nor count on the newer plan's head."""
    return Attr("generation").eq(generation)


def may_begin(operation: Operation) -> ConditionBase:
    """Its plan is the newest one, or it is a removal that a human has approved, which outlives its plan."""
    return is_in_force(operation.generation) | Attr("released").contains(operation.id)


def leaves_room_for(more: int, *, most: int, counter: str) -> ConditionBase:
    """Require room for removals within the limit, so that two plans cannot both take the rest."""
    return Attr(counter).not_exists() | Attr(counter).lte(most - more)


def is_tried_as_often_as(operation: Operation) -> ConditionBase:
    """Nobody else has begun it since it was read: two executors at once would call AWS twice."""
    return Attr("attempts").eq(operation.attempts)


def ends_with(digest: str) -> ConditionBase:
    """Require that the chain still ends where it was read, so that no two entries follow the same one."""
    return Attr("hash").eq(digest)


def is_older_than(version: int) -> ConditionBase:
    """Require that the policy in force is older, so that a late event does not restore an older version."""
    return IS_NEW | Attr("version").lt(version)


def is_version(version: int) -> ConditionBase:
    """Another version has reservations of its own."""
    return Attr("version").eq(version)


def expects_fewer_than(subjects: int) -> ConditionBase:
    """Require a smaller number of subjects, so that a change keeps its first count under another policy."""
    return Attr("subjects").attribute_type("NULL") | Attr("subjects").not_exists() | Attr("subjects").lt(subjects)


def was_read_before(moment: str) -> ConditionBase:
    """Require that the stored value was read no later, so that a name read during a rename does not return after it."""
    return IS_NEW | Attr("read_at").lte(moment)


def was_delivered_before(moment: str) -> ConditionBase:
    """Require that the last delivery on record is older; records of earlier releases have no time."""
    return Attr("at").not_exists() | Attr("at").lt(moment)


def is_free_for(holder: str, *, now: str) -> ConditionBase:
    """One run at a time: another's turn has to end, by its own word or because it has not been renewed."""
    return Attr("holder").not_exists() | Attr("holder").eq(holder) | Attr("until").lt(now)


def is_held_by(holder: str) -> ConditionBase:
    """Require the same holder, so that a run believed dead does not release another run's lease."""
    return Attr("holder").eq(holder)


def has_newest(number: int, *, state: str) -> ConditionBase:
    """Require the newest version, in the state in which it was read."""
    return Attr("newest").eq(number) & Attr("state").eq(state)


_typed = TypeSerializer().serialize
_deserialize: Callable[[Any], Any] = TypeDeserializer().deserialize
_AS_THEY_ARE = ("BOOL", "S")
_MARK = {"N": str(SCHEMA_VERSION)}
# An update does not tell whether it creates: what it leaves without a mark has the form of items that have none.
_FIRST_FORM = 1


def typed(record: Mapping[str, Any]) -> dict[str, Any]:
    """Convert a record for the low-level API: `{"pk": {"S": "…"}}`; raise TooLarge for a key that is too long."""
    check_keys(record)
    return {name: _typed(value) for name, value in record.items()}


def read_record(image: Mapping[str, Any]) -> Record:
    """Convert an item of the low-level API or of the table's stream; raise NewerForm for one of a later form."""
    record = plain_record(image)
    if SCHEMA in record and not _has_format(record):
        check_schema(record)
        del record[SCHEMA]
    return record


def plain_record(image: Mapping[str, Any]) -> Record:
    """Convert an item, or a map in one, as it is."""
    return {name: value["S"] if "S" in value else _plain(value) for name, value in image.items()}


def _plain(value: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any plain value
    """Convert a value; boto3's own deserializer finds a function by its name for each, which takes several times."""
    ((kind, inner),) = value.items()
    if kind in _AS_THEY_ARE:
        return inner
    if kind == "M":
        return plain_record(inner)
    if kind == "L":
        return [member["S"] if "S" in member else _plain(member) for member in inner]
    return Decimal(inner) if kind == "N" else _deserialize(value)


def marked(record: Mapping[str, Any]) -> dict[str, Any]:
    """Convert a record for the low-level API, with the version of its form."""
    return typed(record) if _has_format(record) else {**typed(record), SCHEMA: _MARK}


def _has_format(record: Mapping[str, Any]) -> bool:
    """Return whether it is an entry of the audit log, whose hash covers its format: it is as it was written."""
    return str(record.get("pk", "")).startswith(AUDIT)


def low_level_key(key: RecordKey) -> dict[str, Any]:
    """Convert a primary key for the low-level API; raise TooLarge for one that is too long."""
    check_keys(key._asdict())
    return {"pk": {"S": key.pk}, "sk": {"S": key.sk}}


@dataclass(frozen=True)
class Put:
    """Write a whole record."""

    kind: ClassVar[str] = "Put"
    record: Record
    condition: ConditionBase | None = None

    def request(self) -> dict[str, Any]:
        """Return the parameters of PutItem."""
        return {"Item": marked(self.record), **_conditional(self.condition)}


@dataclass(frozen=True)
class Delete:
    """Remove a record; harmless when it is not there."""

    kind: ClassVar[str] = "Delete"
    key: RecordKey
    condition: ConditionBase | None = None

    def request(self) -> dict[str, Any]:
        """Return the parameters of DeleteItem."""
        return {"Key": low_level_key(self.key), **_conditional(self.condition)}


@dataclass(frozen=True)
class Check:
    """Write nothing, but let the transaction fail when the condition does not hold."""

    kind: ClassVar[str] = "ConditionCheck"
    key: RecordKey
    condition: ConditionBase

    def request(self) -> dict[str, Any]:
        """Return the parameters of ConditionCheck."""
        return {"Key": low_level_key(self.key), **_conditional(self.condition)}


@dataclass(frozen=True)
class Update:
    """Change parts of a record, which is created when it is not there.

    `put` sets attributes, an empty value removing one; `put_once` sets those that are not there yet; `add` adds to
    numbers, a missing one counting as 0.
    """

    kind: ClassVar[str] = "Update"
    key: RecordKey
    put: Mapping[str, Any] = field(default_factory=dict)
    put_once: Mapping[str, Any] = field(default_factory=dict)
    add: Mapping[str, int] = field(default_factory=dict)
    remove: tuple[str, ...] = ()
    condition: ConditionBase | None = None

    def request(self) -> dict[str, Any]:
        """Return the parameters of UpdateItem."""
        check_keys(self.put)
        full = {name: value for name, value in self.put.items() if not is_empty(value)}
        gone = [*self.remove, *(name for name in self.put if name not in full)]
        put_once = {**self.put_once, SCHEMA: _FIRST_FORM}
        clauses = {
            "SET": [f"#{name} = :{name}" for name in full]
            + [f"#{name} = if_not_exists(#{name}, :{name})" for name in put_once],
            "ADD": [f"#{name} :{name}" for name in self.add],
            "REMOVE": [f"#{name}" for name in gone],
        }
        values = {**full, **put_once, **self.add}
        request = _conditional(self.condition)
        # No name is written out: DynamoDB reserves hundreds of words, `state` and `subject` among them.
        names = {f"#{name}": name for name in (*values, *gone)}
        request["ExpressionAttributeNames"] = request.get("ExpressionAttributeNames", {}) | names
        if values:
            typed_values = typed({f":{name}": value for name, value in values.items()})
            request["ExpressionAttributeValues"] = request.get("ExpressionAttributeValues", {}) | typed_values
        expression = " ".join(f"{verb} {', '.join(parts)}" for verb, parts in clauses.items() if parts)
        return {"Key": low_level_key(self.key), "UpdateExpression": expression, **request}


Single = Put | Delete | Update
Write = Single | Check


def built(condition: ConditionBase, *, parameter: str, is_key: bool = False) -> dict[str, Any]:
    """Return a condition as the named request parameter, with its placeholders."""
    expression = ConditionExpressionBuilder().build_expression(condition, is_key_condition=is_key)
    request: dict[str, Any] = {
        parameter: expression.condition_expression,
        "ExpressionAttributeNames": dict(expression.attribute_name_placeholders),
    }
    if expression.attribute_value_placeholders:
        request["ExpressionAttributeValues"] = typed(expression.attribute_value_placeholders)
    return request


def _conditional(condition: ConditionBase | None) -> dict[str, Any]:
    return {} if condition is None else built(condition, parameter="ConditionExpression")
