"""`dayone events`: send an event manually, as an HR system or AWS would."""

import json
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from dayone_cli.api_client import ApiClient, path
from dayone_cli.aws.aws_failures import aws_asked
from dayone_cli.aws.signed_http import unsigned
from dayone_cli.aws.target import Target
from dayone_cli.failures import Misused
from dayone_cli.inputs.event_files import AccountEvents, HrDelivery, read_event
from dayone_cli.output.following import FollowIt, Timeout, follow
from dayone_cli.output.lists import facts
from dayone_cli.run import Run, command

app = typer.Typer(help="Send an event as an HR system or AWS would.")

_STANDARD = "standard"


@command(app, "send")
def send(
    run: Run,
    file: Annotated[Path, typer.Argument(help="The body of an HR event, or an account event, as in events/.")],
    source: Annotated[str, typer.Option(help="The HR source; default: the one named in the file, or `standard`.")] = "",
    delivery: Annotated[str, typer.Option(help="The delivery's id, to repeat a delivery; default: a new id.")] = "",
    key: Annotated[
        str, typer.Option(envvar="DAYONE_HR_KEY", help="The signing key; default: the source's secret.")
    ] = "",
    *,
    follow_it: FollowIt = True,
    timeout: Timeout = 0.0,
) -> None:
    """Send an HR event, signed according to Standard Webhooks, or queue an account event."""
    told = read_event(file)
    if isinstance(told, AccountEvents):
        _queue(run, told)
        return
    named = source or told.source or _STANDARD
    follow(run, _post(run, told, source=named, delivery=delivery, key=key), follow_it=follow_it, timeout=timeout)


def _post(run: Run, told: HrDelivery, *, source: str, delivery: str, key: str) -> Any:  # noqa: ANN401 - JSON
    from standardwebhooks import Webhook

    name, at = delivery or f"msg_{uuid.uuid4().hex}", datetime.now(UTC)
    try:
        signature = Webhook(key or _secret(run.target, source)).sign(name, at, told.body.decode())
    except ValueError as error:  # a key that is not base64, a body that is not UTF-8
        raise Misused("The event cannot be signed", detail=str(error)) from error
    headers = {
        "content-type": told.content_type,
        "webhook-id": name,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signature,
    }
    # Unsigned by AWS: whoever has the key is the HR system.
    api = ApiClient(url=run.target.hr_url, send=unsigned)
    return api.request("POST", path("hr", source), headers=headers, body=told.body).json()


def _secret(target: Target, source: str) -> str:
    name = target.output("StandardHrSecretArn") if source == _STANDARD else f"{target.stack}/hr/{source}"
    with aws_asked(f"read the key of the HR source {source} (secretsmanager:GetSecretValue)"):
        secret = target.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"]
    return str(json.loads(secret)["current"])


def _queue(run: Run, told: AccountEvents) -> None:
    # Not on the bus: AWS lets nobody put events of sources that begin with `aws.`; the rule brings them to this queue.
    queue = run.target.output("AccountEventsUrl")
    with aws_asked("queue the event (sqs:SendMessage)"):
        sqs = run.target.client("sqs")
        for body in told.bodies:
            sqs.send_message(QueueUrl=queue, MessageBody=body)
    run.show({"queued": len(told.bodies), "queue": queue}, facts)
