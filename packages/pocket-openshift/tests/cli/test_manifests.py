import io

import pytest

from pocket_openshift.cli import manifests

ONE = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
TWO = '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "b"}}'


def names(text):
    return [obj["metadata"]["name"] for obj in manifests.parse(text, "file")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (ONE, ["a"]),
        (TWO, ["b"]),
        (f"{ONE}---\n---\n{TWO}", ["a", "b"]),
        (f'{{"apiVersion": "v1", "kind": "List", "items": [{TWO}, {TWO}]}}', ["b", "b"]),
        ("", []),
        ("# nothing\n", []),
    ],
)
def test_objects_are_found_in_their_order(text, found):
    assert names(text) == found


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: [", "is no YAML"),
        ("just text", "without apiVersion and kind"),
        ("kind: Pod", "without apiVersion and kind"),
        ('{"apiVersion": "v1", "kind": "List", "items": [1]}', "without apiVersion"),
    ],
)
def test_what_is_no_object_is_said(text, says):
    with pytest.raises(manifests.ManifestError, match=says):
        manifests.parse(text, "file")


def test_a_file_is_read_or_it_is_said_why_not(tmp_path, monkeypatch):
    with pytest.raises(manifests.ManifestError, match="cannot be read"):
        manifests.load(str(tmp_path / "none"))
    (tmp_path / "empty").write_text("")
    with pytest.raises(manifests.ManifestError, match="holds no objects"):
        manifests.load(str(tmp_path / "empty"))
    monkeypatch.setattr("sys.stdin", io.StringIO(ONE))
    assert manifests.load("-")[0]["metadata"] == {"name": "a"}


def test_several_files_are_read_before_anything_is_done(tmp_path):
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text("apiVersion: v1\nkind: Secret\nmetadata: {name: a}\n")
    bad.write_text("nothing: here\n")
    assert [obj["metadata"]["name"] for obj in manifests.load_all([str(good)] * 2)] == ["a", "a"]
    with pytest.raises(manifests.ManifestError, match=r"bad\.yaml holds something without"):
        manifests.load_all([str(good), str(bad)])
