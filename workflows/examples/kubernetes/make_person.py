"""Make a superuser of an instance's Open edX, and wait for it. The password comes by standard input.

python make_person.py my-site ann ann@example.com < password.txt
"""

import argparse
import sys

from launchpad_workflows.kube import KubernetesClient
from launchpad_workflows.people.lms import DEPLOYMENT, read_lms
from launchpad_workflows.people.model import PeopleRequest
from launchpad_workflows.people.remote import register_people, run

parser = argparse.ArgumentParser()
parser.add_argument("instance")
parser.add_argument("username")
parser.add_argument("email")
given = parser.parse_args()

request = PeopleRequest(
    action="create", username=given.username, email=given.email, staff=True, superuser=True, password="given"
)
client = KubernetesClient.connect()
lms = read_lms(client.get("apps/v1", "Deployment", DEPLOYMENT, given.instance))
register_people(client, request, lms, given.instance, policy=True)
ended = run(client, request, sys.stdin.readline().rstrip("\n"), given.instance, progress=print)
if ended.outcome is None:
    sys.exit(f"Workflow {ended.run.name} ended as {ended.phase}: {ended.message}")
print(given.username, ended.outcome.status, *ended.outcome.details, sep="\n  ")
sys.exit(ended.outcome.status == "failed")
