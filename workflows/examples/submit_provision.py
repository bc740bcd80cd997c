"""Make a MySQL schema for an instance on the registered server `main`, and wait for it.

Beforehand, in the namespace `launchpad`: the templates (register_templates.py); the Secret `launchpad-server-mysql-main`
with `username` and `password` of an administrator; the Secret `launchpad-instance-<instance>` with the password that
the instance's user shall have, under the key OPENEDX_MYSQL_PASSWORD.

    python submit_provision.py my-site db.example.com
"""

import sys

from launchpad_workflows import names
from launchpad_workflows.cluster_ownership import ClusterOwnership
from launchpad_workflows.kube import KubernetesClient
from launchpad_workflows.remote import run
from launchpad_workflows.requests import MySQL, MySQLDatabase, Request
from launchpad_workflows.watch import Progress

instance, host = sys.argv[1:]
database = MySQLDatabase(
    name=names.mysql_database(instance, "openedx"),
    username=names.mysql_user(instance, "openedx"),
    password_key="OPENEDX_MYSQL_PASSWORD",
    setting_prefix="OPENEDX",
)
request = Request(instance=instance, resources=(MySQL(server="main", host=host, databases=(database,)),))
client = KubernetesClient.connect()


def show(seen: Progress) -> None:
    """One line for each change."""
    parts = ", ".join(f"{one.resource}/{one.server} {one.phase} {one.message}".rstrip() for one in seen.parts)
    print(f"{seen.phase}: {parts}" if parts else seen.phase)


finished = run(client, request, ClusterOwnership(client, "launchpad"), show, deadline=600)
for outcome in finished.outcomes:
    print(outcome.resource, outcome.server, outcome.status, *outcome.details, sep="\n  ")
for failure in finished.failures:
    print(f"{failure.resource}/{failure.server} failed: {failure.message}", *failure.log, sep="\n  ")
sys.exit(not finished.ok)
