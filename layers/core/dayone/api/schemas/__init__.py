"""Request and response schemas of the routes, for code and for the OpenAPI document."""
