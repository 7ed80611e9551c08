"""A template as CloudFormation creates it for certain parameters: conditions decided, parameters filled in.

References to resources stay, since their values are there only once AWS has made them.
Source: AWS CloudFormation User Guide, "Intrinsic function reference" and "Condition functions".
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

type Node = Any  # JSON
type Value = str | list[str]

_NOTHING = object()
_VARIABLE = re.compile(r"\$\{([^!}][^}]*)\}")


def resolve(template: Mapping[str, Any], values: Mapping[str, str]) -> dict[str, Any]:
    """Return a template without parameters and conditions; `values` has all parameters and pseudo parameters."""
    return _Resolution(template, values).template()


def conditions(template: Mapping[str, Any], values: Mapping[str, str]) -> dict[str, bool]:
    """Decide every condition of a template."""
    resolution = _Resolution(template, values)
    return {name: resolution.holds(name) for name in template.get("Conditions", {})}


class _Resolution:
    def __init__(self, template: Mapping[str, Any], values: Mapping[str, str]) -> None:
        self._template = template
        declared = template.get("Parameters", {})
        self._values: dict[str, Value] = {
            name: value.split(",") if _is_list(declared.get(name, {})) else value for name, value in values.items()
        }
        self._functions: dict[str, Callable[[Any], Node]] = {
            "Ref": self._ref,
            "Fn::If": self._if,
            "Fn::Sub": self._sub,
            "Fn::Select": self._select,
            "Fn::Split": self._split,
            "Fn::Join": self._join,
        }

    def template(self) -> dict[str, Any]:
        """The whole template."""
        created = {name: each for name, each in self._template["Resources"].items() if self._is_created(each)}
        resources = {name: self._resource(each, created) for name, each in created.items()}
        sections: dict[str, Any] = {"Resources": resources}
        if version := self._template.get("AWSTemplateFormatVersion"):
            sections["AWSTemplateFormatVersion"] = version
        outputs = {name: each for name, each in self._template.get("Outputs", {}).items() if self._is_created(each)}
        if outputs:
            sections["Outputs"] = {name: self._resource(each, created) for name, each in outputs.items()}
        return sections

    def holds(self, condition: str) -> bool:
        """Decide a condition by its name."""
        return self._decide(self._template["Conditions"][condition])

    def _decide(self, node: Node) -> bool:
        ((function, argument),) = node.items()
        match function:
            case "Condition":
                return self.holds(argument)
            case "Fn::Not":
                return not self._decide(argument[0])
            case "Fn::And":
                return all(self._decide(each) for each in argument)
            case "Fn::Or":
                return any(self._decide(each) for each in argument)
            case "Fn::Equals":
                left, right = (self._value(side) for side in argument)
                return bool(left == right)
        raise ValueError(f"a condition by {function}, which is not known here")

    def _is_created(self, resource: Mapping[str, Any]) -> bool:
        return "Condition" not in resource or self.holds(resource["Condition"])

    def _resource(self, resource: Mapping[str, Any], created: Mapping[str, Any]) -> Node:
        kept = {name: each for name, each in resource.items() if name not in {"Condition", "DependsOn"}}
        needed = resource.get("DependsOn", [])
        # One that is not created is nothing to wait for.
        needed = [name for name in ([needed] if isinstance(needed, str) else needed) if name in created]
        return self._value({**kept, "DependsOn": needed} if needed else kept)

    def _value(self, node: Node) -> Node:
        if isinstance(node, list):
            return [value for value in map(self._value, node) if value is not _NOTHING]
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            ((function, argument),) = node.items()
            if function in self._functions:
                return self._functions[function](argument)
        values = {name: self._value(each) for name, each in node.items()}
        return {name: value for name, value in values.items() if value is not _NOTHING}

    def _ref(self, name: str) -> Node:
        return _NOTHING if name == "AWS::NoValue" else self._values.get(name, {"Ref": name})

    def _if(self, argument: list[Node]) -> Node:
        condition, then, otherwise = argument
        return self._value(then if self.holds(condition) else otherwise)

    def _sub(self, argument: Node) -> Node:
        text, own = argument if isinstance(argument, list) else (argument, {})
        own = {name: self._value(each) for name, each in own.items()}
        texts = {name: value for name, value in {**self._values, **own}.items() if isinstance(value, str)}
        filled = _VARIABLE.sub(lambda found: texts.get(found[1], found[0]), text)
        rest = {name: value for name, value in own.items() if name not in texts}
        if not _VARIABLE.search(filled):
            return filled.replace("${!", "${")
        return {"Fn::Sub": [filled, rest] if rest else filled}

    def _select(self, argument: list[Node]) -> Node:
        index, values = argument[0], self._value(argument[1])
        return values[int(index)] if _is_texts(values) else {"Fn::Select": [index, values]}

    def _split(self, argument: list[Node]) -> Node:
        text = self._value(argument[1])
        return text.split(argument[0]) if isinstance(text, str) else {"Fn::Split": [argument[0], text]}

    def _join(self, argument: list[Node]) -> Node:
        parts = self._value(argument[1])
        return argument[0].join(parts) if _is_texts(parts) else {"Fn::Join": [argument[0], parts]}


def _is_list(declared: Mapping[str, Any]) -> bool:
    return declared.get("Type") == "CommaDelimitedList"


def _is_texts(values: Node) -> bool:
    return isinstance(values, list) and all(isinstance(value, str) for value in values)
