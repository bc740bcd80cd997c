"""Logins to the real servers of Argo CD and Argo Workflows, before an API server of the test's own."""
