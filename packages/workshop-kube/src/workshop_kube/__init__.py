"""One small client of the Kubernetes and OpenShift API, and what the workshop packages share."""

__version__ = "0.1.0"
