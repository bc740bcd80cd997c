"""Launchpad: a Tutor plugin that hosts many Open edX instances on Kubernetes with Argo CD and Argo Workflows."""
