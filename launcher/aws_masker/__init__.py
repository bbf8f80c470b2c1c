"""Starts aws-masker on one machine: Envoy with the filter, and the sidecar beside it."""
