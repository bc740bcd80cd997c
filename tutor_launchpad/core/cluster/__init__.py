"""The cluster repository as `tutor launchpad cluster` makes it: what is asked, what follows from the answers."""
