# shellcheck shell=sh
# Read by interactive shells, and by /bin/sh when the server collects variables: only bash completes.
case $- in
    *i*)
        if [ -n "${BASH_VERSION:-}" ] && [ -r /usr/share/bash-completion/bash_completion ]; then
            # shellcheck disable=SC1091
            . /usr/share/bash-completion/bash_completion
        fi
        ;;
esac
