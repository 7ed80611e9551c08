"""What is said of the route about the settings."""

from dayone.contracts import api_settings as api
from dayone.routes.described import Description

_FOUND: api.SettingsAnswer = {
    "state": "wrong",
    "findings": [
        {"name": "instance", "state": "ok", "says": "the instance is ACTIVE", "do": "", "paste": ""},
        {
            "name": "organization-events",
            "state": "wrong",
            "says": "the organisation's events are in us-east-1 of 111122223333, and no forwarder is listened to",
            "do": "deploy with OrganizationId=o-a1b2c3d4e5, and template-forwarder.yaml in us-east-1 of 111122223333",
            "paste": "",
        },
    ],
}

SETTINGS = Description(tag="operations", answer=api.SettingsAnswer, example=_FOUND)
