"""The secret that the stack makes for the first HR system can be made on AWS, and holds a key that senders accept."""

import base64
import json
import string

from sandbox.ministack.generated_secrets import secret_string
from tests.project.repository import resource


def test_its_key_is_base64_of_33_bytes_without_any_character_that_a_form_would_mangle() -> None:
    key = json.loads(secret_string(resource("StandardHrSecret")))["current"]
    assert set(key) <= set(string.ascii_letters + string.digits)
    assert len(base64.b64decode(key, validate=True)) == 33
