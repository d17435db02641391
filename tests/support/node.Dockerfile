# For tests: a node of pocket-openshift whose sessions are processes in the session's image.
ARG DASHBOARD=workshop-dashboard
FROM ${DASHBOARD}
USER 0
COPY packages/workshop-kube /tmp/ours/workshop-kube
COPY packages/pocket-openshift /tmp/ours/pocket-openshift
RUN python3 -m venv /opt/node \
    && /opt/node/bin/pip install --quiet --no-cache-dir /tmp/ours/workshop-kube /tmp/ours/pocket-openshift
USER 1001:0
