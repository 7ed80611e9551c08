"""Validation mistakes in words that help, without repeating the values that were sent: those may be personal."""

from pydantic import ValidationError


def findings_of(error: ValidationError) -> tuple[str, ...]:
    """One line a mistake: where in the document, and what is wrong there."""
    return tuple(
        f"{'.'.join(str(part) for part in pair['loc']) or 'the document'}: {pair['msg'].removeprefix('Value error, ')}"
        for pair in error.errors(include_input=False, include_url=False)
    )
