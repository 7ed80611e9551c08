"""Runner of steps: asks before each, records its result, and ends where one cannot continue."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from first_run.record import Differs, Log, State
from first_run.scene import Scene

if TYPE_CHECKING:
    from first_run.aws import Aws
    from first_run.steps import Step

type Say = Callable[[str], None]
type Ask = Callable[[str], bool]


def steps_to_run(steps: Sequence["Step"], state: State, *, begin: str = "") -> list["Step"]:
    """Return the steps from the named one on; without a name, from the first that was not completed."""
    names = [step.name for step in steps]
    if begin:
        return list(steps[names.index(begin) :])
    undone = [number for number, step in enumerate(steps) if not _is_done(step, state)]
    return list(steps[undone[0] :]) if undone else []


@dataclass(frozen=True, kw_only=True)
class Runner:
    """Runs steps on one organisation. `kept` is the file of the state, written after each step."""

    aws: "Aws"
    state: State
    kept: Path
    say: Say
    ask: Ask

    def run(self, steps: Sequence["Step"]) -> bool:
        """Run them; returns whether all were run to their end, also where something differed."""
        for step in steps:
            self.say(f"\n{step.name}: {step.does}")
            if not self.ask("Do it?"):
                self.say("Stopped. The same command goes on here.")
                return False
            if not self._run(step):
                self.say(
                    f"It cannot go on. `--from {step.name}` tries it again, `--from delete` takes everything away."
                )
                return False
        return True

    def _run(self, step: "Step") -> bool:
        log = Log(step.name, say=self.say)
        error = ""
        try:
            step.run(Scene(aws=self.aws, log=log, values=self.state.values))
        except ClientError as refused:
            answer = refused.response
            request = answer.get("ResponseMetadata", {}).get("RequestId", "")
            error = f"{refused} (request {request})"
            log.note("AWS refused", operation=refused.operation_name, **answer.get("Error", {}), request_id=request)
        except (BotoCoreError, Differs) as stopped:
            error = str(stopped)
        finally:  # Ctrl-C, too: what was made by then is known to the next command
            record = log.end(error=error)
            self.state.steps[step.name] = record
            self.state.save(self.kept)
        return not record.error


def _is_done(step: "Step", state: State) -> bool:
    return step.name in state.steps and not state.steps[step.name].error
