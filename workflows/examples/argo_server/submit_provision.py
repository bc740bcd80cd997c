"""Make a MySQL schema for an instance on the registered server `main` through Argo's server, and wait for it.

Beforehand: as for ../kubernetes/submit_provision.py, and the limit of the server, `register.register_server`. Whose a
name is stands in a file here, as Argo's server keeps no ConfigMaps: keep it where everybody who starts runs finds it.

    python submit_provision.py https://argo.example.com token.txt my-site db.example.com
"""

import argparse
import sys
from pathlib import Path

from launchpad_workflows import names
from launchpad_workflows.argo_server import ArgoServerClient
from launchpad_workflows.ownership import FileOwnership
from launchpad_workflows.remote import run
from launchpad_workflows.requests import MySQL, MySQLDatabase, Request

parser = argparse.ArgumentParser()
parser.add_argument("server")
parser.add_argument("token_file", type=Path)
parser.add_argument("instance")
parser.add_argument("host")
parser.add_argument("--namespace", default="launchpad")
parser.add_argument("--owners", type=Path, default=Path("owners.json"))
given = parser.parse_args()

database = MySQLDatabase(
    name=names.mysql_database(given.instance, "openedx"),
    username=names.mysql_user(given.instance, "openedx"),
    password_key="OPENEDX_MYSQL_PASSWORD",
    setting_prefix="OPENEDX",
)
request = Request(instance=given.instance, resources=(MySQL(server="main", host=given.host, databases=(database,)),))

client = ArgoServerClient.connect(given.server, given.token_file)
finished = run(client, request, FileOwnership(given.owners), print, namespace=given.namespace, deadline=600)
for outcome in finished.outcomes:
    print(outcome.resource, outcome.server, outcome.status, *outcome.details, sep="\n  ")
for failure in finished.failures:
    print(f"{failure.resource}/{failure.server} failed: {failure.message}", *failure.log, sep="\n  ")
sys.exit(not finished.ok)
