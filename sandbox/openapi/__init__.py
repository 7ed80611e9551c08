"""The OpenAPI document of the HTTP API, made from its routes while developing; no function loads any of this."""
