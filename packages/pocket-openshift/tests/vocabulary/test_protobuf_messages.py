import re

import pytest

from pocket_openshift.vocabulary import protobuf_messages, protobufs

SCALARS = {"text", "int", "bool", "bytes", "Time", "IntOrString", "Quantity"}


@pytest.mark.parametrize("name", protobuf_messages.MESSAGES)
def test_every_field_is_of_a_type_that_is_known(name):
    for field, kind in protobuf_messages.MESSAGES[name].values():
        inner = re.sub(r"[\[\]{}]", "", kind)
        assert inner in SCALARS or inner in protobufs.MESSAGES, f"{name}.{field}: {kind}"
