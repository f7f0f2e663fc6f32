"""The server's certificate, and the authority its clients are to trust."""

from dataclasses import dataclass
from pathlib import Path

import trustme

HOSTS = ("127.0.0.1", "localhost")


@dataclass(frozen=True)
class Certificates:
    """Files in PEM format."""

    authority: Path
    certificate: Path
    key: Path


def make(directory: Path) -> Certificates:
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
