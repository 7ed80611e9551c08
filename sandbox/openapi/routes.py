"""The routes of the API, as the resolver has them."""

import inspect
import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from aws_lambda_powertools import Logger

from dayone.routes.access_api import build_app
from dayone.routes.described import Description, description_of
from dayone.routes.once import ONLY_ASKS
from dayone.usecases.access_api import AccessApi

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
        """Whether it changes something, and takes an idempotency key."""
        return self.is_signed and self.method in _WRITES and self.path not in ONLY_ASKS


def signed_routes() -> Sequence[DescribedRoute]:
    """Every route of `access_api`, by path and method."""
    # No request is answered, so nothing is asked of the ports.
    none_of_them: dict[str, Any] = dict.fromkeys(one.name for one in fields(AccessApi))
    app = build_app(AccessApi(**none_of_them), logger=Logger(service="openapi"))
    found = (*app._static_routes, *app._dynamic_routes)  # noqa: SLF001 - the resolver has no other list
    made = (
        DescribedRoute(
            method=str(one.method),
            path=re.sub(r"<(\w+)>", r"{\1}", one.path),
            name=one.func.__name__,
            says=inspect.getdoc(one.func) or "",
            description=description_of(one.func),
        )
        for one in found
    )
    return sorted(made, key=lambda one: (one.path, one.method))
