"""Prints the OpenAPI document: `python -m sandbox.openapi > docs/openapi.json`."""

import sys

from sandbox.openapi.document import document_text

if __name__ == "__main__":
    sys.stdout.write(document_text())
