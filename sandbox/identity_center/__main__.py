"""Local Identity Center as a process, which runs until a signal ends it (SIGTERM, SIGINT)."""

import argparse
import resource
import signal
import sys
from types import FrameType

from sandbox.identity_center.behaviour import Behaviour, behaviour_argument
from sandbox.identity_center.caller_rights import RightsInIam
from sandbox.identity_center.center import IdentityCenter
from sandbox.identity_center.control import Control
from sandbox.identity_center.encryption import KeysInKms
from sandbox.identity_center.organizations.account_events import AccountEvents, Told
from sandbox.identity_center.organizations.control import OrganizationControl
from sandbox.identity_center.organizations.event_bus import EventBus
from sandbox.identity_center.protocol.service_models import ServiceModels
from sandbox.identity_center.server import Application, serve
from sandbox.identity_center.settings import Settings
from sandbox.sign_in.service import add_sign_in


def main() -> None:
    """Read the command line and serve."""
    options = _options()
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    settings = Settings(
        account_id=options.account,
        region=options.region,
        behaviour=options.behaviour,
        delegated_administrator=options.delegated_administrator,
        caller_actions=tuple(options.caller_actions.split(",")),
    )
    models = ServiceModels()

    def delay() -> float:
        return center.event_delay()  # which comes after the bus that it is given

    publish = EventBus(options.events_endpoint, delay).publish if options.events_endpoint else _publish_nothing
    rights = RightsInIam(options.iam_endpoint) if options.iam_endpoint else None
    keys = KeysInKms(options.iam_endpoint, region=options.region) if options.iam_endpoint else None
    center = IdentityCenter(settings, models, publish, rights, keys)
    sign_in = add_sign_in(center, iam_endpoint=options.iam_endpoint)
    happenings = OrganizationControl(center, models, AccountEvents(options.account, publish))
    application = Application(center, models, [Control(center), happenings, *sign_in])
    server = serve(application, options.port)
    print(f"Identity Center answers at http://127.0.0.1:{server.port}; {_cost()}", flush=True)
    server.serve_forever()


def _publish_nothing(result: Told) -> None:
    """Publish nothing, without a bus."""


def _cost() -> str:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    # Kilobytes, but on macOS bytes.
    megabytes = usage.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
    return f"started with {usage.ru_utime + usage.ru_stime:.1f} s of processor time and {megabytes:.0f} MB of memory"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox.identity_center", description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="port of 127.0.0.1 to listen on; 0: any free one")
    parser.add_argument("--account", default="111122223333", help="the management account (default %(default)s)")
    parser.add_argument("--region", default="us-east-1", help="Identity Center's Region (default %(default)s)")
    parser.add_argument("--events-endpoint", help="server whose default EventBridge bus gets account events")
    parser.add_argument(
        "--behaviour",
        type=behaviour_argument,
        default=Behaviour.instant(),
        help="realistic or instant (the default), and numbers: realistic,call_seconds=0,calls_per_second=none",
    )
    parser.add_argument("--delegated-administrator", metavar="ACCOUNT", help="a member account that may administer it")
    parser.add_argument("--iam-endpoint", help="server whose IAM has the roles, and whose STS issues credentials")
    actions = "without that server, what every caller may do besides: patterns such as iam:*,kms:Decrypt (default: all)"
    parser.add_argument("--caller-actions", default="*", help=actions)
    return parser.parse_args()


def _stop(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)


if __name__ == "__main__":
    main()
