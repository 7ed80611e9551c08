"""Day One keeps AWS access equal to what HR and the organisation say it should be."""

# The release, as in pyproject.toml and the templates: what ships with the functions has no other place for it.
RELEASE = "0.1.0"
