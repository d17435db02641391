import json
import re
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocket_openshift.vocabulary import protobufs


def varint(number):
    out = bytearray()
    while True:
        byte, number = number & 0x7F, number >> 7
        out.append(byte | (0x80 if number else 0))
        if not number:
            return bytes(out)


def field(number, value):
    """A field whose value is a number, or bytes."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def body(api_version, kind, raw):
    about = field(1, api_version.encode()) + field(2, kind.encode())
    return protobufs.MAGIC + field(1, about) + field(2, raw)


def test_an_object_reads_as_its_json():
    metadata = field(1, b"n") + field(11, field(1, b"app") + field(2, b"x")) + field(4, b"")
    raw = field(1, metadata) + field(2, field(1, b"key") + field(2, b"value"))
    assert protobufs.decode(body("v1", "ConfigMap", raw)) == {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "n", "labels": {"app": "x"}},
        "data": {"key": "value"},
    }


def test_a_field_that_is_not_known_is_refused_not_dropped():
    with pytest.raises(protobufs.ProtobufError, match="field 99 of v1/ConfigMap"):
        protobufs.decode(body("v1", "ConfigMap", field(99, b"something")))
    decoded = protobufs.decode(body("v1", "ConfigMap", field(99, b"")))
    assert decoded == {"apiVersion": "v1", "kind": "ConfigMap"}


def test_a_kind_that_is_not_known_is_refused():
    with pytest.raises(protobufs.ProtobufError, match="send it as JSON"):
        protobufs.decode(body("v1", "Mystery", b""))


@given(st.binary(max_size=80))
def test_any_bytes_are_read_or_refused(raw):
    try:
        protobufs.decode(protobufs.MAGIC + raw)
    except protobufs.ProtobufError:
        return


KUBECTL = [
    "create namespace z",
    "create configmap c --from-literal=a=b",
    "create secret generic s --from-literal=a=b",
    "create serviceaccount robot",
    "create role r --verb=get,list --resource=pods,deployments.apps --resource-name=x",
    "create rolebinding rb --role=r --serviceaccount=default:robot --user=eve --group=g",
    "create clusterrole cr --verb=get --non-resource-url=/metrics",
    "create clusterrolebinding crb --clusterrole=view --group=g",
    "create quota q --hard=pods=10,requests.memory=1Gi --scopes=NotTerminating",
    "create service clusterip svc --tcp=80:8080",
    "create service nodeport np --tcp=80:http --node-port=30080",
    "create service externalname e --external-name=a.b",
    "create deployment d --image=a:1 --replicas=2 --port=80 -- sleep 60",
    "create job j --image=a:1 -- echo hi",
    "create cronjob cj --image=a:1 --schedule=@hourly -- date",
    "create ingress i --rule=a.b/x*=web:80,tls=cert --default-backend=web:http --class=c",
    "create poddisruptionbudget b --selector=a=b --min-available=50%",
    "create priorityclass p --value=1000 --description=high",
]


@pytest.mark.parametrize("words", KUBECTL, ids=lambda words: " ".join(words.split()[:3]))
def test_what_kubectl_sends_is_what_it_would_write_as_json(words, cluster):
    """Checked against kubectl: its protobuf makes the object that its JSON describes."""
    if shutil.which("kubectl") is None:
        pytest.skip("install kubectl (Debian: apt-get install kubernetes-client)")
    command = ["kubectl", "--kubeconfig", str(cluster.kubeconfig), *words.split()]
    cut = command.index("--") if "--" in command else len(command)

    def run(*flags):
        line = [*command[:cut], *flags, "-o", "json", *command[cut:]]
        return json.loads(subprocess.run(line, capture_output=True, check=True, timeout=120).stdout)

    wanted, made = run("--dry-run=client"), run()
    assert not lacking(wanted, made)


def lacking(wanted, made, path=""):
    """The places where `made` lacks something that `wanted` says; the server may add."""
    if isinstance(wanted, dict):
        return [
            p for k, v in wanted.items() for p in lacking(v, (made or {}).get(k), f"{path}.{k}")
        ]
    if isinstance(wanted, list) and isinstance(made, list) and len(wanted) == len(made):
        pairs = enumerate(zip(wanted, made, strict=True))
        return [p for n, (w, m) in pairs for p in lacking(w, m, f"{path}[{n}]")]
    empty = (None, "", {}, [])
    return [] if wanted == made or wanted in empty or path == ".metadata.namespace" else [path]


SCALARS = {"text", "int", "bool", "bytes", "Time", "IntOrString", "Quantity"}


@pytest.mark.parametrize("name", protobufs.MESSAGES)
def test_every_field_is_of_a_type_that_is_known(name):
    for field, kind in protobufs.MESSAGES[name].values():
        inner = re.sub(r"[\[\]{}]", "", kind)
        assert inner in SCALARS or inner in protobufs.MESSAGES, f"{name}.{field}: {kind}"
