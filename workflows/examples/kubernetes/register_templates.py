"""Put Launchpad's WorkflowTemplates and the accounts of their pods into the current cluster.

python register_templates.py registry.example/launchpad-worker:1.0
"""

import argparse

from launchpad_workflows.kube import KubernetesClient
from launchpad_workflows.register import register
from launchpad_workflows.templates.common import TemplateParams

parser = argparse.ArgumentParser()
parser.add_argument("image")
parser.add_argument("--namespace", default="launchpad")
given = parser.parse_args()

written = register(KubernetesClient.connect(), TemplateParams(image=given.image, namespace=given.namespace))
print("\n".join(written) or "nothing to do")
