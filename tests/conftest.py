"""What all tests share."""

import os

# The CDK validates each template for half a second, and loads its rules for five in each process.
# It has to be said before the CDK's process starts. tests/security/test_scanners.py and
# tests/test_app.py validate the templates.
os.environ["CDK_VALIDATION"] = "false"
