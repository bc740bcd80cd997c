"""Each extension point, used by a plugin in a file, takes effect on the embedded default."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import Ran, Root, _environment
from tutor_launchpad import hooks

SAMPLE = Path(__file__).parents[1] / "sample_plugin" / "sample.py"
TEMPLATES = Path(hooks.__file__).with_name("templates") / "launchpad"
SERVER = ["mysql", "main", "--host", "db.example.com", "--user", "root", "--password-file", "-"]


@dataclass(frozen=True)
class Deployed:
    """A root with the sample enabled, and how its deploy ended."""

    root: Root
    ran: Ran

    @property
    def result(self) -> dict[str, Any]:
        """The deploy's document."""
        found: dict[str, Any] = json.loads(self.ran.stdout)
        return found

    def objects(self, pattern: str) -> list[dict[str, Any]]:
        """The objects in the folder's files of this name."""
        return [one for path in sorted(self.root.folder.glob(pattern)) for one in yaml.safe_load_all(path.read_text())]


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory, _template: Callable[[str], Path]) -> Deployed:
    home = tmp_path_factory.mktemp("sample")
    (home / "plugins").mkdir()
    shutil.copy(SAMPLE, home / "plugins")
    shutil.copytree(_template("launchpad mfe"), home / "root")
    root = Root(home / "root", {**_environment(home), "TUTOR_ROOT": str(home / "root")})
    root.tutor("plugins", "enable", "sample")
    root.tutor("launchpad", "server", "add", *SERVER, stdin="h1dden-passw0rd")
    root.set(LAUNCHPAD_MYSQL_SERVER="main", SAMPLE_LICENCE="moon-4711-licence")
    return Deployed(root, root.launchpad("deploy", "--output", "json"))


def test_sample_uses_every_extension_point() -> None:
    text = SAMPLE.read_text()
    names = [name for name in vars(hooks) if name.isupper() and name != "TYPE_CHECKING"]
    patches = [name for path in TEMPLATES.iterdir() for name in re.findall(r'patch\("([^"]+)"\)', path.read_text())]

    assert len(names) == 11
    assert len(patches) == 5
    assert [name for name in names if f"hooks.{name}.add" not in text] == []
    assert [name for name in patches if f'"{name}"' not in text] == []


def test_deploy_ends_well(deployed: Deployed) -> None:
    assert deployed.ran.status == 0, deployed.ran.stderr


def test_manifests_are_committed(deployed: Deployed) -> None:
    (found,) = deployed.objects("manifests/configmap-sample.yml")

    assert found["metadata"]["name"] == "sample"


def test_claim_of_a_plugin_outlives_it(deployed: Deployed) -> None:
    (found,) = deployed.objects("manifests/persistentvolumeclaim-sample.yml")

    assert found["metadata"]["annotations"]["argocd.argoproj.io/sync-options"] == "Prune=false,Delete=false"


def test_secret_settings_are_sealed(deployed: Deployed) -> None:
    copy = (deployed.root.folder / "sealed" / "sample-licence" / "licence.txt").read_text()

    assert copy == "licence=«SAMPLE_LICENCE»\n"
    assert not list(deployed.root.folder.glob("manifests/configmap-sample-licence*"))
    about = json.loads((deployed.root.folder / "launchpad.json").read_text())
    assert "SAMPLE_LICENCE" in about["secret_settings"]


def test_change_of_what_is_displayed_starts_no_job(deployed: Deployed) -> None:
    jobs = deployed.objects("manifests/job-*.yml")
    before = (deployed.root.folder / "sealed" / "openedx-settings-lms" / "production.py").read_text()
    deployed.root.set(SAMPLE_BANNER="Welcome back")
    deployed.root.launchpad("deploy")

    assert "SAMPLE_BANNER = 'Welcome'" in before
    assert deployed.objects("manifests/job-*.yml") == jobs != []


def test_public_settings_are_not(deployed: Deployed) -> None:
    (found,) = deployed.objects("manifests/configmap-sample.yml")

    assert found["data"]["token"] == "shown-to-everybody"


def test_resources_shape_the_configuration(deployed: Deployed) -> None:
    (found,) = deployed.objects("manifests/configmap-sample.yml")

    assert found["data"]["replica"] == "replica.db.example.com"
    assert not list(deployed.root.folder.glob("manifests/*mysql*"))


def test_databases_get_a_name_on_the_server(deployed: Deployed) -> None:
    (found,) = deployed.objects("manifests/configmap-sample.yml")

    assert found["data"]["schema"] == "openedx__sample"


def test_deploy_steps_run_in_their_place(deployed: Deployed) -> None:
    names = [step["name"] for step in deployed.result["steps"]]

    assert names == ["check", "namespace", "provision", "audit", "record", "sync", "report"]


def test_cluster_repository_gets_files(deployed: Deployed, tmp_path: Path) -> None:
    words = ["--provider", "existing", "--name", "moon", "--environment", "production", "--domain", "learn.example.com"]
    made = deployed.root.launchpad(
        "cluster", "create", str(tmp_path / "moon"), *words, "--repository", "https://git.example.com/c.git"
    )
    updated = deployed.root.launchpad("cluster", "update", str(tmp_path / "moon"))

    assert made.status == 0, made.stderr
    assert (tmp_path / "moon" / "CONTACT.md").read_text().startswith("# Whom to call for moon-production\n")
    assert "/sample-notes\n" in (tmp_path / "moon" / ".gitignore").read_text()
    assert "nothing was changed" in updated.stdout


def test_network_flows_become_policies(deployed: Deployed) -> None:
    (line,) = [line for line in deployed.result["next"] if line.startswith("have the auditor look at")]

    assert "sample-queue" in line
    assert "mysql-main" in line


def test_places_of_data_are_recorded(deployed: Deployed) -> None:
    about = json.loads((deployed.root.folder / "launchpad.json").read_text())

    assert about["data"]["sample-replica"]["address"] == "replica.db.example.com"
    assert about["data"]["mysql"]["server"] == "main"


def test_end_of_a_deploy_is_told(deployed: Deployed) -> None:
    assert "sample: openedx ended with 7 steps" in deployed.ran.stderr


def test_patches_reach_application_and_project(deployed: Deployed) -> None:
    project, application = deployed.objects("application.yml")

    assert application["metadata"]["labels"]["sample.example.com/team"] == "moon"
    assert application["metadata"]["annotations"]["sample.example.com/chat"] == "moonbase"
    assert "ApplyOutOfSyncOnly=true" in application["spec"]["syncPolicy"]["syncOptions"]
    assert application["spec"]["revisionHistoryLimit"] == 3
    assert project["spec"]["orphanedResources"] == {"warn": True}


def test_plugin_itself_is_kept_with_the_instance(deployed: Deployed) -> None:
    assert (deployed.root.folder / "plugins" / "sample.py").read_bytes() == SAMPLE.read_bytes()
