"""Asks the wiring of a function, in a Python of its own, what adapters it is made of."""

import dataclasses
from collections.abc import Iterable
from pathlib import Path

from dayone import settings
from dayone.model.failures import LetterQueue
from tests.project.isolated import run_python
from tests.project.repository import pascal

# Wherever an adapter is in what the factory makes, its actions count.
_ACTIONS_OF = """
import dataclasses, json
from dayone.wiring import functions as wiring
def adapters(made):
    if hasattr(type(made), "ACTIONS"):
        yield type(made)
    if dataclasses.is_dataclass(made):
        for field in dataclasses.fields(made):
            yield from adapters(getattr(made, field.name))
def tables(adapter):
    yield "calls", adapter.ACTIONS
    yield from getattr(adapter, "DEPENDENT_ACTIONS", {}).items()
together = {}
factories = [getattr(wiring, name) for name in ("NAME_ports", "NAME_measures", "NAME_wired") if hasattr(wiring, name)]
made = [*(factory() for factory in factories), *([wiring.own_apis()] if HAS_APIS else [])]
for adapter in (adapter for each in made for adapter in adapters(each)):
    for policy, actions in tables(adapter):
        together.setdefault(policy, set()).update(actions)
print(json.dumps({policy: sorted(actions) for policy, actions in together.items()}))
"""


def variables_of(function: str) -> list[str]:
    """The names of the environment variables that a function's settings are read from."""
    kind = getattr(settings, f"{pascal(function)}Settings", None)
    return [field.name.upper() for field in dataclasses.fields(kind)] if kind else []


def environment_of(function: str) -> dict[str, str]:
    """Variables with which a function's settings can be read."""
    environment = dict.fromkeys(variables_of(function), "arn:aws:sso:::instance/ssoins-0123456789abcdef")
    environment["INBOX_CONCURRENCY"] = "8"
    environment["SOLE_ADMINISTRATOR"] = "no"
    environment["HELD_EXPIRY_DAYS"] = "30"
    environment["INVENTORY_INTERVAL_HOURS"] = "24"
    environment["EXECUTOR_ROLE_ARN"] = "arn:aws:iam::111122223333:role/dayone-ExecuteOperationsRole-1A2B"
    environment["HR_NETWORKS"] = "none,10.20.0.0/16"
    environment["BUDGETS"] = "sso_admin_calls=10"
    environment["QUEUES"] = "inbox=https://queue"
    environment["DEAD_LETTERS"] = " ".join(f"{queue}=https://queue" for queue in LetterQueue)
    return environment


def declared_actions(function: str, *, interpreter: Path, path: Iterable[Path]) -> dict[str, list[str]]:
    """The IAM actions that a function's adapters declare, sorted, by the policy of the role that is to allow them.

    That is `calls` for the calls themselves, and a dependency's name for what AWS asks for besides. Making the adapters
    takes a client of each service.
    """
    actions: dict[str, list[str]] = run_python(
        interpreter,
        _ACTIONS_OF.replace("NAME", function).replace("HAS_APIS", str("API_IDS_PARAMETER" in variables_of(function))),
        path=path,
        environment={**environment_of(function), "AWS_DEFAULT_REGION": "eu-central-1"},
    )
    return actions
