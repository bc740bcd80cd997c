"""What is wanted, without secrets: safe as a workflow's parameter, in a log and in Git.

Passwords are named by a key of the instance's credentials. Names that reach a server are checked here once, so that
no provisioner has to doubt them.
"""

from __future__ import annotations

from launchpad_workflows.items import Claim, Item
from launchpad_workflows.requests.amazon import AmazonStorage
from launchpad_workflows.requests.atlas import AtlasMongoDB
from launchpad_workflows.requests.base import Resource
from launchpad_workflows.requests.digitalocean import ManagedMongoDB, ManagedMySQL, Spaces
from launchpad_workflows.requests.mongodb import MongoDB
from launchpad_workflows.requests.mysql import MySQL, MySQLDatabase
from launchpad_workflows.requests.plain import Nothing, Plain
from launchpad_workflows.requests.request import OPERATIONS, Dump, Operation, Request
from launchpad_workflows.requests.storage import Bucket, Storage

__all__ = [
    "OPERATIONS",
    "AmazonStorage",
    "AtlasMongoDB",
    "Bucket",
    "Claim",
    "Dump",
    "Item",
    "ManagedMongoDB",
    "ManagedMySQL",
    "MongoDB",
    "MySQL",
    "MySQLDatabase",
    "Nothing",
    "Operation",
    "Plain",
    "Request",
    "Resource",
    "Spaces",
    "Storage",
]
