"""Which settings are secret: one case for each word, ending, exception and place."""

from __future__ import annotations

import datetime

import pytest

from tutor_launchpad.core.secrets import find_secrets, hidden_secrets, is_secret_name

VALUE = "Xq7kW2pLm9"


@pytest.mark.parametrize(
    "name",
    [
        "SMTP_PASSWORD",
        "PASSWORD",
        "CMS_OAUTH2_SECRET",
        "OPENEDX_AWS_SECRET_ACCESS_KEY",
        "DISCOVERY_OAUTH2_SECRET_SSO",
        "GITHUB_TOKEN",
        "TOKEN_FOR_PULLING",
        "SENTRY_DSN",
        "OPENEDX_SECRET_KEY",
        "JWT_RSA_PRIVATE_KEY",
        "MEILISEARCH_MASTER_KEY",
        "MEILISEARCH_API_KEY",
        "DRYDOCK_NEWRELIC_LICENSE_KEY",
        "DRYDOCK_REGISTRY_CREDENTIALS",
        "DRYDOCK_CUSTOM_CERTS",
        "smtp_password",
        "smtp-password",
        "DBT_SSH_KEY",
        "clientSecret",
        "accessToken",
        "apiKey",
    ],
)
def test_secret_name_is_known(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "CMS_OAUTH2_KEY_SSO",
        "NOTES_OAUTH2_KEY",
        "OPENEDX_AWS_ACCESS_KEY",
        "MEILISEARCH_API_KEY_UID",
        "LMS_HOST",
        "TOKENIZER",
        "PASSWORDLESS",
        "SSH_PUBLIC_KEY",
        "SECRETARY_EMAIL",
        "SECRETS",
        "KEY",
        "DOCKER_IMAGE_OPENEDX",
        "OPENEDX_MYSQL_DATABASE",
        "",
    ],
)
def test_public_name_is_public(name: str) -> None:
    assert not is_secret_name(name)


@pytest.mark.parametrize(
    "template",
    [
        "{{ 8|random_string }}",
        "{{ 2048|rsa_private_key }}",
        "{{ MEILISEARCH_MASTER_KEY|uid_master_hash(MEILISEARCH_API_KEY_UID) }}",
        "prefix-{{ random_string(20) }}",
    ],
)
def test_generated_default_is_secret(template: str) -> None:
    assert find_secrets({"PLAIN": VALUE}, {"PLAIN": template}) == {"PLAIN": VALUE}


@pytest.mark.parametrize(
    ("name", "template"),
    [
        ("ID", "{{ 24|random_string }}"),
        ("UID", "{{ 4|uuid }}"),
        ("PLAIN", "{{ OPENEDX_SECRET_KEY }}"),
        ("PLAIN", "my_random_strings"),
        ("PLAIN", 7),
    ],
)
def test_other_default_is_public(name: str, template: object) -> None:
    assert find_secrets({name: VALUE}, {name: template}) == {}


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"MAIL": {"password": VALUE, "host": "mail"}}, {"MAIL.password": VALUE}),
        ({"MAIL": {"relay": {"apiKey": VALUE}}}, {"MAIL.relay.apiKey": VALUE}),
        ({"MAIL": [{"token": VALUE}, {"token": "other-one"}]}, {"MAIL[0].token": VALUE, "MAIL[1].token": "other-one"}),
        ({"API_TOKEN": [VALUE, "another-1"]}, {"API_TOKEN[0]": VALUE, "API_TOKEN[1]": "another-1"}),
        ({"API_TOKEN": {"of": {"alice": VALUE}}}, {"API_TOKEN.of.alice": VALUE}),
        ({"API_TOKEN": (VALUE,)}, {"API_TOKEN[0]": VALUE}),
    ],
    ids=["dict", "camel-case", "list-of-dicts", "list", "all-below-a-secret", "tuple"],
)
def test_nested_secret_is_found(config: dict[str, object], expected: dict[str, str]) -> None:
    assert find_secrets(config, {}) == expected


def test_who_and_where_inside_a_secret_setting_is_public() -> None:
    registry = {"server": "https://docker.io", "username": "admin", "password": VALUE, "port": 443, "note": "a note"}

    found = find_secrets(
        {"DRYDOCK_REGISTRY_CREDENTIALS": registry, "CRM_SECRET": [{"userName": "joe", "id": "the-id"}]}, {}
    )

    assert {path.rpartition(".")[2] for path in found} == {"password", "note", "id"}


def test_generated_default_inside_a_dict_is_secret() -> None:
    templates = {"PARTS": {"a": "{{ 8|random_string }}", "b": "x"}}

    assert find_secrets({"PARTS": {"a": VALUE, "b": "x"}}, templates) == {"PARTS.a": VALUE}


@pytest.mark.parametrize("value", ["", "   ", None, True, False, "true", "False", "None", "null", [], {}])
def test_value_that_says_nothing_is_public(value: object) -> None:
    assert find_secrets({"SMTP_PASSWORD": value}, {}) == {}


@pytest.mark.parametrize(
    ("value", "text"),
    [(12345678, "12345678"), (1.5, "1.5"), (datetime.date(2031, 5, 7), "2031-05-07")],
    ids=["integer", "float", "date"],
)
def test_number_or_date_is_secret_as_jinja_writes_it(value: object, text: str) -> None:
    assert find_secrets({"SMTP_PASSWORD": value}, {}) == {"SMTP_PASSWORD": text}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PASSWORD_MIN_LENGTH", 12),
        ("TOKEN_LIFETIME", "3600"),
        ("JWT_TOKEN_TTL", 86400),
        ("MYSQL_ROOT_PASSWORD_FILE", "/run/secrets/mysql"),
        ("TLS_SECRET_NAME", "openedx-tls"),
    ],
)
def test_measure_or_place_under_a_secret_name_is_public(name: str, value: object) -> None:
    assert find_secrets({name: value}, {}) == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [("PASSWORD_MIN_LENGTH", VALUE), ("SIGNING_TOKEN_FILE", VALUE), ("MY_SECRET_NAME", "Xq7/kW2=")],
)
def test_other_value_under_such_a_name_is_secret(name: str, value: str) -> None:
    assert find_secrets({name: value}, {}) == {name: value}


@pytest.mark.parametrize(
    ("url", "secrets"),
    [
        ("https://joe:Xq7kW2pLm9@git.example.com/x.git", {VALUE}),
        ("redis://:Xq7kW2pLm9@redis:6379/0", {VALUE}),
        ("mongodb+srv://joe:Xq7kW2pLm9@a,b/db?authSource=admin", {VALUE}),
        ("mysql://joe:p%40ss%2Fword@db/x", {"p%40ss%2Fword", "p@ss/word"}),
        ("see http://a:first-one@x and http://b:second-one@y", {"first-one", "second-one"}),
        ("pip install git+https://ghp_Xq7kW2pLm9Xq7kW2pLm9@github.com/a/b", {"ghp_Xq7kW2pLm9Xq7kW2pLm9"}),
        ("https://ghp_Xq7kW2pLm9Xq7:x-oauth-basic@github.com/a/b", {"ghp_Xq7kW2pLm9Xq7"}),
        ("https://ghp_Xq7kW2pLm9Xq7:@github.com/a/b", {"ghp_Xq7kW2pLm9Xq7"}),
        ("https://joe:p@ss:wörd@host/x", {"p@ss:wörd"}),
    ],
)
def test_password_in_a_url_is_secret_wherever_it_stands(url: str, secrets: set[str]) -> None:
    flat = find_secrets({"PLAIN": url}, {})
    nested = find_secrets({"PLAIN": [{"where": {"url": url}}]}, {})

    assert secrets <= set(flat.values())
    assert secrets <= set(nested.values())
    assert all(name.startswith("PLAIN (") for name in flat)
    assert all(name.startswith("PLAIN[0].where.url (") for name in nested)


def test_password_in_a_url_that_is_a_key_is_secret() -> None:
    assert VALUE in find_secrets({"REMOTES": {f"https://joe:{VALUE}@host": 1}}, {}).values()


@pytest.mark.parametrize(
    "url",
    [
        "https://git.example.com/x.git",
        "https://deploy@git.example.com/x.git",
        "ssh://git@github.com/a/b",
        "https://host:8000/path?mail=a@b.c",
        "git@github.com:openedx/x.git",
        "user:password@host",
        "https://:@host",
    ],
)
def test_url_without_password_is_public(url: str) -> None:
    assert find_secrets({"PLAIN": url}, {}) == {}


def test_added_setting_is_secret() -> None:
    config = {"PLAIN": VALUE, "PARTS": {"a": VALUE, "b": ["other-one"]}}

    assert find_secrets(config, {}, added=["PLAIN"]) == {"PLAIN": VALUE}
    assert find_secrets(config, {}, added=["PARTS"]) == {"PARTS.a": VALUE, "PARTS.b[0]": "other-one"}
    assert find_secrets(config, {}, added=["PARTS.a"]) == {"PARTS.a": VALUE}


def test_removed_setting_is_public_even_when_added() -> None:
    config = {"SMTP_PASSWORD": VALUE, "PARTS": {"token": VALUE, "secret": "other-one"}}

    assert find_secrets(config, {}, added=["SMTP_PASSWORD"], removed=["SMTP_PASSWORD", "PARTS"]) == {}
    assert find_secrets(config, {}, removed=["SMTP_PASSWORD", "PARTS.token"]) == {"PARTS.secret": "other-one"}


def test_private_key_is_secret_under_any_name() -> None:
    key = "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIIrYSSNQFaA2Hwf1duRSxKtLYX5CB04fSeQ6tF1aY\n-----END EC PRIVATE KEY-----\n"

    assert find_secrets({"PLAIN": key}, {}) == {"PLAIN": key}


def test_own_settings_name_secrets_without_being_some() -> None:
    config = {"LAUNCHPAD_SECRET_SETTINGS": ["PLAIN_SETTING"], "LAUNCHPAD_PUBLIC_SETTINGS": ["SOME_TOKEN"]}

    assert find_secrets(config, {}) == {}


def test_key_of_the_sealed_names_is_secret() -> None:
    templates = {"LAUNCHPAD_SEAL_KEY": "{{ 43|random_string }}"}

    assert find_secrets({"LAUNCHPAD_SEAL_KEY": VALUE}, templates) == {"LAUNCHPAD_SEAL_KEY": VALUE}


@pytest.mark.parametrize(
    ("own", "found", "hidden"),
    [
        ({"A": "overridden"}, {"A": "rendered"}, {"A (in config.yml)": "overridden"}),
        ({"A": "rendered"}, {"A": "rendered"}, {}),
        ({"A": "elsewhere"}, {"B": "elsewhere"}, {}),
        ({"A": "{{ B }}"}, {}, {}),
        ({"A": "password"}, {}, {}),
    ],
)
def test_overridden_secret_is_looked_for_too(
    own: dict[str, str], found: dict[str, str], hidden: dict[str, str]
) -> None:
    assert hidden_secrets(own, found) == hidden
