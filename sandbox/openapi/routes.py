"""The routes of the API, as the resolver has them."""

import inspect
import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from aws_lambda_powertools import Logger

from dayone.api.app import build_app
from dayone.api.context import AccessApi
from dayone.api.idempotency import ONLY_ASKS
from dayone.api.spec import Description, description_of

_WRITES = frozenset({"POST", "PUT"})


@dataclass(frozen=True, kw_only=True)
class DescribedRoute:
    """A route: its path has parameters in braces, `says` is the docstring of its function, called `name`."""

    method: str
    path: str
    name: str
    says: str
    description: Description | None
    is_signed: bool = True

    @property
    def writes(self) -> bool:
        """True if it changes something, and takes an idempotency key."""
        return self.is_signed and self.method in _WRITES and self.path not in ONLY_ASKS


def signed_routes() -> Sequence[DescribedRoute]:
    """Every route of `access_api`, by path and method."""
    # No request is answered, so nothing is asked of the ports.
    none_of_them: dict[str, Any] = dict.fromkeys(field.name for field in fields(AccessApi))
    app = build_app(AccessApi(**none_of_them), logger=Logger(service="openapi"))
    found = (*app._static_routes, *app._dynamic_routes)  # noqa: SLF001 - the resolver has no other list
    made = (
        DescribedRoute(
            method=str(route.method),
            path=re.sub(r"<(\w+)>", r"{\1}", route.path),
            name=route.func.__name__,
            says=inspect.getdoc(route.func) or "",
            description=description_of(route.func),
        )
        for route in found
    )
    return sorted(made, key=lambda entry: (entry.path, entry.method))
