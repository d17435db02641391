# shellcheck shell=sh
# Login shells, as of `kubectl exec -it POD -- bash -l`: /etc/profile has just set PATH afresh.
PATH=/opt/app-root/bin:/opt/workshop/bin:$PATH
export PATH
for fragment in /opt/workshop/etc/profile.d/*.sh /opt/app-root/etc/profile.d/*.sh; do
    # shellcheck disable=SC1090
    if [ -r "$fragment" ]; then . "$fragment"; fi
done
unset fragment
