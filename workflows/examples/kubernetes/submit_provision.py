"""Make a MySQL schema for an instance on the registered server `main`, and wait for it.

Beforehand, in the namespace: the templates (register_templates.py); the Secret `launchpad-server-mysql-main` with
`username` and `password` of an administrator; the Secret `launchpad-instance-<instance>` with the password that the
instance's user shall have, under the key OPENEDX_MYSQL_PASSWORD.

    python submit_provision.py my-site db.example.com
"""

import argparse
import sys

from launchpad_workflows import names
from launchpad_workflows.cluster_ownership import ClusterOwnership
from launchpad_workflows.kube import KubernetesClient
from launchpad_workflows.remote import run
from launchpad_workflows.requests import MySQL, MySQLDatabase, Request

parser = argparse.ArgumentParser()
parser.add_argument("instance")
parser.add_argument("host")
parser.add_argument("--namespace", default="launchpad")
given = parser.parse_args()

database = MySQLDatabase(
    name=names.mysql_database(given.instance, "openedx"),
    username=names.mysql_user(given.instance, "openedx"),
    password_key="OPENEDX_MYSQL_PASSWORD",
    setting_prefix="OPENEDX",
)
request = Request(instance=given.instance, resources=(MySQL(server="main", host=given.host, databases=(database,)),))

client = KubernetesClient.connect()
ownership = ClusterOwnership(client, given.namespace)
finished = run(client, request, ownership, print, namespace=given.namespace, deadline=600)
for outcome in finished.outcomes:
    print(outcome.resource, outcome.server, outcome.status, *outcome.details, sep="\n  ")
for failure in finished.failures:
    print(f"{failure.resource}/{failure.server} failed: {failure.message}", *failure.log, sep="\n  ")
sys.exit(not finished.ok)
