"""What the server verbs share: where servers are kept, and what must not happen to one that is in use."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tutor_launchpad.adapters.files import make_own_folder
from tutor_launchpad.adapters.servers import ClusterServers, FileServers, Servers
from tutor_launchpad.adapters.tutor import load_configuration, save_generated
from tutor_launchpad.commands.terminal import open_display
from tutor_launchpad.core.errors import Refused
from tutor_launchpad.core.resources import Server
from tutor_launchpad.core.settings import read_settings
from tutor_launchpad.steps.runners import OWNERS
from tutor_launchpad.steps.target import Wish, find_cluster

if TYPE_CHECKING:
    from launchpad_workflows.ownership import Ownership


def open_servers(
    root: Path,
    context: str | None,
    no_cluster: bool,
    yes: bool,
    confirm: Callable[[str], bool] | None,
    *,
    changes: bool,
) -> Servers:
    """The cluster's servers; those of the root's own file where there is no cluster."""
    if changes:
        save_generated(root)
    settings = read_settings(load_configuration(root, {}).config)
    wish = Wish(context, no_cluster, yes, confirm)
    cluster = find_cluster(settings, root, wish, changes=changes, needs_repository=False, say=open_display().say)
    if cluster is None:
        make_own_folder(root)
        return FileServers(root)
    if changes and cluster.find("v1", "Namespace", settings.namespace) is None:
        from launchpad_workflows.templates.common import TemplateParams
        from launchpad_workflows.templates.rbac import build_namespace

        cluster.apply(build_namespace(TemplateParams("", settings.namespace)))
    return ClusterServers(cluster, settings.namespace)


def open_ownership(servers: Servers, root: Path) -> Ownership:
    """Who owns what on these servers."""
    from launchpad_workflows.cluster_ownership import ClusterOwnership
    from launchpad_workflows.ownership import FileOwnership

    if isinstance(servers, ClusterServers):
        return ClusterOwnership(servers.cluster, servers.namespace)
    return FileOwnership(root / OWNERS)


def refuse_used(ownership: Ownership, server: Server) -> None:
    """Raises `Refused` with the instances that had something made on the server; a claim alone keeps no data."""
    owned = ownership.owned(resource=server.resource, server=server.name, made=True)
    if owned:
        instances = ", ".join(sorted(set(owned.values())))
        raise Refused([f"Server {server} keeps data of {instances}: remove these instances' resources from it first."])


def refuse_move(servers: Servers, root: Path, server: Server, confirm: Callable[[str], bool]) -> None:
    """Raises `Refused` where a server of this name is elsewhere and keeps data, or where nobody confirms its move."""
    known = next((one for one in servers.all() if str(one) == str(server)), None)
    if known is None or _place(known) == _place(server):
        return
    refuse_used(open_ownership(servers, root), known)
    if not confirm(f"Server {server} is registered at {known.where}. Register it at {server.where} instead?"):
        raise Refused([f"Server {server} stays registered at {known.where}: confirm the change with --yes."])


def _place(server: Server) -> tuple[object, ...]:
    """What decides which databases, users and buckets are meant."""
    return tuple(server.settings.get(name) for name in ("host", "port", "endpoint", "auth_source", "cluster"))
