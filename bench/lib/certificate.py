"""The certificate that every proxy under test shows: ECDSA on P-256, signed by itself."""

import subprocess


def make_certificate(directory):
    """Writes tls.pem and tls.key, and both together as tls.both.pem, which HAProxy wants."""
    certificate, key = directory / "tls.pem", directory / "tls.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
         "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)],
        check=True, capture_output=True)
    (directory / "tls.both.pem").write_text(certificate.read_text() + key.read_text())
