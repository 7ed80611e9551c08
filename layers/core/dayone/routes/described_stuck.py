"""What is said of the route about what is stuck."""

from dayone.contracts import api_stuck
from dayone.routes.described import Description
from dayone.routes.examples import AT, CHANGE

_STUCK: api_stuck.AllStuckAnswer = {
    "stuck": [
        {
            "kind": "dead-letter",
            "subject": "person:e-1001",
            "since": AT,
            "reason": "not a command: KeyError",
            "change": CHANGE,
        }
    ],
    "complete": True,
}

STUCK = Description(tag="operations", answer=api_stuck.AllStuckAnswer, example=_STUCK)
