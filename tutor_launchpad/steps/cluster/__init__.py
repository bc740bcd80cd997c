"""What `tutor launchpad cluster install`, `status` and `doctor` do, from a cluster's repository."""
