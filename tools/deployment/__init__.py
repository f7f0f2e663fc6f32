"""Deploys stacks of this project with the real CDK command line, and a migration to test them."""
