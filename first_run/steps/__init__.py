"""The steps of a first run, in their order: each changes something, looks at it, and takes nothing for granted."""

from collections.abc import Callable
from dataclasses import dataclass

from first_run.scene import Scene
from first_run.steps.deletion import delete
from first_run.steps.deployment import deploy
from first_run.steps.management_account import use_management_account
from first_run.steps.people import hire, leave
from first_run.steps.update import update


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step: its name on the command line, and what it does to the organisation, which is asked about before."""

    name: str
    does: str
    run: Callable[[Scene], None]


STEPS = (
    Step(
        name="deploy",
        does="switches on service control policies, deploys the stack, makes a role for the second person",
        run=deploy,
    ),
    Step(
        name="joiner",
        does="makes a group, a permission set and a user, and gives the group view access in the member account",
        run=hire,
    ),
    Step(name="leaver", does="takes the user out again, and ends the user's sessions", run=leave),
    Step(
        name="management-account",
        does="gives Day One IAM rights in the management account, and the empty group view access there, and takes it",
        run=use_management_account,
    ),
    Step(name="update", does="updates the stack, with an organizational unit of its own", run=update),
    Step(
        name="delete",
        does="takes away everything that the steps before have made, the stack and its table included",
        run=delete,
    ),
)
