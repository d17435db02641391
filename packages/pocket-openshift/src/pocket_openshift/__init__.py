"""An OpenShift-like API on loopback that runs pods as local processes."""

__version__ = "0.1.0"
