"""People whose names and addresses are found again wherever they should not be."""

from itertools import count

PERSONAL = ("quillon", "vandersloot", "qvander", "people.example")
_numbers = count(1)


def somebody(department: str = "Engineering", **attributes: str) -> dict[str, str]:
    """The record of a person nobody has heard of, as HR sends it."""
    number = next(_numbers)
    return {
        "id": f"e-{number:04}",
        "email": f"quillon.{number}@people.example",
        "user_name": f"qvander{number}",
        "given_name": f"Quillon{number}",
        "family_name": f"Vandersloot{number}",
        "display_name": f"Quillon{number} Vandersloot{number}",
        "department": department,
        "employment": "employee",
        **attributes,
    }
