"""People and programs that log in to Argo CD and Argo Workflows: their roles, and what a role is in either."""
