"""Put Launchpad's WorkflowTemplates into a cluster through Argo's server.

The namespace and the accounts of the pods are not the server's affair: ../kubernetes/register_templates.py makes them.

    python register_templates.py https://argo.example.com token.txt registry.example/launchpad-worker:1.0
"""

import argparse
from pathlib import Path

from launchpad_workflows.argo_server import ArgoServerClient
from launchpad_workflows.register import register_templates
from launchpad_workflows.templates.common import TemplateParams

parser = argparse.ArgumentParser()
parser.add_argument("server")
parser.add_argument("token_file", type=Path)
parser.add_argument("image")
parser.add_argument("--namespace", default="launchpad")
given = parser.parse_args()

client = ArgoServerClient.connect(given.server, given.token_file)
written = register_templates(client, TemplateParams(image=given.image, namespace=given.namespace))
print("\n".join(written) or "nothing to do")
