"""The kinds of HR systems there are, each in a module of its own that is loaded when a source is of that kind."""

from functools import cache
from importlib import import_module
from typing import Literal, cast

from dayone.contracts.hr.heard import Kind

KindName = Literal["standard", "bamboohr", "hibob", "merge", "gusto", "deel", "okta", "workday", "csv", "json"]
# Modules that would otherwise be called as one of the standard library's.
_MODULES = {"csv": "csv_file", "json": "json_file"}


@cache
def kind_called(name: str) -> Kind:
    """The kind of that name, a KindName."""
    return cast("Kind", import_module(f"dayone.contracts.hr.{_MODULES.get(name, name)}").KIND)
