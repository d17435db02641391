"""An OpenShift-like API on loopback that runs pods as local processes, for demos, tests and plugin authors."""

__version__ = "0.1.0"
