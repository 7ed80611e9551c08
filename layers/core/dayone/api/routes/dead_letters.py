"""Dead letters and their redrive: /v1/dead-letters."""

import json

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response, content_types

from dayone.api.context import AccessApi
from dayone.api.params import caller_of, object_of, window_of, word_in, word_of
from dayone.api.responses import time_answer
from dayone.api.schemas.dead_letters import DEAD_LETTERS, REDRIVE, DeadLetterAnswer, DeadLettersAnswer, RedrivenAnswer
from dayone.api.spec import described
from dayone.model.failures import LetterQueue
from dayone.ops import dead_letters
from dayone.ops.dead_letters import Redriven, Understood, read_dead_letters


def dead_letter_routes(app: APIGatewayRestResolver, api: AccessApi) -> None:
    """Add the routes about dead letters."""

    @app.get("/v1/dead-letters")
    @described(DEAD_LETTERS)
    def list_dead_letters() -> DeadLettersAnswer:
        """List dead letters (messages that failed permanently) and the reasons, without removing them."""
        event = app.current_event
        queue, limit = word_of(event, "queue", LetterQueue), window_of(event).limit
        found = read_dead_letters(queue, limit=limit, queues=api.overview.dead_letters)
        return {
            "dead_letters": [_letter(message) for message in found.letters],
            "queues": [{"queue": str(queue), "messages": number} for queue, number in found.counts.items()],
            "cursor": "",
        }

    @app.post("/v1/dead-letters/redrive")
    @described(REDRIVE)
    def redrive_dead_letters() -> Response[str]:
        """Plan the subjects of dead letters again from current facts, and delete the letters."""
        event = app.current_event
        value = object_of(event, members={"queue"}, what='`{"queue": "inbox"}`, or nothing,')
        queue = word_in(str(value["queue"]), name="queue", words=LetterQueue) if value else None
        done = dead_letters.redrive_dead_letters(queue, actor=caller_of(event), ports=api)
        answer = _redriven(done)
        headers = {"Location": answer["href"]}
        return Response(202, content_types.APPLICATION_JSON, json.dumps(answer), headers=headers)


def _letter(message: Understood) -> DeadLetterAnswer:
    return {
        "queue": str(message.letter.queue),
        "id": message.letter.id,
        "subject": message.subject,
        "change": message.command.cause.change if message.command else "",
        "receive_count": message.letter.received,
        "sent_at": time_answer(message.letter.sent_at),
        "reason": message.reason,
    }


def _redriven(done: Redriven) -> RedrivenAnswer:
    return {
        "replanned": done.planned_again,
        "dropped": done.dropped,
        "unreadable": done.stays,
        "changes": list(done.changes),
        "href": f"/v1/changes/{done.changes[0]}" if len(done.changes) == 1 else "/v1/changes",
    }
