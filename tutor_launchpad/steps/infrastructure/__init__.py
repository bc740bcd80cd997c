"""Makes, changes and takes down what a cluster repository's Terraform describes."""
