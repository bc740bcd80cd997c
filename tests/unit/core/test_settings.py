"""Whatever stands in a setting, reading it gives settings or sentences, and never a traceback."""

from __future__ import annotations

import string
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies

from tutor_launchpad.core.errors import Refused
from tutor_launchpad.core.settings import PREFIX, Settings, read_settings, unknown_settings
from tutor_launchpad.core.types import Config
from tutor_launchpad.defaults import DEFAULTS, GENERATED, SETTINGS, UNIQUE

CONFIG: Config = {**DEFAULTS, **dict.fromkeys(UNIQUE, "k" * 24), "LAUNCHPAD_INSTANCE": "moon", "K8S_NAMESPACE": "moon"}


def _problems(**changes: object) -> tuple[str, ...]:
    with pytest.raises(Refused) as caught:
        read_settings({**CONFIG, **{f"LAUNCHPAD_{name.upper()}": value for name, value in changes.items()}})
    return caught.value.problems


def test_defaults_are_settings() -> None:
    found = read_settings(CONFIG)

    assert found == Settings.model_validate(
        {
            "instance": "moon",
            "ingress_namespaces": ["harmony", "ingress-nginx", "traefik"],
            **{name.removeprefix(PREFIX).lower(): "k" * 24 for name in UNIQUE},
        }
    )
    assert str(found.folder) == "instances/moon"
    assert found.servers == {}


def test_every_setting_has_a_field_and_a_meaning() -> None:
    assert {PREFIX + name.upper() for name in Settings.model_fields} == {*SETTINGS, *GENERATED}
    assert all(setting.meaning.endswith(".") for setting in (*SETTINGS.values(), *GENERATED.values()))


def test_servers_are_those_that_are_named() -> None:
    assert read_settings({**CONFIG, "LAUNCHPAD_MONGODB_SERVER": "main"}).servers == {"mongodb": "main"}


def test_generated_settings_reach_no_template_and_no_representation() -> None:
    found = read_settings(CONFIG)

    assert set(found.public) == set(SETTINGS)
    assert "kkk" not in repr(found) + str(found.public)


@pytest.mark.parametrize(("value", "meant"), [("false", False), ("yes", True), (0, False), (False, False)])
def test_switches_in_quotes_mean_what_they_say(value: object, meant: bool) -> None:
    assert read_settings({**CONFIG, "LAUNCHPAD_AUTO_SYNC": value}).public["LAUNCHPAD_AUTO_SYNC"] is meant


@pytest.mark.parametrize("name", [*DEFAULTS, *UNIQUE])
def test_values_of_another_type_are_refused_by_name(name: str) -> None:
    default = {**DEFAULTS, **UNIQUE}[name]
    value: object

    for value in (None, "soon", 7, -1.5, True, ["a"], [{}], {"a": "b"}, {"a": ["b"]}):
        fits = type(value) is type(default) or (isinstance(default, bool) and value in (0, 1))
        if not fits:
            assert all(problem.startswith(name) for problem in _problems(**{name.removeprefix(PREFIX): value}))


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("auto_sync", "perhaps", "LAUNCHPAD_AUTO_SYNC: it must be true or false"),
        ("auto_sync", [], "LAUNCHPAD_AUTO_SYNC: it must be true or false"),
        ("network_policies", None, "LAUNCHPAD_NETWORK_POLICIES: it must be true or false"),
        ("namespace", "Launch Pad", "LAUNCHPAD_NAMESPACE: input should be lower-case letters, digits and dashes"),
        ("argocd_namespace", "", "LAUNCHPAD_ARGOCD_NAMESPACE: input should be lower-case"),
        ("ingress_namespaces", "traefik", "LAUNCHPAD_INGRESS_NAMESPACES: it must be a list such as [one, two]"),
        ("ingress_namespaces", ["ok", "N0!"], "LAUNCHPAD_INGRESS_NAMESPACES[1]: input should be lower-case"),
        ("quota", "many", "LAUNCHPAD_QUOTA: it must be a mapping such as {name: value}"),
        ("quota", {"pods": [1]}, "LAUNCHPAD_QUOTA['pods']: input should be a number or a text such as"),
        ("quota", {"pods": True}, "LAUNCHPAD_QUOTA['pods']: input should be a number or a text such as"),
        ("limits", {"default": {"cpu": "lots"}}, "LAUNCHPAD_LIMITS['default']['cpu']: input should be a number"),
        ("limits", {"default": 1}, "LAUNCHPAD_LIMITS['default']: it must be a mapping such as {name: value}"),
        ("cluster_resources", {"a": 1}, "LAUNCHPAD_CLUSTER_RESOURCES: it must be a list such as [one, two]"),
        ("cluster_resources", ["vector"], "LAUNCHPAD_CLUSTER_RESOURCES[0]: input should be the kind and the name of an"),
        ("secret_settings", "A", "LAUNCHPAD_SECRET_SETTINGS: it must be a list such as [one, two]"),
        ("public_settings", [1], "LAUNCHPAD_PUBLIC_SETTINGS[0]: it must be a text"),
        ("job_deadline", 0, "LAUNCHPAD_JOB_DEADLINE: input should be greater than 0"),
        ("job_deadline", "soon", "LAUNCHPAD_JOB_DEADLINE: it must be a whole number"),
        ("s3_bucket", 'a"; x = "', "LAUNCHPAD_S3_BUCKET: input should have no white space"),
        ("mongodb_ca", '"""\nimport os', "LAUNCHPAD_MONGODB_CA: input should be certificates in PEM and nothing else"),
        ("s3_addressing", "by host", "LAUNCHPAD_S3_ADDRESSING: input should be"),
        ("seal_key", "short", "LAUNCHPAD_SEAL_KEY: string should have at least 16 characters"),
        ("instance", "-moon", "LAUNCHPAD_INSTANCE '-moon' is not a DNS label"),
        ("instance", "m" * 64, "is not a DNS label"),
        ("instance", "default", "'default' is Kubernetes' own namespace"),
        ("instance", "kube-system", "'kube-system' is Kubernetes' own namespace"),
        ("instance", "launchpad", "'launchpad' is Launchpad's own namespace"),
        ("instance", "argocd", "'argocd' is Argo CD's own namespace"),
        ("instance", "argo", "'argo' is Argo Workflows' own namespace"),
        ("instance", "traefik", "'traefik' is an ingress controller's own namespace"),
        ("instance", "earth", "LAUNCHPAD_INSTANCE is 'earth' but K8S_NAMESPACE is 'moon'"),
        ("repository", "FTP://example.com/x", "use a path, an https:// or an ssh:// address"),
        ("repository", "https://[::1/x", "use a path, an https:// or an ssh:// address"),
        ("repository", "https://example.com:99999/x", "use a path, an https:// or an ssh:// address"),
        ("repository", "https:///x", "use a path, an https:// or an ssh:// address"),
        ("repository", "--upload-pack=x@y:z", "use a path, an https:// or an ssh:// address"),
        ("repository", "a\nb", "has a control character"),
        ("repository_credentials_file", "a\0b", "has a control character"),
    ],
)  # fmt: skip
def test_wrong_value_is_refused_by_name(name: str, value: object, sentence: str) -> None:
    (problem,) = _problems(**{name: value})

    assert sentence in problem


@pytest.mark.parametrize(("value", "read"), [(8, 8), ("500m", "500m"), (0.5, "0.5"), ("2Gi", "2Gi"), ("1.5", "1.5")])
def test_quantities_are_written_as_kubernetes_does(value: object, read: object) -> None:
    assert read_settings({**CONFIG, "LAUNCHPAD_QUOTA": {"requests.cpu": value}}).quota == {"requests.cpu": read}


@pytest.mark.parametrize("name", ["7", "007", "1e3", "1e-3", "0x1f", "0o7", "0b1", "y", "no", "on", "true", "null"])
def test_name_that_yaml_reads_as_something_else_is_refused(name: str) -> None:
    (problem,) = _problems(instance=name)

    assert f"'{name}' is no text" in problem
    assert f"site-{name}" in problem


def test_characters_that_no_namespace_has_are_refused() -> None:
    taken = f"{string.ascii_lowercase}{string.digits}-"

    for character in (*(one for one in string.printable if one not in taken), "ü", "☃", "\0"):
        for name in (f"{character}moon", f"moon{character}", f"mo{character}on"):
            (problem,) = _problems(instance=name)
            assert f"LAUNCHPAD_INSTANCE {name!r} is not a DNS label" in problem


@pytest.mark.parametrize("name", ["a", "m" * 63, "7a", "a-b", "a--b", "2024-01-01", "1e", "nan"])
def test_names_of_namespaces_are_taken(name: str) -> None:
    assert read_settings({**CONFIG, "LAUNCHPAD_INSTANCE": name, "K8S_NAMESPACE": name}).instance == name


def test_missing_key_names_the_command_that_makes_it() -> None:
    config = {name: value for name, value in CONFIG.items() if name != "LAUNCHPAD_SEAL_KEY"}

    with pytest.raises(Refused, match="LAUNCHPAD_SEAL_KEY is not set: run `tutor config save`"):
        read_settings(config)


@pytest.mark.parametrize(
    "url",
    ["https://me:h1dden@example.com/x", "HTTPS://me:h1dden@example.com", "ssh://me:h1dden@example.com/x",
     "https://:h1dden@example.com/x", "https://me:h1d/den@example.com/x", "https://h1dden@example.com/x"],
)  # fmt: skip
def test_password_in_the_address_is_refused_and_not_repeated(url: str) -> None:
    (problem,) = _problems(repository=url)

    assert problem.startswith("LAUNCHPAD_REPOSITORY holds a password, token or user name")
    assert "h1d" not in problem


@pytest.mark.parametrize(
    "url",
    ["", "/srv/git", "~/git", "./git", "file:///srv/git", "https://example.com:8443/team@x/repo.git",
     "ssh://git@example.com:2222/x.git", "git@example.com:team/x.git"],
)  # fmt: skip
def test_usual_addresses_are_taken(url: str) -> None:
    assert read_settings({**CONFIG, "LAUNCHPAD_REPOSITORY": url}).repository == url


@pytest.mark.parametrize("branch", ["main", "team/cluster-1", "v1.2", "a@b", "mañana"])
def test_branch_names_of_git_are_taken(branch: str) -> None:
    assert read_settings({**CONFIG, "LAUNCHPAD_BRANCH": branch}).branch == branch


@pytest.mark.parametrize(
    "branch",
    ["", "a..b", "a b", "-x", "a/", "/a", "a//b", "a.lock", "a.lock/b", "@", "a@{b", "a~1", "a\\b", ".a", "a/.b", "a.",
     "a\x7f"],
)  # fmt: skip
def test_what_git_takes_for_no_branch_is_refused(branch: str) -> None:
    (problem,) = _problems(branch=branch)

    assert "is not a branch name" in problem


def test_problems_of_several_settings_come_together() -> None:
    assert len(_problems(auto_sync="perhaps", quota=1, branch=2)) == 3
    assert len(_problems(instance="X", branch="a..b")) == 2


_scalars = (
    strategies.none() | strategies.booleans() | strategies.integers() | strategies.floats() | strategies.text()
    | strategies.dates() | strategies.binary()
)  # fmt: skip
_values = strategies.recursive(
    _scalars, lambda inner: strategies.lists(inner, max_size=3) | strategies.dictionaries(_scalars, inner, max_size=3)
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(name=strategies.sampled_from([*DEFAULTS, *UNIQUE, "K8S_NAMESPACE"]), value=_values)
def test_any_value_gives_settings_or_sentences(name: str, value: Any) -> None:
    found: Settings | Refused
    try:
        found = read_settings({**CONFIG, name: value})
    except Refused as error:
        found = error

    assert isinstance(found, Settings) or all(problem.startswith(PREFIX) for problem in found.problems)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("LAUNCHPAD_REPOSITRY", "which no enabled plugin knows: did you mean LAUNCHPAD_REPOSITORY?"),
        ("LAUNCHPAD_X", "knows: `tutor config save --unset LAUNCHPAD_X` takes it out"),
    ],
)  # fmt: skip
def test_mistyped_setting_is_told(name: str, line: str) -> None:
    (told,) = unknown_settings({name: 1, "LAUNCHPAD_BRANCH": "main", "OTHER": 1}, [])

    assert line in told


def test_settings_of_other_plugins_are_known() -> None:
    assert unknown_settings({"LAUNCHPAD_BROKER_SERVER": "main", "LAUNCHPAD_MINE": 1}, ["LAUNCHPAD_MINE"]) == []
