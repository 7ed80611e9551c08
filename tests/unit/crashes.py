"""Processes that die at a chosen call to a port, before it has an effect."""

from collections.abc import Callable
from typing import Any


class Crash(BaseException):
    """The process is gone; nothing may catch it."""


class Fuse:
    """Burns at the n-th call through any of the ports it is wrapped around, counted from 1."""

    def __init__(self, number: int) -> None:
        self._left = number

    @property
    def has_burnt(self) -> bool:
        return self._left <= 0

    def around(self, _name: str, port: object) -> object:
        return _Fused(port, self)

    def call(self, method: Callable[..., Any], *args: object, **named: object) -> object:
        self._left -= 1
        if self._left == 0:
            raise Crash
        return method(*args, **named)


class _Fused:
    def __init__(self, port: object, fuse: Fuse) -> None:
        self._port = port
        self._fuse = fuse

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._port, name)
        return lambda *args, **named: self._fuse.call(method, *args, **named)
