"""The expressions of DynamoDB that the adapters write, evaluated: conditions on an item, and updates of one."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

type Item = dict[str, Any]
type Typed = Mapping[str, Any]

_TOKEN = re.compile(r"\s*(<=|>=|<>|[=<>(),]|[#:]?[A-Za-z_]\w*(?:#\w+)*)")
_COMPARED: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": lambda left, right: left == right,
    "<>": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}


def _plain(value: Typed) -> Any:  # noqa: ANN401 - of any type
    ((kind, content),) = value.items()
    return Decimal(content) if kind == "N" else content


class _Condition:
    """One condition as a stream of tokens, evaluated as it is read."""

    def __init__(self, request: Mapping[str, Any], *, expression: str, item: Item) -> None:
        self._tokens = _TOKEN.findall(expression)
        assert "".join(self._tokens) == re.sub(r"\s", "", expression), f"not understood: {expression}"
        self._at = 0
        self._names = request.get("ExpressionAttributeNames", {})
        self._values = request.get("ExpressionAttributeValues", {})
        self._item = item

    def holds(self) -> bool:
        """Return whether the condition holds for the item."""
        verdict = self._either()
        assert self._at == len(self._tokens), f"left over: {self._tokens[self._at :]}"
        return verdict

    def _either(self) -> bool:
        verdict = self._both()
        while self._is_next("OR"):
            verdict = self._both() or verdict
        return verdict

    def _both(self) -> bool:
        verdict = self._single()
        while self._is_next("AND"):
            verdict = self._single() and verdict
        return verdict

    def _single(self) -> bool:
        if self._is_next("NOT"):
            return not self._single()
        if self._is_next("("):
            verdict = self._either()
            self._expect(")")
            return verdict
        if self._tokens[self._at + 1] == "(":
            return self._called(self._take())
        return self._compared(self._operand())

    def _compared(self, left: Typed | None) -> bool:
        verb = self._take()
        if verb == "BETWEEN":
            first = self._operand()
            self._expect("AND")
            last = self._operand()
            return _both_are(left, first, ">=") and _both_are(left, last, "<=")
        if verb == "IN":
            self._expect("(")
            among = [self._operand()]
            while self._is_next(","):
                among.append(self._operand())
            self._expect(")")
            return left is not None and left in among
        return _both_are(left, self._operand(), verb)

    def _called(self, function: str) -> bool:
        self._expect("(")
        value = self._operand()
        argument = self._operand() if self._is_next(",") else None
        self._expect(")")
        match function:
            case "attribute_exists":
                return value is not None
            case "attribute_not_exists":
                return value is None
            case "attribute_type":
                return value is not None and argument is not None and argument["S"] in value
            case "begins_with":
                return value is not None and argument is not None and str(value["S"]).startswith(argument["S"])
            case "contains":
                return value is not None and argument in value.get("L", ())
        raise NotImplementedError(function)

    def _operand(self) -> Typed | None:
        token = self._take()
        return self._values[token] if token.startswith(":") else self._item.get(self._names.get(token, token))

    def _take(self) -> str:
        self._at += 1
        return str(self._tokens[self._at - 1])

    def _is_next(self, token: str) -> bool:
        is_next = self._at < len(self._tokens) and self._tokens[self._at] == token
        self._at += is_next
        return is_next

    def _expect(self, token: str) -> None:
        assert self._take() == token


def _both_are(left: Typed | None, right: Typed | None, verb: str) -> bool:
    if left is None or right is None or left.keys() != right.keys():
        # Of two types nothing is equal, and nothing is greater.
        return verb == "<>"
    return _COMPARED[verb](_plain(left), _plain(right))


def holds(request: Mapping[str, Any], item: Item | None, *, parameter: str = "ConditionExpression") -> bool:
    """Return whether the condition under that parameter holds for an item; no condition always does."""
    expression = request.get(parameter)
    return not expression or _Condition(request, expression=expression, item=item or {}).holds()


def updated(request: Mapping[str, Any], item: Item | None) -> Item:
    """Return the item after an update: SET, ADD of numbers, and REMOVE."""
    names, values = request.get("ExpressionAttributeNames", {}), request.get("ExpressionAttributeValues", {})
    before = dict(item or request["Key"])
    after = dict(before)
    _, *clauses = re.split(r"(?:^|\s)(SET|ADD|REMOVE)\s", request["UpdateExpression"])
    for verb, text in zip(clauses[::2], clauses[1::2], strict=True):
        for part in re.split(r",\s*(?![^(]*\))", text):
            match verb:
                case "SET":
                    name, _, value = part.partition(" = ")
                    if once := re.fullmatch(r"if_not_exists\((\S+), (\S+)\)", value):
                        after[names[name]] = before.get(names[once[1]], values[once[2]])
                    else:
                        after[names[name]] = values[value]
                case "ADD":
                    name, value = part.split()
                    number = Decimal(before.get(names[name], {"N": "0"})["N"]) + Decimal(values[value]["N"])
                    after[names[name]] = {"N": str(number)}
                case _:
                    after.pop(names[part.strip()], None)
    return after
