"""The metrics, one a file: its definition, its source, and a worked example that the tests run."""
