"""The examples of the README are true."""

import ast
import inspect
import re
from pathlib import Path

import pytest

README = Path(__file__).parents[1] / "README.md"
EXAMPLES = re.findall(r"```python\n(.*?)```", README.read_text(), re.S)


async def run(example, **names):
    """Run an example as a notebook would, with `await` outside of functions."""
    code = compile(example, str(README), "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    done = eval(code, names)
    if inspect.isawaitable(done):
        await done


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
async def test_what_an_example_imports_is_there(example):
    imports = [line for line in example.splitlines() if line.startswith(("from ", "import "))]
    assert imports
    await run("\n".join(imports))


async def test_the_first_example(cluster, kube, space, monkeypatch, capsys):
    monkeypatch.setenv("KUBECONFIG", str(cluster.kubeconfig))
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "web", "namespace": space, "labels": {"app": "hub"}},
        "spec": {"containers": [{"name": "web", "image": "web"}]},
    }
    await kube.create(pod)
    await run(EXAMPLES[0])
    assert capsys.readouterr().out.splitlines()[1:] == ["web"]


async def test_the_example_of_a_culler(cluster, kube):
    for application in ("learn", "other"):
        cluster.apply(
            {
                "apiVersion": "v1",
                "kind": "Namespace",
                "metadata": {
                    "name": f"{application}-ada",
                    "labels": {
                        "app": application,
                        "class": "session",
                        "workshop.jupyter.org/session": "s1",
                    },
                    "annotations": {
                        "spawner/requestor": "system:admin",
                        "spawner/namespace": "workshops",
                        "spawner/deployment": application,
                    },
                },
            }
        )
    await run(EXAMPLES[2], cluster=kube)
    left = {one["metadata"]["name"] for one in await kube.list("v1", "Namespace")}
    assert "other-ada" in left
    assert "learn-ada" not in left
