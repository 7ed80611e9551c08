"""`make first-run`: Day One's first run on AWS, in an organisation that nobody needs, and the report of it."""

import argparse
import os
import sys
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from first_run import report
from first_run.aws import REPOSITORY, Aws
from first_run.inventory import read_inventory
from first_run.record import State, load
from first_run.runner import Runner, steps_to_run
from first_run.safety import Inventory, member_account, objections
from first_run.steps import STEPS

_STATE = "state.json"
_NAMES = [step.name for step in STEPS]
_DIFFERS, _REFUSED = 1, 2


def main() -> int:
    """Run the command; return 0 when all was as expected, 1 when something differed, 2 when nothing may be done."""
    options = _options()
    if options.profile:
        os.environ["AWS_PROFILE"] = options.profile  # for every command that is run as well
    options.folder.mkdir(parents=True, exist_ok=True)
    aws = Aws(
        template=options.template,
        parameters=dict(options.parameter),
        api=options.api,
        folder=options.folder,
        bucket=options.bucket,
    )
    state = load(options.folder / _STATE)
    try:
        inventory = read_inventory(aws)
    except (BotoCoreError, ClientError) as error:
        print(f"AWS cannot be read: {error}", file=sys.stderr)
        return _REFUSED
    reasons = objections(inventory, organization=state.organization, account=options.account)
    if reasons or not options.template.exists():
        print(*(reasons or [f"{options.template} is not there: `make build` makes it."]), sep="\n", file=sys.stderr)
        return _REFUSED
    _begin(state, aws, inventory, account=options.account)
    return _run(aws, state, options)


def _begin(state: State, aws: Aws, inventory: Inventory, *, account: str) -> None:
    """Keep where the run is, once."""
    state.organization = inventory.organization
    (root,) = aws.client("organizations").list_roots()["Roots"]
    (instance,) = aws.client("sso-admin").list_instances()["Instances"]
    usual = {
        "management_account": inventory.management_account,
        "account": member_account(inventory, account=account),
        "root": str(root["Id"]),
        "instance": str(instance["InstanceArn"]),
        "store": str(instance["IdentityStoreId"]),
    }
    state.values = usual | state.values


def _run(aws: Aws, state: State, options: argparse.Namespace) -> int:
    asks = (lambda _: True) if options.yes else _ask
    runner = Runner(aws=aws, state=state, kept=options.folder / _STATE, say=_say, ask=asks)
    values = state.values
    _say(f"Organisation {state.organization}, member account {values['account']}, Region {aws.region}.")
    is_well = runner.run(steps_to_run(STEPS, state, begin=options.begin))
    document = report.as_document(state, order=_NAMES, release=_release(), region=aws.region)
    files = report.write(document, options.folder)
    _say("\nWhat differed:\n" + ("\n".join(f"* {text}" for text in document["differences"]) or "nothing"))
    _say("The report, without ids and names: " + " ".join(map(str, files)))
    return 0 if is_well and not document["differences"] else _DIFFERS


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make first-run", description=__doc__)
    parser.add_argument("--from", dest="begin", choices=_NAMES, default="", help="begin at this step, not where it is")
    parser.add_argument("--yes", action="store_true", help="do not ask before each step")
    parser.add_argument("--account", default="", help="the member account to give access in; else the first there is")
    parser.add_argument("--profile", default="", help="the AWS profile of the management account's administrator")
    parser.add_argument(
        "--folder", type=Path, default=REPOSITORY / ".first-run", help="where the run and its report are kept"
    )
    built = REPOSITORY / ".aws-sam" / "build" / "template.yaml"
    parser.add_argument("--template", type=Path, default=built, help="the template as `make build` has built it")
    parser.add_argument("--bucket", default="", help="an S3 bucket for what SAM uploads; else SAM makes one")
    parser.add_argument("--api", default="", help="where the API is, with {ApiId}, on what is not AWS")
    parser.add_argument(
        "--parameter",
        type=lambda text: tuple(text.split("=", 1)),
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a parameter of the template for each deployment, such as IdentityCenterKeyArn=…",
    )
    return parser.parse_args()


def _release() -> str:
    from importlib.metadata import version  # noqa: PLC0415 - only the report needs it

    return version("dayone")


def _say(text: str) -> None:
    print(text, flush=True)


def _ask(question: str) -> bool:
    try:
        return input(f"{question} [y/N] ").strip().lower() in {"y", "yes"}
    except EOFError:
        return False


if __name__ == "__main__":
    sys.exit(main())
