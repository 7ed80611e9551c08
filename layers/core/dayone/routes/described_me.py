"""What is said of the route that answers who calls."""

from dayone.contracts import api
from dayone.routes.described import Description

_ADA = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_AccessAdministrators_0123456789abcdef/ada"
_ME: api.MeAnswer = {"actor": _ADA, "principal": "user ada"}

ME = Description(tag="me", answer=api.MeAnswer, example=_ME)
