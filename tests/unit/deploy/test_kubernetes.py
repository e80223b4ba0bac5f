"""What deploy/kubernetes promises, read off the files and checked against Kubernetes' own schemas, without a cluster.

Of KEDA's kinds, which have no schema here, only what they share with Kubernetes is checked so, and their keys by name.
kubectl is asked where it is installed.
"""

from __future__ import annotations

import copy
import shutil
import subprocess
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from api.wsgi import GRACE_S
from orchestrator.config import Settings, catalogue
from orchestrator.domain.step import AGENT_KINDS

ROOT = Path(__file__).parents[3] / "deploy" / "kubernetes"
OVERLAYS = ("production", "autoscaled")
ROLES = ("api", "beat", *AGENT_KINDS)
DEFAULTS = Settings(database_url="", redis_url="")
KUBERNETES = "1.34"
KEDA = {
    "ScaledObject": {
        "scaleTargetRef", "minReplicaCount", "maxReplicaCount", "pollingInterval", "cooldownPeriod", "advanced",
        "triggers",
    },
    "TriggerAuthentication": {"secretTargetRef"},
}  # fmt: skip


def objects(*folders: str) -> list[dict[str, Any]]:
    files = [file for folder in folders for file in sorted((ROOT / folder).glob("*.yaml"))]
    assert files
    return [each for file in files for each in yaml.safe_load_all(file.read_text(encoding="utf-8"))]


ALL = [each for each in objects("base", *(f"overlays/{name}" for name in OVERLAYS)) if each["kind"] != "Kustomization"]
DEPLOYMENTS = {each["metadata"]["name"]: each for each in ALL if each["kind"] == "Deployment"}
PODS = {each["metadata"]["name"]: each["spec"]["template"] for each in ALL if each["kind"] in ("Deployment", "Job")}


@pytest.mark.parametrize("thing", ALL, ids=lambda thing: f"{thing['kind']}-{thing['metadata']['name']}")
def test_it_is_what_kubernetes_takes(thing: dict[str, Any]) -> None:
    if thing["kind"] not in KEDA:
        kubernetes_validate.validate(thing, KUBERNETES, strict=True)
        return
    assert thing["apiVersion"] == "keda.sh/v1alpha1"
    assert set(thing) == {"apiVersion", "kind", "metadata", "spec"}
    assert set(thing["spec"]) <= KEDA[thing["kind"]]
    if thing["kind"] == "ScaledObject":
        kubernetes_validate.validate(autoscaler(thing["spec"]), KUBERNETES, strict=True)


def autoscaler(spec: dict[str, Any]) -> dict[str, Any]:
    """What KEDA makes of a ScaledObject."""
    assert set(spec["advanced"]) == {"horizontalPodAutoscalerConfig"}
    target = {"apiVersion": "apps/v1", "kind": "Deployment", **spec["scaleTargetRef"]}
    limits = {"minReplicas": spec["minReplicaCount"], "maxReplicas": spec["maxReplicaCount"]}
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "scaled"},
        "spec": {"scaleTargetRef": target, **limits, **spec["advanced"]["horizontalPodAutoscalerConfig"]},
    }


def test_a_misspelt_key_is_found() -> None:
    wrong = copy.deepcopy(DEPLOYMENTS["api"])
    wrong["spec"]["template"]["spec"]["containers"][0]["readinesProbe"] = {}
    with pytest.raises(kubernetes_validate.ValidationError, match="readinesProbe"):
        kubernetes_validate.validate(wrong, KUBERNETES, strict=True)


@pytest.mark.parametrize("name", [*ROLES, "migrate"])
def test_a_pod_has_no_rights_and_a_read_only_root(name: str) -> None:
    pod = PODS[name]["spec"]
    (container,) = pod["containers"]
    assert (pod["securityContext"]["runAsNonRoot"], pod["securityContext"]["runAsUser"]) == (True, 10001)
    assert pod["automountServiceAccountToken"] is False
    allowed = container["securityContext"]
    assert allowed == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert "memory" in container["resources"]["limits"]
    volumes = {volume["name"]: volume for volume in pod["volumes"]}
    assert {mount["name"] for mount in container["volumeMounts"]} == set(volumes)
    assert volumes["tmp"]["emptyDir"]["medium"] == "Memory"
    held = volumes["secrets"]["projected"]
    assert held["defaultMode"] == 0o440
    keys = {item["key"] for source in held["sources"] for item in source["secret"].get("items", ())}
    assert keys == {"database_url", "redis_url"} | ({"admin_key"} if name == "migrate" else set())
    whole = [source["secret"] for source in held["sources"] if "items" not in source["secret"]]
    assert whole == ([] if name == "migrate" else [{"name": "orchestrator-more", "optional": True}])


@pytest.mark.parametrize("name", ROLES)
def test_a_deployment_finds_its_pods_asks_them_and_lets_them_end(name: str) -> None:
    deployment = DEPLOYMENTS[name]["spec"]
    labels = deployment["template"]["metadata"]["labels"]
    assert deployment["selector"]["matchLabels"] == labels == {"app.kubernetes.io/component": name}
    pod = deployment["template"]["spec"]
    container = pod["containers"][0]
    paths = {kind: container[f"{kind}Probe"]["httpGet"]["path"] for kind in ("startup", "readiness", "liveness")}
    assert paths == {"startup": "/health", "readiness": "/ready", "liveness": "/health"}
    own_s = {"api": DEFAULTS.api_drain_s + GRACE_S, "beat": 10}.get(name, DEFAULTS.soft_shutdown_s + 10)
    assert pod["terminationGracePeriodSeconds"] > own_s
    assert container["args"][0] in (name, "worker")
    assert container["args"][1:2] in ([], [name], ["--health-port"])


def test_one_leads_and_the_others_roll() -> None:
    assert DEPLOYMENTS["beat"]["spec"]["strategy"] == {"type": "Recreate"}
    assert DEPLOYMENTS["beat"]["spec"]["replicas"] == 1
    for name in set(ROLES) - {"beat"}:
        assert DEPLOYMENTS[name]["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0


def test_settings_are_settings() -> None:
    (settings,) = [each["data"] for each in ALL if each["kind"] == "ConfigMap"]
    known = {setting.variable for setting in catalogue().values()}
    assert {name.removesuffix("_FILE") for name in settings} <= known


def test_who_is_selected_exists() -> None:
    budgets = [each for each in ALL if each["kind"] == "PodDisruptionBudget"]
    chosen = [each["spec"]["selector"]["matchLabels"]["app.kubernetes.io/component"] for each in budgets]
    chosen += [each["spec"]["scaleTargetRef"]["name"] for each in ALL if each["kind"] == "ScaledObject"]
    for policy in (each["spec"]["podSelector"] for each in ALL if each["kind"] == "NetworkPolicy"):
        for rule in policy.get("matchExpressions", ()):
            chosen += rule["values"]
    assert set(chosen) <= set(ROLES)


def test_nothing_is_open_but_what_a_policy_opens() -> None:
    (closed,) = [each["spec"] for each in ALL if each["metadata"]["name"] == "closed"]
    assert closed["podSelector"] == {}
    assert set(closed["policyTypes"]) == {"Ingress", "Egress"}
    assert "ingress" not in closed


@pytest.mark.parametrize("folder", ["base", *(f"overlays/{name}" for name in OVERLAYS)])
def test_a_kustomization_names_what_is_there(folder: str) -> None:
    content = yaml.safe_load((ROOT / folder / "kustomization.yaml").read_text(encoding="utf-8"))
    assert content["kind"] == "Kustomization"
    assert all((ROOT / folder / resource).exists() for resource in content["resources"])
    files = {file.name for file in (ROOT / folder).glob("*.yaml")} - {"kustomization.yaml"}
    assert files <= set(content["resources"])
    if kubectl := shutil.which("kubectl"):
        built = subprocess.run(
            [kubectl, "kustomize", str(ROOT / folder)], capture_output=True, text=True, timeout=60, check=False
        )
        assert built.returncode == 0, built.stderr
        made = list(yaml.safe_load_all(built.stdout))
        assert {"Deployment", "Job", "NetworkPolicy"} <= {each["kind"] for each in made}
        counted = {each["metadata"]["name"] for each in made if "replicas" in each.get("spec", {})}
        assert ("creator" in counted) is (folder != "overlays/autoscaled")
