"""Each answer is checked alone and with the others; what is kept can be read again."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.cluster_repositories import ATLAS, BASIC, SSO, STORE
from tutor_launchpad.core.cluster.answers import changed, complete, read_answers
from tutor_launchpad.core.cluster.choices import PROVIDERS
from tutor_launchpad.core.cluster.values import BUCKETS, bucket_name
from tutor_launchpad.core.errors import Refused

AWS = {**BASIC, "provider": "aws"}
OCEAN = {**BASIC, "provider": "digitalocean"}
EXISTING = {**BASIC, "provider": "existing"}


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({**AWS, "name": "Moon"}, "--name 'Moon' is to be at most 20 lower-case letters"),
        ({**AWS, "name": "m" * 21}, "at most 20"),
        ({**AWS, "name": "moon-"}, "to a letter or digit"),
        ({**AWS, "name": ""}, "--name is missing."),
        ({**AWS, "environment": "staging-of-all"}, "--environment 'staging-of-all' is to be at most 12"),
        ({**AWS, "domain": "localhost"}, "--domain 'localhost' is not a domain"),
        ({**AWS, "domain": "Learn.example.com"}, "in lower case"),
        ({**AWS, "domain": "-x.example.com"}, "is not a domain"),
        ({**AWS, "provider": "azure"}, "--provider 'azure' is not one of aws, digitalocean, existing."),
        ({**AWS, "repository": "/srv/cluster"}, "is not an address such as https://git.example.com/team/cluster.git."),
        (
            {**AWS, "repository": "https://me:word@git.example.com/c.git"},
            "--repository 'https://…@git.example.com/c.git' has credentials in it",
        ),
        (
            {**AWS, "repository": "https://token@git.example.com/c.git"},
            "--repository 'https://…@git.example.com/c.git' has credentials in it",
        ),
        ({**AWS, "repository": "https://[git.example.com/c.git"}, "is not an address"),
        ({**AWS, "repository": "https://git.example.com"}, "is not an address"),
        ({**AWS, "branch": "a..b"}, "--branch 'a..b' is not a branch name that Git takes"),
        ({**AWS, "branch": "it's"}, "is not a branch name"),
        ({**AWS, "email": "me"}, "--email 'me' is not a mail address."),
        ({**AWS, "kubernetes": "1.20"}, "--kubernetes '1.20' is not a version such as 1.34"),
        ({**AWS, "kubernetes": "v1.34"}, "is not a version"),
        ({**AWS, "region": "nyc3"}, "--region 'nyc3' is not a region such as eu-central-1."),
        ({**OCEAN, "region": "eu-central-1"}, "--region 'eu-central-1' is not one of ams3, blr1"),
        ({**EXISTING, "region": "nyc3"}, "--region 'nyc3' is for the clouds"),
        ({**EXISTING, "dns": True}, "--dns is for the clouds"),
        ({**EXISTING, "mysql": "managed"}, "--mysql 'managed' is not one of none with --provider existing."),
        ({**OCEAN, "mongodb": "documentdb"}, "--mongodb 'documentdb' is not one of managed, none"),
        ({**AWS, "mongodb": "atlas"}, "--atlas-project and --mongodb atlas go together"),
        ({**AWS, "atlas_project": "0" * 24}, "--atlas-project and --mongodb atlas go together"),
        ({**AWS, **ATLAS, "atlas_project": "moon"}, "--atlas-project 'moon' is not an Atlas project's ID"),
        ({**AWS, **STORE}, "--backup-… is for --provider existing"),
        ({**EXISTING, **STORE}, "--with backups needs --backup-bucket and --backup-endpoint"),
        ({**EXISTING, "components": {"backups": True}}, "--with backups needs --backup-bucket"),
        ({**EXISTING, "github": "moon"}, "--github and --team go together"),
        ({**EXISTING, "teams": {"a": "admin"}}, "--github and --team go together"),
        ({**EXISTING, **SSO, "github": "moon base"}, "--github 'moon base' is not the name of an organisation"),
        ({**EXISTING, **SSO, "github": "Role"}, "--github Role: Argo CD would take its teams for subjects of its own"),
        ({**EXISTING, **SSO, "teams": {"The Team": "admin"}}, "--team 'The Team' is not a team's slug"),
        (
            {**EXISTING, **SSO, "teams": {"a": "root"}},
            "--team a=root: the role is not one of admin, developer, readonly",
        ),
        ({**EXISTING, **SSO, "components": {"argo-cd": False}}, "--github needs Argo CD from this repository"),
        ({**EXISTING, **STORE, "backup_bucket": "No"}, "--backup-bucket 'No' is not a bucket's name."),
        ({**EXISTING, **STORE, "backup_endpoint": "s3"}, "--backup-endpoint 's3' is not an address"),
        ({**OCEAN, "components": {"autoscaler": True}}, "--without autoscaler"),
        ({**AWS, "components": {"vault": True}}, "There is no component 'vault'"),
        ({**AWS, "id": "x"}, "--id 'x' is not what was written there"),
    ],
)
def test_wrong_answer_is_refused_with_a_sentence(given: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Refused) as caught:
        complete(given)

    assert sentence in str(caught.value)
    assert len(caught.value.problems) == 1


@pytest.mark.parametrize(
    "repository",
    ["https://git.example.com/c", "ssh://git@git.example.com:2222/c.git", "git@git.example.com:team/c.git"],
)
def test_address_of_a_repository_is_taken(repository: str) -> None:
    assert complete({**AWS, "repository": repository}).repository == repository


def test_all_that_is_missing_is_said_at_once() -> None:
    with pytest.raises(Refused) as caught:
        complete({"provider": "aws"})

    assert caught.value.problems == tuple(
        f"--{name} is missing." for name in ("name", "domain", "environment", "repository")
    )


@pytest.mark.parametrize("provider", PROVIDERS)
def test_defaults_follow_from_the_provider(provider: str) -> None:
    answers = complete({**BASIC, "provider": provider})

    assert answers.dns is (provider != "existing")
    assert answers.components["autoscaler"] is (provider == "aws")
    assert bool(answers.region) is (provider != "existing")
    assert answers.branch == "main"


@pytest.mark.parametrize("kind", BUCKETS)
def test_bucket_has_a_name_of_its_own_that_stays(kind: str) -> None:
    longest = {**AWS, "name": "a" * 20, "environment": "b" * 12}
    names = {bucket_name(complete({**longest, "repository": f"https://git.example.com/{number}"}), kind)
             for number in range(3)}  # fmt: skip
    answers = complete(AWS)
    moved = complete(changed(answers, {"repository": "https://git.example.com/elsewhere.git"}))

    assert len(names) == 3
    assert max(map(len, names)) <= 63
    assert bucket_name(moved, kind) == bucket_name(answers, kind)


def test_changed_answers_keep_the_others() -> None:
    answers = complete({**AWS, "email": "ops@example.com", "components": {"backups": True}})

    again = complete(changed(answers, {"domain": "other.example.com", "email": None, "components": {"ingress": False}}))

    assert (again.domain, again.email) == ("other.example.com", "ops@example.com")
    assert again.components == {**answers.components, "ingress": False}


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"name: [", "cluster.yml is not YAML"),
        (b"\xff\xfe\x00", "cluster.yml is not YAML"),
        (b"- a\n", "cluster.yml has no settings"),
        (b"", "cluster.yml has no settings"),
        (b"name: moon\nnam: moon\n", "cluster.yml has nam, which no cluster repository has"),
        (b"launchpad: 99.1.0\nnam: moon\n", "cluster.yml was written by Launchpad 99.1.0, and this is"),
        (b"components: [ingress]\n", "components that are no list of"),
        (b"teams: platform\n", "teams that are no list of `slug: role`"),
    ],
)
def test_file_that_keeps_no_answers_is_refused(data: bytes, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        read_answers(data, "cluster.yml")


def test_team_is_added_changed_and_taken_out() -> None:
    answers = complete({**EXISTING, **SSO})

    new = complete(changed(answers, {"teams": {"night-shift": "none", "support": "developer", "guests": "readonly"}}))

    assert new.teams == {"platform": "admin", "support": "developer", "guests": "readonly"}
    assert complete(changed(answers, {"teams": {}})).teams == answers.teams
