"""Builds and checks a release. Not part of the package."""
