"""The HTTP API's routes: each reads its request, calls one use case and answers with what that says."""
