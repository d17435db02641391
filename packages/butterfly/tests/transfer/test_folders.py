"""The folder in which a session's shell is. Zip files over HTTP are in test_files.py."""


async def where(person, session="1"):
    url = f"{person.origin}/terminal/session/{session}/folder"
    async with person.session.get(url) as answer:
        return await answer.json()


async def test_it_follows_the_shell_and_stays_in_the_home(person, tmp_path):
    (tmp_path / "lab" / "deep é").mkdir(parents=True)
    assert await where(person) == {"folder": "", "place": "~"}
    async with person.terminal() as terminal:
        await terminal.run("cd 'lab/deep é'")
        assert await where(person) == {"folder": "lab/deep é", "place": "~/lab/deep é"}
        await terminal.run("cd /etc")
        assert await where(person) == {"folder": "", "place": "~"}
    assert await where(person, "never-opened") == {"folder": "", "place": "~"}
