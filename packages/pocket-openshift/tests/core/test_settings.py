from pocket_openshift.core.settings import Settings


def test_each_cluster_has_settings_of_its_own():
    first, second = Settings(), Settings()
    first.url = "https://127.0.0.1:1"
    assert second.url != first.url


def test_a_deleted_namespace_goes_at_once_unless_told():
    assert Settings().namespace_seconds == 0
