"""Environment variables that send AWS clients to this machine and nowhere else; certificates."""

import os
from dataclasses import dataclass
from pathlib import Path

import trustme

HOSTS = ("127.0.0.1", "localhost")
_FOREIGN_PREFIXES = ("AWS_", "CDK_", "MINISTACK_", "LAMBDA_")
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


@dataclass(frozen=True)
class Certificates:
    """The authority that clients are to trust, and the server's certificate, as PEM files."""

    authority: Path
    certificate: Path
    key: Path


def make_certificates(directory: Path) -> Certificates:
    """Make an authority and a certificate for loopback, unless the directory has them.

    The authority's own key is never written: nobody can sign anything else with it.
    """
    files = Certificates(directory / "ca.pem", directory / "server.pem", directory / "server.key")
    if all(file.exists() for file in (files.authority, files.certificate, files.key)):
        return files
    authority = trustme.CA(organization_name="local_aws", organization_unit_name="loopback only")
    issued = authority.issue_cert(*HOSTS)
    authority.cert_pem.write_to_path(str(files.authority))
    files.key.touch(mode=0o600)
    issued.private_key_pem.write_to_path(str(files.key))
    for index, blob in enumerate(issued.cert_chain_pems):
        blob.write_to_path(str(files.certificate), append=index > 0)
    return files


def client_settings(
    directory: Path, url: str, region: str, account_id: str, certificates: Certificates
) -> dict[str, str]:
    """Variables for the programs that use the server: SDKs, the CDK, crhelper, tests."""
    authority = str(certificates.authority)
    return {
        "AWS_ENDPOINT_URL": url,
        # Named as well, because only with it the CDK addresses buckets by path.
        "AWS_ENDPOINT_URL_S3": url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_CONFIG_FILE": str(directory / "aws-config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(directory / "aws-credentials"),
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CA_BUNDLE": authority,
        "REQUESTS_CA_BUNDLE": authority,
        "NODE_EXTRA_CA_CERTS": authority,
        "SSL_CERT_FILE": authority,  # what crhelper trusts
        "NO_PROXY": ",".join(HOSTS),
        "no_proxy": ",".join(HOSTS),
        "CDK_DEFAULT_ACCOUNT": account_id,
        "CDK_DEFAULT_REGION": region,
        "CDK_HOME": str(directory / "cdk"),
        # The CDK's command line calls out for each of these.
        "CDK_DISABLE_VERSION_CHECK": "true",
        "CDK_DISABLE_CLI_TELEMETRY": "true",
        "CDK_NOTICES": "false",
        "AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED": "true",
    }


def server_settings(
    directory: Path, port: int, region: str, account_id: str, certificates: Certificates
) -> dict[str, str]:
    """Variables for the emulator, which reads them when it is imported."""
    temporary = str(directory / "tmp")
    return {
        "USE_SSL": "1",
        "MINISTACK_SSL_CERT": str(certificates.certificate),
        "MINISTACK_SSL_KEY": str(certificates.key),
        "MINISTACK_HOST": HOSTS[0],
        "BIND_HOST": HOSTS[0],
        "GATEWAY_PORT": str(port),
        "MINISTACK_REGION": region,
        "MINISTACK_ACCOUNT_ID": account_id,
        "TMPDIR": temporary,
        "S3_DATA_DIR": str(directory / "s3"),
        "STATE_DIR": str(directory / "state"),
        "DOCKER_HOST": f"unix://{directory}/no-docker.sock",
        "SFTP_ENABLED": "0",
        "IOT_MTLS_ENABLED": "0",
        "LOG_LEVEL": "WARNING",
        "PYTHONUNBUFFERED": "1",
    }


def without_foreign() -> dict[str, str]:
    """This environment without what could lead a program to another AWS or through a proxy."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(_FOREIGN_PREFIXES) and name.upper() not in _PROXIES
    }
