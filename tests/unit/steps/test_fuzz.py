"""Whatever stands in a root's settings, a deploy gives sentences without a secret, or a record without one.

The real renderer, kustomize and sealer run on settings of random types and texts, those of a plugin among them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jinja2
import pytest
from hypothesis import HealthCheck, Phase, given, settings, strategies

from tests.unit.in_process import Said, checked, make_root, write
from tutor_launchpad.core.errors import LaunchpadError
from tutor_launchpad.core.secrets import is_weak
from tutor_launchpad.defaults import SETTINGS
from tutor_launchpad.steps.deployment import Options
from tutor_launchpad.steps.explain import explain
from tutor_launchpad.steps.opening import read_root

SECRETS = ("OPENEDX_MYSQL_PASSWORD", "MYSQL_ROOT_PASSWORD", "OPENEDX_SECRET_KEY", "SMTP_PASSWORD", "MOON_API_KEY")
PUBLIC = (
    "PLATFORM_NAME", "CONTACT_EMAIL", "LMS_HOST", "CMS_HOST", "K8S_NAMESPACE", "LANGUAGE_CODE", "ENABLE_HTTPS", "RUN_SMTP",
    "SMTP_PORT", "MYSQL_HOST", "DRYDOCK_INGRESS_CLASS", "DRYDOCK_INGRESS_EXTRA_HOSTS", "DRYDOCK_AUTO_TLS", "PLUGINS",
    "DRYDOCK_PDB_MINAVAILABLE_PERCENTAGE_LMS", "MOON", *SETTINGS
)  # fmt: skip
_texts = strategies.text(max_size=12) | strategies.sampled_from(
    ["a.example.com", "false", "7", "a: b", '"', "{{ x }}", "\\"]
)
_scalars = strategies.none() | strategies.booleans() | strategies.integers(-9, 99999) | strategies.floats() | _texts
_values = strategies.recursive(
    _scalars, lambda inner: strategies.lists(inner, max_size=2) | strategies.dictionaries(_texts, inner, max_size=2)
)
_marked = strategies.text(max_size=6).map(lambda text: f"h1dden{text}s3cret")
_settings = strategies.fixed_dictionaries(
    {}, optional={**dict.fromkeys(PUBLIC, _values), **dict.fromkeys(SECRETS, _marked)}
).map(lambda given: dict(list(given.items())[:4]))


@pytest.fixture(scope="module", autouse=True)
def _quick_templates() -> Iterator[None]:
    """Tutor makes an environment for each text, which compiles every template anew; here each is compiled once."""
    compiled = jinja2.Environment.compile
    keys: dict[tuple[str, Any, Any], Any] = {}

    def compile_once(self: Any, source: Any, name: Any = None, filename: Any = None, *more: Any, **other: Any) -> Any:
        if not isinstance(source, str):
            return compiled(self, source, name, filename, *more, **other)
        key = (source, name, filename)
        if key not in keys:
            keys[key] = compiled(self, source, name, filename, *more, **other)
        return keys[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jinja2.Environment, "compile", compile_once)
        yield


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root whose deploy would go through."""
    return make_root(tmp_path_factory.mktemp("fuzz") / "root")


def _try(root: Path, changed: dict[str, Any]) -> None:
    """Deploy up to the record, and look at what came of it."""
    before = (root / "config.yml").read_bytes()
    write(root, **changed)
    secrets = [value for name, value in changed.items() if name in SECRETS and not is_weak(value)]
    try:
        deployment = checked(root)
    except LaunchpadError as error:
        text = str(error)
    else:
        assert deployment.record is not None
        text = b"\0".join(deployment.record.files.values()).decode()
    finally:
        (root / "config.yml").write_bytes(before)
    assert text
    assert "Traceback" not in text
    assert [value for value in secrets if value in text or value.strip() in text] == []


_quiet = settings(deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.explicit, Phase.generate))


@settings(_quiet, max_examples=60, derandomize=True)
@given(changed=_settings)
def test_any_settings_give_sentences_or_a_record_without_secrets(root: Path, changed: dict[str, Any]) -> None:
    _try(root, changed)


@pytest.mark.slow
@settings(_quiet, max_examples=500)
@given(changed=_settings)
def test_many_settings_give_sentences_or_a_record_without_secrets(root: Path, changed: dict[str, Any]) -> None:
    _try(root, changed)


def _explained(root: Path, name: str) -> str:
    try:
        shown, told = explain(*read_root(root, Options(dry_run=True), Said()), [name])
    except LaunchpadError as error:
        return str(error)
    return "\n".join([*(str(one.value) for one in shown), *told])


@settings(_quiet, max_examples=25, derandomize=True)
@given(changed=_settings, secret=_marked)
def test_any_settings_give_sentences_or_a_value_without_secrets(
    root: Path, changed: dict[str, Any], secret: str
) -> None:
    before = (root / "config.yml").read_bytes()
    write(root, **{**changed, "SMTP_PASSWORD": secret, "MOON": "of {{ SMTP_PASSWORD }}"})
    try:
        told = [_explained(root, name) for name in ("SMTP_PASSWORD", "MOON", *list(changed)[:1])]
    finally:
        (root / "config.yml").write_bytes(before)

    assert [text for text in told[:2] if not text] == []
    assert [text for text in told if secret.strip() in text] == []
