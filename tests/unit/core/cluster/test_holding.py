"""What an update means for data in the cloud, on the template as it is."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.cluster_repositories import answers_of, rendered
from tutor_launchpad.adapters.cluster_template import render_template
from tutor_launchpad.core.cluster.answers import changed, complete
from tutor_launchpad.core.cluster.holding import data_at_risk
from tutor_launchpad.core.cluster.values import parts, template_values

ID = answers_of("aws-default").id
GONE = "is no longer described: an apply would destroy it with its data."


def _risks(name: str, **given: Any) -> tuple[str, ...]:
    answers = complete(changed(answers_of(name), given))
    return data_at_risk(rendered(name), render_template(template_values(answers, "1.0.0"), parts(answers)))


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("aws-default", {"mysql": "none"}, (f"module.mysql {GONE}",)),
        ("aws-default", {"mongodb": "none"}, (f"aws_docdb_cluster.mongodb {GONE}",)),
        ("aws-mongodb-atlas", {"mongodb": "documentdb", "atlas_project": ""}, (f"module.mongodb {GONE}",)),
        ("digitalocean-default", {"mysql": "none"}, (f"digitalocean_database_cluster.mysql {GONE}",)),
        ("aws-with-backups", {"components": {"backups": False}}, (f"bucket moon-production-{ID}-velero {GONE}",)),
        ("digitalocean-default", {"region": "ams3"},
         ("The region becomes ams3: an apply would destroy all that is in nyc3, and make it anew.",)),
        ("aws-default", {"components": {"monitoring": True}, "dns": False, "kubernetes": "1.35"}, ()),
        ("aws-bare", {"mysql": "managed"}, ()),
    ],
)  # fmt: skip
def test_risks_of_an_answer(name: str, given: dict[str, Any], expected: tuple[str, ...]) -> None:
    assert _risks(name, **given) == expected


def test_other_description_may_replace_and_another_remark_does_not() -> None:
    files = rendered("digitalocean-default")
    text = files["terraform/mysql.tf"]

    engine = {
        **files,
        "terraform/mysql.tf": text.replace(b'engine               = "mysql"', b'engine               = "pg"'),
    }
    remark = {**files, "terraform/mysql.tf": text.replace(b"  lifecycle {", b"  # Kept.\n  lifecycle {")}

    risk = "digitalocean_database_cluster.mysql is described otherwise: an apply may replace it."
    assert data_at_risk(files, engine) == (risk,)
    assert data_at_risk(files, remark) == data_at_risk(files, files) == ()
