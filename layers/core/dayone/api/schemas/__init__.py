"""What the routes take and answer, for code and for the OpenAPI document."""
