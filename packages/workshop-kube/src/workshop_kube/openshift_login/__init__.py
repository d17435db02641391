"""The rules of a login at OpenShift's OAuth server, for hubs and for terminals alike."""
