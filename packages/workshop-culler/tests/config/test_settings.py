from workshop_culler.config.settings import Settings


def test_hooks_are_functions_of_the_admins():
    assert not Settings().has_hooks
    assert Settings(arbiter=print).has_hooks
    assert Settings(limits_hook=print).has_hooks
