"""Ask SPIN whether the model of the executor's protocol keeps its rules, as it is and with each deliberate fault."""

import re
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.project.repository import ROOT

MODEL = Path(__file__).with_name("executor.pml")
SCENES = {1: "HR changes its mind about one access, and another comes", 2: "HR changes its mind twice"}
# In bytes of memory, and steps of the longest run.
_MEMORY, _DEPTH = 6000, 2_000_000


@dataclass(frozen=True)
class Fault:
    """A deliberate fault of the protocol: its name in the model, and a scene that shows it."""

    name: str
    what: str
    scene: int = 1


FAULTS = (
    Fault("NO_DOUBT", "AWS is called before a doubt is on record"),
    Fault("LOST_MEANS_NO", "a lost answer is taken for a refusal, and the doubt is dropped"),
    Fault("NO_ATTEMPT", "AWS is called before the attempt is on record"),
    Fault("NO_GENERATION", "what a newer plan has replaced is carried out"),
    Fault("NO_AS_READ", "a doubt is written over what has moved since it was read"),
    Fault("NO_REVISION", "a plan from before a doubt is not refused, because a doubt moves nothing"),
    Fault("NO_REVISION_CHECK", "a plan is committed whatever has moved since it was read for"),
    Fault("NO_LEASE", "a run begins operations beside another"),
    Fault("CALLS_AFTER_THE_LEASE", "a run calls AWS after its lease"),
    Fault("NO_PLACE_FOR_LOST_REQUESTS", "nothing keeps the account of an attempt whose answer is not known"),
    Fault("IN_PROGRESS_IS_DONE", "a request in progress counts as done"),
    Fault("ENDS_TWICE", "an end is recorded of what is over"),
    Fault("SETTLE_WHATEVER_IS_THERE", "a doubt is taken back that another run has written", scene=2),
    Fault("PLANS_WITHOUT_DOUBT", "a plan leaves out what is in doubt"),
    Fault("NO_RESUME", "a run asks AWS only for requests of its own"),
)


@dataclass(frozen=True)
class Verdict:
    """The result of a check: `violated` is the first rule that does not hold, empty where all do.

    `is_complete` says that every state was looked at.
    """

    states: int
    violated: str
    is_complete: bool

    @property
    def is_kept(self) -> bool:
        """True if every rule holds in every state."""
        return self.is_complete and not self.violated


def spin() -> str | None:
    """Return the path of SPIN, or None where it or a compiler of C is missing."""
    own = ROOT / ".tools/spin/usr/bin/spin"
    found = str(own) if own.exists() else shutil.which("spin")
    return found if shutil.which("gcc") else None


def check(scene: int, *, faults: int, fault: str = "", is_progress: bool = False) -> Verdict:
    """Look at every state of a scene in which so much goes wrong; with `is_progress` at every endless run as well."""
    defined = [f"-DSCENE={scene}", f"-DFAULTS={faults}", *([f"-D{fault}"] if fault else [])]
    how = [] if is_progress else ["-DSAFETY", "-DNOCLAIM"]
    with TemporaryDirectory() as folder:
        _run([str(spin()), "-a", *defined, str(MODEL)], folder=folder)
        compiler = ["gcc", "-O2", "-w", "-DCOLLAPSE", "-DNFAIR=3", f"-DMEMLIM={_MEMORY}", *how, "-o", "pan", "pan.c"]
        _run(compiler, folder=folder)
        report = _run(["./pan", f"-m{_DEPTH}", "-w24", *(["-a", "-f"] if is_progress else [])], folder=folder)
    return read(report)


def read(report: str) -> Verdict:
    """Read what the program that SPIN has made says at its end."""
    errors, states = re.search(r"errors: (\d+)", report), re.search(r"(\d+) states, stored", report)
    if errors is None or states is None:
        raise ValueError(f"SPIN has not come to an end: {report[-500:]}")
    first = re.search(r"^pan:1: (.+?) \(at depth", report, re.MULTILINE)
    violated = first[1] if first else ("it says no more" if int(errors[1]) else "")
    is_cut_short = "truncated" in report or "out of memory" in report or "too small" in report
    return Verdict(states=int(states[1]), violated=violated, is_complete=not is_cut_short)


def _run(command: Iterable[str], *, folder: str) -> str:
    done = subprocess.run(list(command), cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode and "errors:" not in done.stdout:
        raise ValueError(done.stdout + done.stderr)
    return done.stdout
