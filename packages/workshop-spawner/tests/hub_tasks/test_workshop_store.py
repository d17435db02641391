"""The workshops of a hub: checked by the traits, read again, and kept if a change is wrong."""

import asyncio
import logging

import pytest
import yaml
from traitlets import TraitError
from traitlets.config import Config

from waiting import until_so
from workshop_spawner import WorkshopSpawner
from workshop_spawner.context import HubContext
from workshop_spawner.hub_tasks import settings_check, workshop_store
from workshop_spawner.model.workshop import Workshop


def check(workshop, **config):
    return settings_check.list_workshop_problems(
        WorkshopSpawner, Config(WorkshopSpawner=config), None, workshop
    )


def find_problems(text, **config):
    lines = {line.partition(":")[0]: n for n, line in enumerate(text.splitlines(), 1)}
    values = yaml.safe_load(text)
    return check(Workshop("git", "Git", settings=values, place="git.yaml", lines=lines), **config)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("image: x\nbudget: smal", "git.yaml, line 2: "),
        ("session_age: -1", "git.yaml, line 1: "),
        ("image: 5", "git.yaml, line 1: "),
        ("exposed_ports: [99999]", "git.yaml, line 1: "),
        ("identity: root", "git.yaml, line 1: "),
        ("session_age_limit: 10", "git.yaml, line 1: WorkshopSpawner.session_age_limit is 10"),
        ("image: x\nproject: user", "git.yaml, line 2: WorkshopSpawner.project"),
        ("exposed_ports: [80]\nexposed_by: route", "needs a domain"),
        ("extra_resources: 'kind: ConfigMap'", "git.yaml, line 1: WorkshopSpawner.extra_resources"),
        ("extra_resources: /nowhere.yaml", "cannot be read"),
        ("mem_limit: lots", "git.yaml, line 1: "),
    ],
)
def test_what_a_trait_refuses_is_told_with_file_and_line(text, said):
    (problem,) = find_problems(text)
    assert said in problem
    assert problem.startswith("git.yaml, line ")


def test_what_is_wrong_with_the_hubs_own_beside_is_told():
    (problem,) = find_problems("extra_resources: 'x: 1'", project="none", identity="none")[-1:]
    assert "WorkshopSpawner.extra_resources has no effect" in problem


def test_an_age_and_its_limit_may_be_written_in_any_order():
    assert find_problems("session_age_limit: 20\nsession_age: 10") == []
    assert find_problems("session_age: 50", session_age=10, session_age_limit=20) != []


def test_what_a_start_changes_is_given_back():
    traits = settings_check.make_traits(WorkshopSpawner, Config(), None)
    traits.image, traits.environment = "hub", {"A": "1"}
    settings = {"image": "git", "environment": {"B": "2"}, "session_age": 5}
    own = workshop_store.overlay(traits, Workshop("git", "Git", settings=settings))
    assert (traits.image, traits.session_age) == ("git", 5)
    assert traits.environment == {"A": "1", "B": "2"}
    workshop_store.restore(traits, own)
    assert (traits.image, traits.environment, traits.session_age) == ("hub", {"A": "1"}, 0)


def test_a_value_that_cannot_work_changes_nothing():
    traits = settings_check.make_traits(WorkshopSpawner, Config(), None)
    image = traits.image
    with pytest.raises(TraitError):
        workshop_store.overlay(
            traits, Workshop("git", "Git", settings={"image": "x", "session_age_limit": 5})
        )
    assert traits.image == image


async def test_a_folder_is_followed_and_a_bad_change_changes_nothing(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(workshop_store, "LOOK_AGAIN", 0.01)
    file = tmp_path / "git.yaml"
    file.write_text("title: Git\nimage: one\n")
    context, log = HubContext(), logging.getLogger("store")
    store = workshop_store.WorkshopStore(context, str(tmp_path), check, log)
    following = asyncio.ensure_future(store.follow())

    try:
        await until_so(lambda: context.workshops)
        before = context.workshops["git"]
        file.write_text("title: Git\nimag: two\n")
        await until_so(lambda: context.workshop_problems)
        assert context.workshop_problems == (
            "git.yaml, line 2: 'imag' is no key of it; did you mean image?",
        )
        assert context.workshops == {"git": before}
        assert caplog.text.count("The workshops stay as they were. git.yaml, line 2") == 1
        file.write_text("title: Git\nimage: two\n")
        await until_so(lambda: context.workshops["git"].settings["image"] == "two")
        assert not context.workshop_problems
        assert context.workshops["git"].edition != before.edition
        # A folder that is away for a while is told until it is back.
        moved = tmp_path.rename(tmp_path.with_name("away"))
        await until_so(lambda: "cannot be read" in str(context.workshop_problems))
        assert context.workshops
        moved.rename(tmp_path)
        await until_so(lambda: not context.workshop_problems)
        file.unlink()
        await until_so(lambda: not context.workshops)
    finally:
        following.cancel()
        await asyncio.wait([following])


def test_a_hub_does_not_start_with_workshops_that_cannot_work(tmp_path):
    (tmp_path / "git.yaml").write_text("title: Git\nbudget: smal\n")
    config = Config(WorkshopSpawner={"workshops": str(tmp_path)})
    (problem,) = settings_check.list_problems(WorkshopSpawner, config, None)
    assert problem.startswith("git.yaml, line 2: WorkshopSpawner.budget: ")


def test_a_mapping_is_looked_at_once():
    context = HubContext()
    store = workshop_store.WorkshopStore(context, {"a": {"title": "A"}}, check, logging.getLogger())
    asyncio.run(store.follow())
    assert context.workshops == {}
