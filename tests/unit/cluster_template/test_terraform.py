"""The generated Terraform, without a cloud and without a registry.

Checked here: each module's inputs and outputs against its source at the pinned commit, each resource's arguments and
attributes against its provider's schema (facts/), each reference, each variable, and the format where a program for it is.
`init` and `validate` need the providers: test_validity.py runs them where these are.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cluster_repositories import GIVEN, answers_of, rendered, write
from tests.unit.cluster_template import hcl
from tests.unit.cluster_template.hcl import Block
from tutor_launchpad.core.cluster.values import bucket_name
from tutor_launchpad.core.cluster.versions import VERSIONS

FACTS = Path(__file__).with_name("facts")
MODULES = json.loads((FACTS / "modules.json").read_text(encoding="utf-8"))
SCHEMAS = json.loads((FACTS / "providers.json").read_text(encoding="utf-8"))
CLOUDS = [name for name in GIVEN if not name.startswith("existing")]
RANDOM = {
    "random_id": {"arguments": {"byte_length": {"required": True}}, "attributes": ["hex"]},
    "random_password": {
        "arguments": {"length": {"required": True}, "special": {"required": False}},
        "attributes": ["result"],
    },
}

each_cloud = pytest.mark.parametrize("name", CLOUDS)


def _roots(name: str) -> dict[str, list[Block]]:
    """Folder → the blocks of its files."""
    roots: dict[str, list[Block]] = {}
    for path, content in rendered(name).items():
        if path.endswith(".tf"):
            roots.setdefault(path.rpartition("/")[0], []).extend(hcl.read(content.decode()))
    return roots


def _each(name: str, *kinds: str) -> list[Block]:
    return [block for blocks in _roots(name).values() for block in blocks if block.kind in kinds]


def _module(block: Block) -> dict[str, Any]:
    match = re.fullmatch(r'"git::https://github\.com/(.+?)\.git(//.+)?\?ref=([0-9a-f]{40})"', block.own["source"])
    assert match, block.own["source"]
    facts: dict[str, Any] = MODULES[match[1] + (match[2] or "")]
    assert facts["commit"] == match[3]
    return facts


def _schema(block: Block) -> dict[str, Any]:
    kind = block.labels[0]
    schema: dict[str, Any] = RANDOM.get(kind) or SCHEMAS[f"{block.kind}.{kind}"]
    return schema


def test_there_are_roots_for_both_clouds_and_none_without() -> None:
    assert set(_roots("aws-default")) == set(_roots("digitalocean-default")) == {"terraform"}
    assert _roots("existing-everything") == {}


def test_facts_are_of_the_pinned_commits() -> None:
    commits = {facts["commit"] for facts in MODULES.values()}

    assert commits == {VERSIONS["harmony_commit"], VERSIONS["eks_module_commit"]}


@each_cloud
def test_module_gets_the_inputs_that_it_has(name: str) -> None:
    for block in _each(name, "module"):
        inputs = _module(block)["inputs"]
        assert set(block.body) <= set(inputs), block.labels
        assert {key for key, one in inputs.items() if one["required"]} <= set(block.body), block.labels


@each_cloud
def test_resource_gets_the_arguments_that_it_has(name: str) -> None:
    for block in _each(name, "resource", "data"):
        assert list(_faults(block.body, _schema(block)["arguments"], block.address)) == []


def _faults(body: dict[str, Any], arguments: dict[str, Any], place: str) -> Iterator[str]:
    yield from (f"{place} has no {name}" for name in set(body) - set(arguments))
    needed = {name for name, one in arguments.items() if one["required"]}
    yield from (f"{place} lacks {name}" for name in needed - set(body))
    for name, one in arguments.items():
        if "block" in one and isinstance(body.get(name), list):
            for inner in body[name]:
                plain = {key: value for key, value in inner.items() if not key.startswith("__")}
                yield from _faults(plain, one["block"], f"{place}.{name}")


@each_cloud
def test_reference_leads_to_something(name: str) -> None:
    for blocks in _roots(name).values():
        known = {block.address: block for block in blocks}
        local = {key for block in blocks if block.kind == "locals" for key in block.body}
        for block in blocks:
            wrong = [path for path in hcl.references(block) if not _leads(path, known, local)]
            assert wrong == [], block.address


def _leads(path: tuple[str, ...], known: dict[str, Block], local: set[str]) -> bool:
    first, *rest = path
    if first == "local":
        return rest[0] in local
    if first == "var":
        return f"var.{rest[0]}" in known
    length = 3 if first == "data" else 2
    block = known.get(".".join(path[:length]))
    if block is None:
        return False
    if first == "module":
        return len(path) == 2 or path[2] in _module(block)["outputs"]
    return len(path) == length or path[length] in _schema(block)["attributes"]


@each_cloud
def test_variable_is_used_typed_described_and_checked(name: str) -> None:
    for blocks in _roots(name).values():
        used = {path[1] for block in blocks for path in hcl.references(block) if path[0] == "var"}
        own = [block for block in blocks if block.kind == "variable"]
        assert used == {block.labels[0] for block in own}
        for block in own:
            assert {"type", "description"} <= set(block.body), block.labels
            assert block.body["type"] == "bool" or "${bool}" in block.body["type"] or "validation" in block.body


@each_cloud
def test_variables_without_default_are_given(name: str) -> None:
    given = re.findall(r"^(\w+) +=", rendered(name)["terraform/cluster.auto.tfvars"].decode(), re.MULTILINE)
    own = [block for block in _roots(name)["terraform"] if block.kind == "variable"]

    assert {block.labels[0] for block in own if "default" not in block.body} == set(given)


@each_cloud
def test_output_of_a_secret_is_sensitive(name: str) -> None:
    modules = {block.labels[0]: _module(block)["outputs"] for block in _each(name, "module")}
    for block in _each(name, "output"):
        paths = hcl.references(block)
        secret = any(
            part in ("password", "user", "master_username", "random_password") for path in paths for part in path
        )
        hidden = any(path[0] == "module" and modules[path[1]].get(path[2]) for path in paths)

        assert bool(block.body.get("sensitive")) is (secret or hidden), block.labels
        assert block.body["description"], block.labels


@each_cloud
def test_state_is_in_the_bucket_that_the_command_makes_with_locks(name: str) -> None:
    text = rendered(name)["terraform/versions.tf"].decode()

    assert re.search(r"^    use_lockfile\s+= true$", text, re.MULTILINE)
    assert re.findall(r'bucket\s+= "([a-z0-9-]+)"', text) == [bucket_name(answers_of(name), "state")]


@pytest.fixture(scope="module")
def formatter() -> str:
    found = shutil.which("tofu") or shutil.which("terraform")
    if found is None:
        pytest.skip("neither tofu nor terraform is in PATH")
    return found


def test_files_are_formatted(formatter: str, tmp_path: Path) -> None:
    for name in CLOUDS:
        write({path: text for path, text in rendered(name).items() if path.startswith("terraform")}, tmp_path / name)

    ran = subprocess.run([formatter, "fmt", "-check", "-recursive", "-diff", str(tmp_path)], capture_output=True,
                         text=True, check=False, timeout=120)  # fmt: skip

    assert (ran.returncode, ran.stdout) == (0, ""), f"{formatter}: {ran.stdout}"


BROKEN = [
    ("terraform/network.tf", "vpc_name ", "vpc_nam ", "test_module_gets_the_inputs_that_it_has"),
    ("terraform/mysql.tf", "comparison_operator ", "comparison_oparator ", "test_resource_gets_the_arguments_that_it_has"),
    ("terraform/outputs.tf", "module.eks.cluster_name", "module.eks.name", "test_reference_leads_to_something"),
    ("terraform/outputs.tf", "sensitive   = true", "sensitive   = false", "test_output_of_a_secret_is_sensitive"),
    ("terraform/buckets.tf", "aws_s3_bucket.this[each.key].id", "aws_s3_bucket.this[each.key].name",
     "test_reference_leads_to_something"),
    ("terraform/kubernetes.tf", "var.kubernetes_version", "var.version", "test_variable_is_used_typed_described_and_checked"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "right", "wrong", "test"), BROKEN)
def test_fault_would_be_found(monkeypatch: pytest.MonkeyPatch, path: str, right: str, wrong: str, test: str) -> None:
    files = rendered("aws-default")
    text = files[path].decode()
    assert right in text
    monkeypatch.setitem(files, path, text.replace(right, wrong).encode())

    with pytest.raises((AssertionError, KeyError)):
        globals()[test]("aws-default")
