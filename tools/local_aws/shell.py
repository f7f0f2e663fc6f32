"""The file that sends the AWS clients of a shell to this AWS and to no other."""

import shlex
from collections.abc import Mapping

_TRUSTED = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
"""With these pip, curl and git would trust nothing but this AWS; clients of AWS need others."""

# For bash, zsh and dash. Any other variable of AWS may lead away from here, such as
# AWS_ENDPOINT_URL_NEPTUNE, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS or AWS_USE_FIPS_ENDPOINT.
_FORGET = r"""
for name in $(env | sed -n 's/^\(AWS_[A-Za-z0-9_]*\)=.*/\1/p'); do unset "$name"; done
unset name HTTP_PROXY HTTPS_PROXY ALL_PROXY http_proxy https_proxy all_proxy
"""
_WARN = r"""
if command -v aws >/dev/null 2>&1; then (
  aws --version 2>&1 | {
    IFS='/. ' read -r program major minor rest
    if [ "$program" = aws-cli ] && { { [ "$major" = 2 ] && [ "$minor" -lt 13 ]; } ||
      { [ "$major" = 1 ] && [ "$minor" -lt 29 ]; }; }; then
      echo "The AWS CLI $major.$minor ignores AWS_ENDPOINT_URL and calls AWS itself:" \
        "install 2.13 (or 1.29) or newer." >&2
    fi
  }
) || true; fi
"""


def script(settings: Mapping[str, str]) -> str:
    """Write the file to ``source`` by the environment variables of clients."""
    exports = [
        f"export {name}={shlex.quote(value)}"
        for name, value in settings.items()
        if name not in _TRUSTED
    ]
    title = "# Sends the AWS clients of this shell to the AWS emulated on this machine."
    return "\n".join([title, _FORGET.strip(), *exports, _WARN.strip(), ""])
