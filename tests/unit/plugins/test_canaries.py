"""What a deploy records of a root with a known value in every secret setting: none of them can be read there.

The list of settings is written by hand and the checker knows nothing of the sealer, so that neither shares its mistakes.
"""

from __future__ import annotations

import re

import pytest
import yaml

from tests.unit.core.seal import checker
from tests.unit.core.seal.pod_view import views
from tests.unit.plugins.canaries import CANARIES, DRYDOCK, LAUNCHPAD, OPENEDX, PLUGINS, PUBLIC
from tests.unit.plugins.combinations import ALL, COMBINATIONS, ON_SERVERS, SERVERS
from tests.unit.plugins.conftest import Render
from tutor_launchpad.core.seal import scan

SOUNDS_SECRET = re.compile("PASS(?!WORD_RESET)|SECRET|TOKEN|DSN|CREDENTIALS?$|(^|_)KEY|CERT|PRIVATE|SALT")
COMBINED = pytest.mark.parametrize("plugins", COMBINATIONS.values(), ids=COMBINATIONS)
UNRENDERED = {
    "ASPECTS_XAPI_S3_SECRET_KEY",  # only `tutor … do` commands read it
    "CREDENTIALS_BACKEND_SERVICE_EDX_OAUTH2_SECRET",  # the plugin renders others in its place
    "CREDENTIALS_OAUTH2_SECRET_DEV",
    "CREDENTIALS_OAUTH2_SECRET_SSO_DEV",
    "CREDENTIALS_SOCIAL_AUTH_EDX_OAUTH2_SECRET",
    "LAUNCHPAD_MONGODB_PASSWORD",  # for servers
    "LAUNCHPAD_SEAL_KEY",
    "LAUNCHPAD_STORAGE_SECRET_KEY",
    "MONGODB_ROOT_PASSWORD",  # for Drydock's replica set
    "RALPH_ADMIN_PASSWORD",  # its hash is
}
"""Secret settings that are not rendered for Kubernetes at all."""


@COMBINED
def test_no_canary_is_in_the_record(render: Render, rsa_key: str, plugins: str) -> None:
    files = render(plugins).files

    assert checker.leaks(files, CANARIES) == {}
    assert checker.key_leaks(files, rsa_key) == {}
    assert checker.digest_leaks(files, {name: value.encode() for name, value in CANARIES.items()}) == {}


def test_no_canary_is_in_the_record_of_an_instance_on_servers(render: Render, rsa_key: str) -> None:
    rendering = render(ON_SERVERS, servers=SERVERS)

    assert checker.leaks({**rendering.files, "request": repr(rendering.request).encode()}, CANARIES) == {}
    assert checker.key_leaks(rendering.files, rsa_key) == {}


@COMBINED
def test_containers_see_what_tutor_would_give_them(render: Render, plugins: str) -> None:
    rendering = render(plugins)

    assert views([*rendering.public, *rendering.secrets]) == views(rendering.built)


def test_canaries_are_in_what_tutor_renders(render: Render) -> None:
    """Otherwise the tests above would show nothing."""
    plain = {str(number): yaml.safe_dump(item).encode() for number, item in enumerate(render(ALL).built)}

    assert set(CANARIES) - set(checker.leaks(plain, CANARIES)) == UNRENDERED


def test_every_canary_is_known_to_be_secret(render: Render) -> None:
    known = {path.split(" ")[0].split(".")[0] for path in render(ALL).found}

    assert set(CANARIES) - known == set()
    assert "JWT_RSA_PRIVATE_KEY" in known
    assert {"ID", "MEILISEARCH_API_KEY_UID", "OPENEDX_AWS_ACCESS_KEY", "SMTP_USERNAME"} & known == set()


def test_every_setting_that_sounds_secret_is_classified_by_hand(render: Render) -> None:
    rendering = render(ALL)
    sounding = {name for name in rendering.config if SOUNDS_SECRET.search(name) and not name.startswith("LAUNCHPAD_")}
    secret = {*OPENEDX, *LAUNCHPAD, *DRYDOCK, *CANARIES, "JWT_RSA_PRIVATE_KEY"}

    assert sorted((sounding | set(rendering.generated)) - secret - PUBLIC) == []
    assert set(ALL.split()) == set(PLUGINS)


def test_no_digest_of_a_sealed_map_is_in_the_record(render: Render) -> None:
    rendering = render(ALL)
    masked = {path.split("/")[1] for path in rendering.files if path.startswith("sealed/")}
    maps = [item for item in rendering.raw if item["kind"] == "ConfigMap"]
    sealed = [item for item in maps if re.sub(r"-\w{10}$", "", item["metadata"]["name"]) in masked]
    suffixes = [item["metadata"]["name"][-10:] for item in sealed]
    contents = {item["metadata"]["name"]: text.encode() for item in sealed for text in item["data"].values()}

    assert len(sealed) == len(masked) > 8
    assert [suffix for suffix in suffixes if any(suffix.encode() in data for data in rendering.files.values())] == []
    assert checker.digest_leaks(rendering.files, contents) == {}


def test_names_of_secrets_depend_on_the_key(render: Render) -> None:
    def names(**settings: str) -> set[str]:
        return {item["metadata"]["name"] for item in render("mfe", **settings).secrets}

    assert len(names()) == len(names(LAUNCHPAD_SEAL_KEY="another-key-of-the-sealed-names"))
    assert names() & names(LAUNCHPAD_SEAL_KEY="another-key-of-the-sealed-names") == set()


def test_scan_finds_the_plain_manifests_and_passes_the_recorded_ones(render: Render) -> None:
    rendering = render(ALL)
    plain = {f"{number}.yml": yaml.safe_dump(item).encode() for number, item in enumerate(rendering.built)}

    assert scan(rendering.files, rendering.found) == []
    assert len(scan(plain, rendering.found)) >= len(set(CANARIES) - UNRENDERED)
