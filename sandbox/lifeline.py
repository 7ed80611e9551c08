"""Runs a module as a server that ends, with every process under it, when the process that started it is gone.

Usage: `python -m sandbox.lifeline FOLDER MODULE [ARGUMENT ...]`. The starter holds the other end of standard input. It
cannot forget to stop the server: a kill -9 closes that end too. One byte on it releases the server, to be left running.
"""

import os
import runpy
import shutil
import signal
import sys
import threading


def main() -> None:
    """Run the module named on the command line in this process, tied to standard input."""
    folder, module, *arguments = sys.argv[1:]
    threading.Thread(target=_end_with_starter, args=(folder,), daemon=True).start()
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _end_with_starter(folder: str) -> None:
    if os.read(sys.stdin.fileno(), 1):
        return
    shutil.rmtree(folder, ignore_errors=True)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main()
