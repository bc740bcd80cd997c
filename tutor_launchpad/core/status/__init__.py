"""What there is of an instance, read from what Git and the cluster say. Pure; `steps/observe.py` asks them."""
