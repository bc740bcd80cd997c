"""Launchpad's extension points, for other Tutor plugins: `from tutor_launchpad import hooks`.

This file imports only types, so that importing it registers nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tutor.core.hooks import Action, Filter

if TYPE_CHECKING:
    from tutor_launchpad.core.cluster.answers import Answers
    from tutor_launchpad.core.data.places import Place
    from tutor_launchpad.core.databases import MysqlDatabase
    from tutor_launchpad.core.flows import Flow
    from tutor_launchpad.core.resources import ResourcePlanner
    from tutor_launchpad.steps.deployment import Deployment, Step

#: Names of settings whose values are secret although no rule finds them.
#: Parameter: the list so far.
SECRET_SETTINGS: Filter[list[str], []] = Filter()

#: Names of settings that a rule takes for secret although their values are public. Wins over SECRET_SETTINGS.
#: Parameter: the list so far.
PUBLIC_SETTINGS: Filter[list[str], []] = Filter()

#: Names in settings files, with `*` for any characters, that only pages and mails show: where nothing but their values
#: changes, no init job runs again. Names of secrets, such as `SMTP_PASSWORD`, do not count.
#: Parameter: the list so far.
DISPLAYED_SETTINGS: Filter[list[str], []] = Filter()

#: Kubernetes objects that are added to the instance's manifests before they are sealed.
#: Parameters: the list so far; the rendered configuration.
MANIFESTS: Filter[list[dict[str, Any]], [dict[str, Any]]] = Filter()

#: Planners of resources outside of the namespace, by resource name (`mysql`, `mongodb`, `storage`).
#: Each turns the configuration into the part of a provisioning request that concerns it;
#: `tutor_launchpad.core.plain.plain_planner` makes one from the names of settings.
#: Parameter: the mapping so far.
RESOURCES: Filter[dict[str, ResourcePlanner], []] = Filter()

#: Schemas on a MySQL server, by the names of their settings. A plugin whose settings are named
#: `<PLUGIN>_MYSQL_DATABASE`, `_USERNAME` and `_PASSWORD` is in the list already.
#: Parameters: the list so far; the rendered configuration.
MYSQL_DATABASES: Filter[list[MysqlDatabase], [dict[str, Any]]] = Filter()

#: The steps of `tutor launchpad deploy`, in order. Insert, replace or remove them by name.
#: Parameter: the list so far.
DEPLOY_STEPS: Filter[list[Step], []] = Filter()

#: Network traffic that an instance's pods may send, beyond DNS and their own namespace.
#: Parameters: the list so far; the rendered configuration.
NETWORK_FLOWS: Filter[list[Flow], [dict[str, Any]]] = Filter()

#: Where an instance keeps its data, by resource. A deploy asks before one of them changes.
#: Parameters: the mapping so far; the rendered configuration.
DATA_PLACES: Filter[dict[str, Place], [dict[str, Any]]] = Filter()

#: Files of a cluster repository, by path, as `tutor launchpad cluster create` and `update` render them. What a plugin adds
#: or changes is updated as the template's own files are: it goes in by a merge, and what people changed stays.
#: Parameters: path → content so far; the answers that the repository is made from.
CLUSTER_FILES: Filter[dict[str, bytes], [Answers]] = Filter()

#: A deploy has ended well. Parameter: the deployment, with its results.
INSTANCE_DEPLOYED: Action[[Deployment]] = Action()
