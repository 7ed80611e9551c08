"""What is said of the routes for monitors."""

from dayone.contracts import api
from dayone.routes.described import Description

_HEALTH: api.HealthAnswer = {"policy_version": 7, "operations_open": False, "warnings": []}

HEALTH = Description(tag="health", answer=api.HealthAnswer, example=_HEALTH)
