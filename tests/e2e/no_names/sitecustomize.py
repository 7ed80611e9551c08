"""Refuses whatever would leave this machine, and notes it, in each Python program that has this folder on its path."""

import os
import sys
from pathlib import Path
from typing import Any

_HERE = {"", "127.0.0.1", "localhost"}
_ASKS_FOR_A_NAME = {"socket.getaddrinfo", "socket.gethostbyname"}


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event in _ASKS_FOR_A_NAME:
        host = arguments[0]
    elif event == "socket.connect" and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    else:
        return
    name = host.decode() if isinstance(host, bytes) else host or ""
    if name not in _HERE:
        with Path(os.environ["LEFT_THE_MACHINE"]).open("a", encoding="utf-8") as notes:
            notes.write(f"{name}: {' '.join(sys.argv)}\n")
        raise PermissionError(f"nothing may leave this machine, and this asks for {name}")


sys.addaudithook(_refuse)
