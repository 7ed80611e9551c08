"""The JSON that HR systems send, checked against the shape that is expected of it."""

from pydantic import BaseModel, ValidationError

from dayone.contracts.findings import findings_of
from dayone.errors import Invalid, Malformed


def read_as[Body: BaseModel](model: type[Body], body: bytes) -> Body:
    """The body as the model; raises Malformed for what is not JSON in UTF-8, Invalid for JSON of another shape."""
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        if any(one["type"] == "json_invalid" for one in error.errors()):
            raise Malformed("the body is not JSON") from error
        raise Invalid("the event is not valid", findings=findings_of(error)) from error
