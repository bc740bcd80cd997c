"""What the cluster tests need, made with Docker and kind: `python -m tests.cluster.kind up`."""
