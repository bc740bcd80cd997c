"""A workflow of your own around Launchpad's: provision an instance, then do something with it.

Launchpad's DAG is used by reference, with all that confines its pods, its retries and its limits. The mutex is the
workflow's own: it keeps runs of the same instance apart. A step of yours is confined too, as the namespace asks for it.
Beforehand: as for submit_provision.py.

    python compose_own.py my-site db.example.com busybox:1.36
"""

import argparse
import sys

from hera.workflows import DAG, Container, Task, Workflow
from hera.workflows.models import Mutex, Synchronization, TemplateRef
from launchpad_workflows import names
from launchpad_workflows.cluster_ownership import ClusterOwnership
from launchpad_workflows.kube import KubernetesClient
from launchpad_workflows.ownership import claim_names, record_names
from launchpad_workflows.requests import MySQL, MySQLDatabase, Request
from launchpad_workflows.submit import Run, parameters, places
from launchpad_workflows.templates.common import MUTEX, confined, template_name
from launchpad_workflows.watch import wait

parser = argparse.ArgumentParser()
parser.add_argument("instance")
parser.add_argument("host")
parser.add_argument("image")
parser.add_argument("--namespace", default="launchpad")
given = parser.parse_args()

database = MySQLDatabase(
    name=names.mysql_database(given.instance, "openedx"),
    username=names.mysql_user(given.instance, "openedx"),
    password_key="OPENEDX_MYSQL_PASSWORD",
)
client = KubernetesClient.connect()
ownership = ClusterOwnership(client, given.namespace)
resource = MySQL(server="main", host=given.host, databases=(database,))
request = claim_names(Request(instance=given.instance, resources=(resource,)), ownership)

with Workflow(
    generate_name="provision-and-tell-",
    namespace=given.namespace,
    entrypoint="main",
    synchronization=Synchronization(mutexes=[Mutex(name=MUTEX)]),
    arguments=parameters(request),
) as workflow:
    text = "{{workflow.parameters.instance}} is there"
    tell = Container(name="tell", image=given.image, command=["echo"], args=[text], **confined())
    with DAG(name="main"):
        made = Task(name="provision", template_ref=TemplateRef(name=template_name("provision"), template="all"))
        made >> Task(name="tell", template=tell)

created = client.create(workflow.to_dict())
run = Run(created["metadata"]["name"], given.namespace, "provision", places(request), given.instance)
finished = wait(client, run, 600, print)
record_names(request, finished.outcomes, ownership)
print(*finished.outcomes, *finished.failures, sep="\n")
sys.exit(not finished.ok)
