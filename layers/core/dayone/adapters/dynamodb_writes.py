"""What can be done to a record in DynamoDB, alone or as part of a transaction, as values that render themselves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from boto3.dynamodb.conditions import ConditionBase, ConditionExpressionBuilder
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from dayone.adapters.dynamodb_key_limits import check_keys
from dayone.adapters.dynamodb_keys import RecordKey
from dayone.contracts.codec import Record, is_empty

_typed = TypeSerializer().serialize
_plain = TypeDeserializer().deserialize


def typed(record: Mapping[str, Any]) -> dict[str, Any]:
    """A record as the low-level API writes it: `{"pk": {"S": "…"}}`; raises TooLarge for a key that is too long."""
    check_keys(record)
    return {name: _typed(value) for name, value in record.items()}


def plain(image: Mapping[str, Any]) -> Record:
    """A record from what the low-level API, or the table's stream, says."""
    return {name: _plain(value) for name, value in image.items()}


def key_of(key: RecordKey) -> dict[str, Any]:
    """A primary key for the low-level API; raises TooLarge for one that is too long."""
    check_keys(key._asdict())
    return {"pk": {"S": key.pk}, "sk": {"S": key.sk}}


@dataclass(frozen=True)
class Put:
    """Write a whole record."""

    kind: ClassVar[str] = "Put"
    record: Record
    condition: ConditionBase | None = None

    def request(self) -> dict[str, Any]:
        """The parameters of PutItem."""
        return {"Item": typed(self.record), **_conditional(self.condition)}


@dataclass(frozen=True)
class Delete:
    """Remove a record; harmless when it is not there."""

    kind: ClassVar[str] = "Delete"
    key: RecordKey
    condition: ConditionBase | None = None

    def request(self) -> dict[str, Any]:
        """The parameters of DeleteItem."""
        return {"Key": key_of(self.key), **_conditional(self.condition)}


@dataclass(frozen=True)
class Check:
    """Write nothing, but let the transaction fail when the condition does not hold."""

    kind: ClassVar[str] = "ConditionCheck"
    key: RecordKey
    condition: ConditionBase

    def request(self) -> dict[str, Any]:
        """The parameters of ConditionCheck."""
        return {"Key": key_of(self.key), **_conditional(self.condition)}


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
        """The parameters of UpdateItem."""
        check_keys(self.put)
        full = {name: value for name, value in self.put.items() if not is_empty(value)}
        gone = [*self.remove, *(name for name in self.put if name not in full)]
        clauses = {
            "SET": [f"#{name} = :{name}" for name in full]
            + [f"#{name} = if_not_exists(#{name}, :{name})" for name in self.put_once],
            "ADD": [f"#{name} :{name}" for name in self.add],
            "REMOVE": [f"#{name}" for name in gone],
        }
        values = {**full, **self.put_once, **self.add}
        request = _conditional(self.condition)
        # No name is written out: DynamoDB reserves hundreds of words, `state` and `subject` among them.
        names = {f"#{name}": name for name in (*values, *gone)}
        request["ExpressionAttributeNames"] = request.get("ExpressionAttributeNames", {}) | names
        if values:
            typed_values = typed({f":{name}": value for name, value in values.items()})
            request["ExpressionAttributeValues"] = request.get("ExpressionAttributeValues", {}) | typed_values
        expression = " ".join(f"{verb} {', '.join(parts)}" for verb, parts in clauses.items() if parts)
        return {"Key": key_of(self.key), "UpdateExpression": expression, **request}


Single = Put | Delete | Update
Write = Single | Check


def built(condition: ConditionBase, *, parameter: str, is_key: bool = False) -> dict[str, Any]:
    """A condition under the name of the request's parameter, with its placeholders."""
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
