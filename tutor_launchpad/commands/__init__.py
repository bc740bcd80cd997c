"""`tutor launchpad …`: one verb a file, loaded only when it is called."""

from __future__ import annotations

from tutor_launchpad.commands.lazy import LazyGroup

launchpad = LazyGroup(
    name="launchpad",
    help="Deploy and look after this Open edX instance on Kubernetes, by way of Git, Argo CD and Argo Workflows.",
    package="tutor_launchpad.commands",
    verbs={
        "checkout": "Make this Tutor root an instance's again, from the repository.",
        "config": "Show what this instance is configured with, and where each setting comes from.",
        "cluster": "Make a cluster and keep it current: its repository, what is in the cloud, what runs in it.",
        "deploy": "Make this instance run as it is configured.",
        "deprovision": "End this instance's access to its databases and buckets, and on demand delete them.",
        "inspect": "Show what this instance has on its servers.",
        "people": "Make, remove and list the people who look after this instance's site.",
        "plan": "Show what a deploy would change.",
        "provision": "Make the databases, buckets and users of this instance.",
        "verify": "Try this instance's databases and buckets as it does.",
        "rotate": "Change the passwords of this instance's users on its servers.",
        "server": "Register the database and storage servers of the cluster.",
        "user": "Look after the users of Argo CD and Argo Workflows.",
        "workflows": "Look after the WorkflowTemplates of the cluster.",
        "status": "Show what is in Git, what runs, whether it is healthy, and what to do.",
    },
)
