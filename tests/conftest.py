"""Settings of all tests: Hypothesis tries the same examples everywhere, so that a failure can be repeated."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "repeatable",
    derandomize=True,
    deadline=None,
    database=None,
    max_examples=60,
    # The first example pays for imports, which is no fault of the test.
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("repeatable")
