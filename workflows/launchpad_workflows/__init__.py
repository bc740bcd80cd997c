"""Provisioning of the resources of Open edX instances by Argo Workflows, usable without Tutor."""
