"""Put Launchpad's WorkflowTemplates and the accounts of their pods into the current cluster.

python register_templates.py registry.example/launchpad-worker:1.0
"""

import sys

from launchpad_workflows.kube import KubernetesClient
from launchpad_workflows.register import register
from launchpad_workflows.templates.common import TemplateParams

written = register(KubernetesClient.connect(), TemplateParams(image=sys.argv[1]))
print("\n".join(written) or "nothing to do")
