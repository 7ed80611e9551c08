"""Asks the wiring of a function, in a Python of its own, what adapters it is made of."""

import dataclasses
from collections.abc import Iterable
from pathlib import Path

from dayone import settings
from dayone.domain.dead_letters import LetterQueue
from tests.project.isolated import run_python
from tests.project.repository import pascal

# Wherever an adapter is in what the factory makes, its actions count.
_ACTIONS_OF = """
import dataclasses, json
from dayone import wiring
def actions(made):
    if hasattr(type(made), "ACTIONS"):
        yield from type(made).ACTIONS
    if dataclasses.is_dataclass(made):
        for field in dataclasses.fields(made):
            yield from actions(getattr(made, field.name))
print(json.dumps(sorted(set(actions(wiring.NAME())))))
"""


def variables_of(function: str) -> list[str]:
    """The names of the environment variables that a function's settings are read from."""
    return [field.name.upper() for field in dataclasses.fields(getattr(settings, f"{pascal(function)}Settings"))]


def environment_of(function: str) -> dict[str, str]:
    """Variables with which a function's settings can be read."""
    environment = dict.fromkeys(variables_of(function), "arn:aws:sso:::instance/ssoins-0123456789abcdef")
    environment["BUDGETS"] = "sso_admin_calls=10"
    environment["DEAD_LETTERS"] = " ".join(f"{queue}=https://queue" for queue in LetterQueue)
    return environment


def declared_actions(function: str, *, interpreter: Path, path: Iterable[Path]) -> list[str]:
    """The IAM actions that a function's adapters declare, sorted; making them takes a client of each service."""
    actions: list[str] = run_python(
        interpreter,
        _ACTIONS_OF.replace("NAME", function),
        path=path,
        environment={**environment_of(function), "AWS_DEFAULT_REGION": "eu-central-1"},
    )
    return actions
