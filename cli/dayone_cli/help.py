"""Help texts of the whole command: an example for each command, and the groups in which they are listed."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import typer

_CHANGE = "01KAR3N6M0Q4WZ3S7T1YJ5V8XD"
EXAMPLES: Mapping[str, str] = {
    "access report": "dayone access report --account shop-dev --csv",
    "accounts access": "dayone accounts access shop-dev",
    "accounts bootstrap": "dayone accounts bootstrap 111122223333",
    "accounts discover": "dayone accounts discover",
    "accounts list": "dayone accounts list --state ACTIVE --search shop",
    "accounts show": "dayone accounts show shop-dev",
    "api": "dayone api GET '/v1/changes?limit=5'",
    "audit list": "dayone audit list --subject person:e-1001 --since 2026-11-01T00:00:00Z",
    "audit verify": "dayone audit verify 2026-11-23",
    "changes accounts": f"dayone changes accounts {_CHANGE}",
    "changes adopt": f"dayone changes adopt {_CHANGE} group:admins --digest 3a2deb99 --reason 'made before Day One'",
    "changes approve": f"dayone changes approve {_CHANGE}",
    "changes list": "dayone changes list --state held",
    "changes reject": f"dayone changes reject {_CHANGE} --subject person:e-1001",
    "changes retry": f"dayone changes retry {_CHANGE}",
    "changes show": f"dayone changes show {_CHANGE}",
    "changes watch": f"dayone changes watch {_CHANGE} --timeout 600",
    "credentials": 'eval "$(dayone credentials 111122223333 ViewOnly)"',
    "dead-letters list": "dayone dead-letters list --queue inbox",
    "dead-letters redrive": "dayone dead-letters redrive --queue inbox",
    "drift adopt": "dayone drift adopt 3a2deb991af9539a",
    "drift ignore": "dayone drift ignore 3a2deb991af9539a --until 2026-12-31T00:00:00Z --reason 'audit until then'",
    "drift list": "dayone drift list --kind unmanaged",
    "drift pause": "dayone drift pause --until 2026-12-31T00:00:00Z --reason 'migration of the old groups'",
    "drift reconcile": "dayone drift reconcile group:engineers",
    "drift repair": "dayone drift repair 3a2deb991af9539a",
    "drift resume": "dayone drift resume",
    "drift show": "dayone drift show 3a2deb991af9539a",
    "events send": "dayone events send events/receive_hr_event/joiner.json",
    "grants add": "dayone grants add --person ada@example.com --group admins --until 8h --reason 'incident 17'",
    "grants end": f"dayone grants end {_CHANGE}",
    "grants extend": f"dayone grants extend {_CHANGE} --until 2h",
    "grants list": "dayone grants list --state active",
    "grants show": f"dayone grants show {_CHANGE}",
    "hr approve": "dayone hr approve 3a2deb991af9539a",
    "hr configuration": "dayone hr configuration",
    "import verify": "dayone import verify policy/",
    "import write": "dayone import write policy/",
    "inventory plan": "dayone inventory plan",
    "inventory show": "dayone inventory show",
    "login": "dayone login --start-url https://d-0123456789.awsapps.com/start",
    "me": "dayone me",
    "notifications list": "dayone notifications list",
    "notifications test": "dayone notifications test on-call",
    "people access": "dayone people access ada@example.com",
    "people end": "dayone people end ada@example.com --on 2026-12-31",
    "people explain": "dayone people explain ada@example.com shop-dev",
    "people forget": "dayone people forget e-1001",
    "people import": "dayone people import people.csv",
    "people list": "dayone people list --search ferrari",
    "people show": "dayone people show ada@example.com",
    "policy apply": "dayone policy apply policy.yaml",
    "policy check": "dayone policy check policy.yaml",
    "policy describe": "dayone policy describe permission-set:Deploy",
    "policy plan": "dayone policy plan policy.yaml",
    "policy rollback": "dayone policy rollback 6",
    "policy show": "dayone policy show 6",
    "policy versions": "dayone policy versions",
    "recover": "dayone recover --check",
    "setup check": "dayone setup check",
    "status": "dayone status",
    "teardown": "dayone teardown --as terraform --identity-store d-1234567890",
}
# The groups of the help in their order, each with its commands.
GROUPS: Mapping[str, Sequence[str]] = {
    "What needs you": ("status", "changes", "drift", "notifications", "dead-letters", "recover"),
    "Who has what": ("people", "accounts", "access", "grants", "audit"),
    "What should be": ("policy", "import", "inventory", "hr"),
    "Set up and sign in": ("setup", "login", "credentials", "me", "events", "teardown", "api"),
}
_WIDTH_OF_A_NAME = 14


def with_examples(app: typer.Typer) -> typer.Typer:
    """Give each command of an application its example, below the options."""
    for words, command in _commands(app, ()):
        # The mark keeps click from breaking the line.
        command.epilog = f"\b\nExample:\n  {EXAMPLES[' '.join(words)]}"
    return app


def _commands(app: typer.Typer, above: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for command in app.registered_commands:
        yield (*above, str(command.name)), command
    for group in app.registered_groups:
        if group.typer_instance:
            yield from _commands(group.typer_instance, (*above, str(group.name)))


def write_groups(commands: Mapping[str, Any], formatter: Any) -> None:  # noqa: ANN401 - click's
    """Write the commands in their groups, each with the beginning of its help."""
    room = formatter.width - _WIDTH_OF_A_NAME - 4
    for title, names in GROUPS.items():
        with formatter.section(title):
            formatter.write_dl(
                [(f"{name:{_WIDTH_OF_A_NAME}}", commands[name].get_short_help_str(room)) for name in names]
            )
