"""Runs the plugin for `pulumi package add` from git: Pulumi creates a venv in this folder and runs this file."""

from connect_users.plugin.serve import main

main()
