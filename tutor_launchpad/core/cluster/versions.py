"""What a new cluster repository is pinned to. Renovate moves the pins of a repository that is in use."""

from __future__ import annotations

ARGO_CD = "v3.5.1"
ARGO_CD_COMMIT = "109ca7ca71139e514114499d294a492e7910a965"
ARGO_CD_SHA256 = "795a3a972224da6a7f9d32c3e946445f062b60fb46028476715affeb688236e3"
ARGO_WORKFLOWS = "v3.7.14"
ARGO_WORKFLOWS_COMMIT = "ca37b537cd34d18029146a755bf42a9b2364c49b"
ARGO_WORKFLOWS_SHA256 = "ef57c170ee724c1a3f042f16fd8e37fe83ef9857ef2b1192d4dfaad99c362940"

VERSIONS = {
    "argo_cd": ARGO_CD,
    "argo_cd_commit": ARGO_CD_COMMIT,
    "argo_cd_sha256": ARGO_CD_SHA256,
    "argo_workflows": ARGO_WORKFLOWS,
    "argo_workflows_commit": ARGO_WORKFLOWS_COMMIT,
    "argo_workflows_sha256": ARGO_WORKFLOWS_SHA256,
    # Charts. Harmony's needs the cert-manager that it was made with.
    "harmony": "0.11.0",
    "cert_manager": "v1.19.3",
    "cluster_autoscaler": "9.59.0",
    # Modules, by commit. Harmony's have no releases; this is the last commit that changed them.
    "harmony_commit": "deaf58ed6dc8d2d60ba5fed42d0ad472944dfaf7",
    "eks_module": "v20.37.2",
    "eks_module_commit": "8a0efdbbc84180a26e0bacfd2b6fcfceac53b3b6",
    # Actions, by commit.
    "checkout": "3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1",
    "setup_python": "5fda3b95a4ea91299a34e894583c3862153e4b97 # v7.0.0",
    "setup_opentofu": "a1320f892987e89d278cc92dc5adc984fb93aca4 # v2.0.2",
    "configure_aws_credentials": "e6de054238d6b7531b4efff3b6587d9aade6a06c # v6.2.3",
    # Programs of the workflows and of pre-commit.
    "python": "3.12",
    "opentofu": "1.10.6",
    "actionlint": "v1.7.12",
    "kubeconform": "v0.8.0",
    "gitleaks": "v8.30.0",
    "yamllint": "1.38.0",
    "pre_commit": "4.3.0",
    # Schemas of Kubernetes and of others' kinds, by commit. New versions come as new folders.
    "kubernetes_schemas": "8df8a883b68a24a104b4a9e43c1288090ae60b3b",
    "crds_catalog": "7b1e26ef9deea49293714d204c1a2270aab1178f",
}
"""Name in the templates → version or commit."""
