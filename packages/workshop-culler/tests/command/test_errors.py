from workshop_culler.command.errors import EXIT_NO_ANSWER, CommandError


def test_an_error_is_a_sentence_and_a_code():
    error = CommandError("The hub is away.", EXIT_NO_ANSWER)
    assert (error.format_message(), error.exit_code) == ("The hub is away.", 5)
    assert CommandError("Not done.").exit_code == 1
