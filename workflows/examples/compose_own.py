"""A workflow of your own around Launchpad's: provision an instance, then do something with it. Prints YAML.

Launchpad's DAG is used by reference, with all that confines its pods, its retries and its limits. The mutex is the
workflow's own: it keeps runs of the same instance apart.

    python compose_own.py | kubectl create -f -
"""

from hera.workflows import DAG, Container, Parameter, Task, Workflow
from hera.workflows.models import ExecutorConfig, Mutex, Synchronization, TemplateRef
from launchpad_workflows.templates.common import EXECUTOR, MUTEX, WORKER, template_name

with Workflow(
    generate_name="provision-and-tell-",
    namespace="launchpad",
    entrypoint="main",
    service_account_name=WORKER,
    automount_service_account_token=False,
    executor=ExecutorConfig(service_account_name=EXECUTOR),
    synchronization=Synchronization(mutexes=[Mutex(name=MUTEX)]),
    arguments=[
        Parameter(name="instance"),
        Parameter(name="request"),
        Parameter(name="resources"),
    ],
) as workflow:
    tell = Container(
        name="tell", image="busybox:1.36", command=["echo"], args=["{{workflow.parameters.instance}} is there"]
    )
    with DAG(name="main"):
        made = Task(name="provision", template_ref=TemplateRef(name=template_name("provision"), template="all"))
        made >> Task(name="tell", template=tell)

print(workflow.to_yaml())
