"""A workflow of your own around Launchpad's, started with Hera's service as all your workflows are.

What it is made of: see ../kubernetes/compose_own.py. Beforehand: as for submit_provision.py.

    python compose_own.py https://argo.example.com token.txt my-site db.example.com busybox:1.36
"""

import argparse
import sys
from pathlib import Path

from hera.workflows import DAG, Container, Task, Workflow, WorkflowsService
from hera.workflows.models import Mutex, Synchronization, TemplateRef
from launchpad_workflows import names
from launchpad_workflows.argo_server import ArgoServerClient
from launchpad_workflows.ownership import FileOwnership, claim_names, record_names
from launchpad_workflows.requests import MySQL, MySQLDatabase, Request
from launchpad_workflows.submit import Run, parameters, places
from launchpad_workflows.templates.common import MUTEX, confined, template_name
from launchpad_workflows.watch import wait

parser = argparse.ArgumentParser()
parser.add_argument("server")
parser.add_argument("token_file", type=Path)
parser.add_argument("instance")
parser.add_argument("host")
parser.add_argument("image")
parser.add_argument("--namespace", default="launchpad")
parser.add_argument("--owners", type=Path, default=Path("owners.json"))
given = parser.parse_args()

database = MySQLDatabase(
    name=names.mysql_database(given.instance, "openedx"),
    username=names.mysql_user(given.instance, "openedx"),
    password_key="OPENEDX_MYSQL_PASSWORD",
)
ownership = FileOwnership(given.owners)
resource = MySQL(server="main", host=given.host, databases=(database,))
request = claim_names(Request(instance=given.instance, resources=(resource,)), ownership)
service = WorkflowsService(host=given.server, token=given.token_file.read_text().strip())

with Workflow(
    generate_name="provision-and-tell-",
    namespace=given.namespace,
    workflows_service=service,
    entrypoint="main",
    synchronization=Synchronization(mutexes=[Mutex(name=MUTEX)]),
    arguments=parameters(request),
) as workflow:
    text = "{{workflow.parameters.instance}} is there"
    tell = Container(name="tell", image=given.image, command=["echo"], args=[text], **confined())
    with DAG(name="main"):
        made = Task(name="provision", template_ref=TemplateRef(name=template_name("provision"), template="all"))
        made >> Task(name="tell", template=tell)

created = workflow.create()
run = Run(created.metadata.name, given.namespace, "provision", places(request), given.instance)
finished = wait(ArgoServerClient(service), run, 600, print)
record_names(request, finished.outcomes, ownership)
print(*finished.outcomes, *finished.failures, sep="\n")
sys.exit(not finished.ok)
