__version__ = "0.1.0"
WORKER_IMAGE = ""
"""The worker's image of a release, by its digest; empty in the sources, which it is made from."""
