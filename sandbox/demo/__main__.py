"""`make demo`: the main job from end to end on a local AWS, and nothing left behind unless asked to keep it."""

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from rich.console import Console

from sandbox.__main__ import export_block
from sandbox.day_one import STACK, Deployed, add_parameters
from sandbox.demo.narrator import Narrator, StepFailed
from sandbox.demo.story import PATIENCE, POLICY, StoryOptions, tell
from sandbox.sandbox import Sandbox

_LINES_OF_LOG = 40
_MANAGEMENT, _DELEGATE = "111122223333", "444455556666"


def main() -> int:
    """Exit status 0 only when everything in the story was seen to happen."""
    options = _options()
    signal.signal(signal.SIGTERM, _end)
    # Piped into a log there is no terminal to be narrow.
    console = Console() if sys.stdout.isatty() else Console(width=130)
    narrator = Narrator(console)
    sandbox = Sandbox(account_id=_DELEGATE, management_account_id=_MANAGEMENT) if options.delegated else Sandbox()
    try:
        with narrator.step("Start the local AWS"):
            sandbox.start()
        deployed = tell(sandbox, narrator, options=_story_options(options))
    except StepFailed as failure:
        narrator.failed(failure, logs=_logs(sandbox))
        sandbox.stop()
        return 1
    except BaseException:
        sandbox.stop()
        raise
    if options.keep:
        _hand_over(sandbox, deployed, console)
    else:
        sandbox.stop()
        console.print("[green]All of it was seen to happen.[/] The local AWS is stopped.")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox.demo", description=__doc__)
    parser.add_argument("--keep", action="store_true", help="leave the local AWS running and say how to use it")
    parser.add_argument("--policy", type=Path, default=POLICY, metavar="FILE", help="the access policy of the story")
    parser.add_argument(
        "--patience", type=float, default=PATIENCE, metavar="SECONDS", help="how long to wait for what must be seen"
    )
    parser.add_argument("--own-key", action="store_true", help="encrypt Identity Center with a customer's KMS key")
    parser.add_argument(
        "--delegated", action="store_true", help="deploy to the delegated administrator, not to the management account"
    )
    add_parameters(parser)
    return parser.parse_args()


def _story_options(options: argparse.Namespace) -> StoryOptions:
    return StoryOptions(
        policy=options.policy,
        patience=options.patience,
        own_key=options.own_key,
        parameters=dict(options.parameter),
    )


def _hand_over(sandbox: Sandbox, deployed: Deployed, console: Console) -> None:
    api = deployed.api
    print("\n# The local AWS keeps running. For the AWS CLI, in a POSIX shell:")
    print(export_block(sandbox.environment))
    print("\n# Day One:")
    # The command is told by the first; the others are for whatever else somebody types.
    told = {"DAYONE_API": api.url, "DAYONE_API_URL": api.url}
    print(export_block({**told, **{f"DAYONE_{_upper(k)}": v for k, v in _outputs(deployed)}}))
    if api.credentials:
        print("\n# A key that may call the API and nothing else, for SigV4 (service execute-api):")
        print(f"# {api.credentials.access_key_id} {api.credentials.secret_access_key}")
    console.print("\nStop it with:", highlight=False)
    print(sandbox.leave_running())


def _outputs(deployed: Deployed) -> Sequence[tuple[str, str]]:
    return sorted((name, text) for name, text in deployed.stack.outputs.items() if name != "ApiUrl")


def _upper(name: str) -> str:
    return "".join(f"_{letter}" if letter.isupper() else letter for letter in name).upper().strip("_")


def _logs(sandbox: Sandbox) -> list[str]:
    try:
        cloudformation = sandbox.client("cloudformation")
        resources = cloudformation.describe_stack_resources(StackName=STACK)["StackResources"]
    except Exception as error:  # noqa: BLE001 - the story has failed; why its logs are missing is only a remark
        return [f"(no function logs: {error})", *sandbox.server_log().splitlines()[-_LINES_OF_LOG:]]
    names = [pair["PhysicalResourceId"] for pair in resources if pair["ResourceType"] == "AWS::Lambda::Function"]
    told = [f"{name}: {line}" for name in names for line in sandbox.function_logs(name) if line.startswith("{")]
    return ([line for line in told if '"level":"INFO"' not in line] or told)[-_LINES_OF_LOG:]


def _end(_number: int, _frame: FrameType | None) -> None:
    sys.exit(143)


if __name__ == "__main__":
    sys.exit(main())
