"""What is said of the routes about dead letters."""

from dayone.contracts import api_dead_letters as api
from dayone.domain.dead_letters import LetterQueue
from dayone.routes.described import LIMIT, Body, Description, Parameter
from dayone.routes.examples import AT, CHANGE
from dayone.routes.queries import words_in

_LETTERS: api.DeadLettersAnswer = {
    "dead_letters": [
        {
            "queue": "inbox",
            "id": "3a2c6bcf-e07b-4767-8aa7-409759a53b05",
            "subject": "person:e-1001",
            "change": CHANGE,
            "received": 6,
            "sent_at": AT,
            "reason": "",
        }
    ],
    "queues": [
        {"queue": "inbox", "letters": 1},
        {"queue": "engine", "letters": 0},
        {"queue": "account-events", "letters": 0},
        {"queue": "publish-events", "letters": 0},
    ],
    "cursor": "",
}
_REDRIVEN: api.RedrivenAnswer = {
    "planned_again": 1,
    "dropped": 0,
    "stays": 0,
    "changes": [CHANGE],
    "href": f"/v1/changes/{CHANGE}",
}
_WHICH: api.WhichQueue = {"queue": "inbox"}
_QUEUE = Parameter(name="queue", says="Only this queue.", example="inbox", schema=words_in(LetterQueue))

DEAD_LETTERS = Description(tag="operations", answer=api.DeadLettersAnswer, example=_LETTERS, takes=(_QUEUE, LIMIT))
REDRIVE = Description(
    tag="operations",
    answer=api.RedrivenAnswer,
    example=_REDRIVEN,
    status=202,
    bodies=(Body(shape=api.WhichQueue, example=_WHICH, required=False),),
)
