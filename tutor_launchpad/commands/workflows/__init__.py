"""`tutor launchpad workflows …`: the WorkflowTemplates that work on instances' resources."""

from __future__ import annotations

from tutor_launchpad.commands.lazy import LazyGroup

workflows_command = LazyGroup(
    name="workflows",
    help="Look after the WorkflowTemplates with which the cluster works on databases and buckets.",
    package="tutor_launchpad.commands.workflows",
    verbs={
        "lint": "Let Argo's own linter look at the templates.",
        "list": "Show which templates the cluster has, and what runs.",
        "register": "Put the templates into the cluster, or bring them up to date.",
        "remove": "Take the templates out of the cluster.",
        "render": "Print the templates and the accounts of their pods as YAML.",
    },
)
