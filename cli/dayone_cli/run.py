"""One run of a command: whom it speaks to and where it prints, and the options that every command has."""

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import wraps
from typing import Annotated, Any, Concatenate

import typer

from dayone_cli.api_client import ApiClient
from dayone_cli.aws.target import STACK, Target
from dayone_cli.failures import Failure, Interrupted, Misused
from dayone_cli.output.screen import OutputFormat, Screen, View

_PANEL = "Connection and output"
Output = Annotated[
    OutputFormat,
    typer.Option(
        "--output", "-o", envvar="DAYONE_OUTPUT", rich_help_panel=_PANEL, help="Print a table, or JSON for programs."
    ),
]
Wide = Annotated[
    bool,
    typer.Option(
        "--wide",
        rich_help_panel=_PANEL,
        help="Print each row of a table on one line, also where the terminal is narrower.",
    ),
]
Stack = Annotated[
    str,
    typer.Option(envvar="DAYONE_STACK", rich_help_panel=_PANEL, help="The stack whose outputs contain the API's URL."),
]
Api = Annotated[
    str, typer.Option(envvar="DAYONE_API", rich_help_panel=_PANEL, help="The API's URL; default: that of the stack.")
]
Region = Annotated[
    str, typer.Option(rich_help_panel=_PANEL, help="The Region; default: AWS_REGION, or that of the AWS profile.")
]
Profile = Annotated[str, typer.Option(rich_help_panel=_PANEL, help="The AWS profile to sign requests with.")]
_SHARED: tuple[tuple[str, Any, object], ...] = (
    ("output", Output, OutputFormat.TABLE),
    ("wide", Wide, False),
    ("stack", Stack, STACK),
    ("api", Api, ""),
    ("region", Region, ""),
    ("profile", Profile, ""),
)


_PLACE = tuple(field.name for field in fields(Target))


@dataclass(frozen=True, kw_only=True)
class Run:
    """Context of a command."""

    target: Target
    screen: Screen

    @property
    def api(self) -> ApiClient:
        """The API, signed; raises the Failure of what is missing."""
        return self.target.client_of_api

    def show(self, answer: object, view: View) -> None:
        """Print an answer."""
        self.screen.show(answer, view)


def command[**P](
    app: typer.Typer, name: str
) -> Callable[[Callable[Concatenate[Run, P], None]], Callable[Concatenate[Run, P], None]]:
    """Make a function a command, give it a Run and the shared options, and end with the exit code of its failure."""

    def register(function: Callable[Concatenate[Run, P], None]) -> Callable[Concatenate[Run, P], None]:
        call: Callable[..., None] = function

        @wraps(function)
        def carry_out(*, context: typer.Context, output: OutputFormat, **given: Any) -> None:  # noqa: ANN401
            screen = Screen(form=output, is_wide=given.pop("wide"))
            place = {name: given.pop(name) for name in _PLACE}
            try:
                _check_one_api(context, stack=place["stack"], api=place["api"])
                target = Target(**place)
                with _stoppable():
                    call(Run(target=target, screen=screen), **given)
            except Failure as failure:
                screen.complain(failure)
                raise typer.Exit(failure.exit_code) from failure

        _as_typer_sees_it(carry_out, function)
        app.command(name)(carry_out)
        return function

    return register


@contextmanager
def _stoppable() -> Iterator[None]:
    """Say what Ctrl-C has stopped, and what it has not."""
    try:
        yield
    except KeyboardInterrupt as stopped:
        detail = (
            "what Day One has accepted continues: `dayone changes list` has it, `dayone changes watch` returns to it"
        )
        raise Interrupted("Stopped", detail=detail) from stopped


def _check_one_api(context: typer.Context, *, stack: str, api: str) -> None:
    """Raise Misused for a stack on the command line beside an API of the environment, which would win unseen."""
    typed = [name for name in ("stack", "api") if _is_typed(context, name)]
    if api and typed == ["stack"]:
        raise Misused(
            "Two APIs are named", detail=f"--stack {stack}, and DAYONE_API={api} in the environment: leave one out"
        )


def _is_typed(context: typer.Context, name: str) -> bool:
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def _as_typer_sees_it(shown: Callable[..., None], function: Callable[..., None]) -> None:
    _, *own = inspect.signature(function).parameters.values()
    plain = inspect.Parameter.KEYWORD_ONLY
    shared = [inspect.Parameter(name, plain, annotation=of, default=usual) for name, of, usual in _SHARED]
    context = inspect.Parameter("context", plain, annotation=typer.Context)
    parameters = [context, *(parameter.replace(kind=plain) for parameter in own), *shared]
    shown.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    shown.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
