"""`dayone hr`: the configuration of HR systems that counts, and the approval of one that is held."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import typer

from dayone_cli.api_client import path
from dayone_cli.failures import Misused
from dayone_cli.inputs.confirming import Yes, confirm
from dayone_cli.output.following import FollowIt, Timeout, follow
from dayone_cli.output.words import moment
from dayone_cli.run import Run, command

app = typer.Typer(help="Show the configuration of HR systems that counts, and approve one that is held.")

_CONFIGURATION = "/v1/hr-configuration"


@command(app, "configuration")
def configuration(run: Run) -> None:
    """Print the configuration of HR systems that counts, and the newest one if that does not, with its digest."""
    run.show(run.api.read(_CONFIGURATION), _lines)


@command(app, "approve")
def approve(
    run: Run,
    digest: Annotated[str, typer.Argument(help="The digest of a held configuration, from `dayone hr configuration`.")],
    *,
    yes: Yes = False,
    follow_it: FollowIt = True,
    timeout: Timeout = 0.0,
) -> None:
    """Put a held configuration of HR systems in force. You cannot approve what you have written."""
    newest = run.api.read(_CONFIGURATION)["newest"]
    if newest is None or newest["digest"] != digest:
        raise Misused("Not the newest configuration", detail="read `dayone hr configuration` again")
    if newest["state"] == "in-force":
        run.show({"change": None}, lambda _: ["This configuration is already in force."])
        return
    for line in _version_lines(newest):
        run.screen.say(line)
    confirm("Have this configuration decide whom Day One believes?", yes=yes)
    taken = run.api.write("POST", path("v1", "hr-configuration", digest, "approve"))
    follow(run, taken, follow_it=follow_it, timeout=timeout)


def _lines(answer: Mapping[str, Any]) -> list[str]:
    in_force, newest = answer["in_force"], answer["newest"]
    versions = [in_force] if newest == in_force else [in_force, newest]
    lines = [line for version in versions if version for line in (*_version_lines(version), "")]
    return lines[:-1] or ["No configuration was recorded yet: the sweep does that within a minute."]


def _version_lines(version: Mapping[str, Any]) -> Iterator[str]:
    yield f"# Version {version['version']} is {version['state']}, recorded {moment(version['at'])}."
    yield f"# Digest: {version['digest']}"
    yield from (f"# Written by {author}" for author in version["authors"])
    if version["approved_by"]:
        yield f"# Approved by {version['approved_by']}"
    yield from (f"# Because: {reason}" for reason in version["reasons"])
    yield from version["text"].splitlines()
