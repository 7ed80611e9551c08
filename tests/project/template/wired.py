"""Asks the wiring of a function, in a Python of its own, what adapters it is made of."""

import dataclasses
from collections.abc import Iterable, Mapping
from pathlib import Path

from dayone import settings
from dayone.model.failures import LetterQueue
from tests.project.isolated import run_python
from tests.project.repository import pascal

# Wherever an adapter is in what the factory makes, its actions count. The wiring is imported once, and each function
# asked for in a process that has only its own environment.
_ACTIONS_OF = """
import dataclasses, json, os, sys
import boto3
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
def declared(name, has_apis):
    together = {}
    factories = [f"{name}_{kind}" for kind in ("ports", "measures", "wired") if hasattr(wiring, f"{name}_{kind}")]
    made = [*(getattr(wiring, each)() for each in factories), *([wiring.own_apis()] if has_apis else [])]
    for adapter in (adapter for each in made for adapter in adapters(each)):
        for policy, actions in tables(adapter):
            together.setdefault(policy, set()).update(actions)
    return {policy: sorted(actions) for policy, actions in together.items()}
def in_a_process(name, environment, has_apis):
    reading, writing = os.pipe()
    if not os.fork():
        try:
            os.close(reading)
            os.environ.update(environment)
            with os.fdopen(writing, "w") as result:
                json.dump(declared(name, has_apis), result)
        except BaseException:
            sys.excepthook(*sys.exc_info())
            os._exit(1)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as result:
        found = result.read()
    if os.waitstatus_to_exitcode(os.wait()[1]):
        sys.exit(name)
    return json.loads(found)
print(json.dumps({each[0]: in_a_process(*each) for each in FUNCTIONS}))
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
    environment["CHANGE_RETENTION_DAYS"] = "400"
    environment["PERSON_RETENTION_DAYS"] = "365"
    environment["INVENTORY_INTERVAL_HOURS"] = "24"
    environment["EXECUTOR_ROLE_ARN"] = "arn:aws:iam::111122223333:role/dayone-ExecuteOperationsRole-1A2B"
    environment["HR_NETWORKS"] = "none,10.20.0.0/16"
    environment["NOTIFICATION_NETWORKS"] = "none,10.30.0.0/16"
    environment["BUDGETS"] = "sso_admin_calls=10"
    environment["QUEUES"] = "inbox=https://queue"
    environment["DEAD_LETTERS"] = " ".join(f"{queue}=https://queue" for queue in LetterQueue)
    return environment


def declared_actions(
    functions: Iterable[str], *, interpreter: Path, path: Iterable[Path]
) -> Mapping[str, Mapping[str, list[str]]]:
    """The IAM actions that each function's adapters declare, sorted, by the policy of the role that is to allow them.

    That is `calls` for the calls themselves, and a dependency's name for what AWS asks for besides. Making the adapters
    takes a client of each service.
    """
    each = [(name, environment_of(name), "API_IDS_PARAMETER" in variables_of(name)) for name in functions]
    actions: dict[str, dict[str, list[str]]] = run_python(
        interpreter,
        _ACTIONS_OF.replace("FUNCTIONS", repr(each)),
        path=path,
        environment={"AWS_DEFAULT_REGION": "eu-central-1"},
    )
    return actions
