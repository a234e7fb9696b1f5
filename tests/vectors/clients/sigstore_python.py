"""Checks receipts with sigstore-python: SignedNote.verify, LogCheckpoint, verify_merkle_inclusion. Only the glue is ours."""

import base64
import json
import sys
from types import SimpleNamespace

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sigstore._internal.merkle import verify_merkle_inclusion
from sigstore._internal.rekor.checkpoint import LogCheckpoint, SignedNote
from sigstore._internal.trust import Keyring
from sigstore.errors import VerificationError
from sigstore_models.common import v1 as common


def check(case, vkey):
    name, key_id, encoded = vkey.split("+", 2)
    spki = Ed25519PublicKey.from_public_bytes(base64.b64decode(encoded)[1:]).public_bytes(
        Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    )
    public = common.PublicKey(
        raw_bytes=base64.b64encode(spki), key_details=common.PublicKeyDetails.PKIX_ED25519
    )
    keyring = Keyring([public])
    assert keyring._keyring, "the key was not taken"
    note = SignedNote.from_text(case["Note"])
    note.verify(keyring, bytes.fromhex(key_id))
    checkpoint = LogCheckpoint.from_text(note.note)
    if checkpoint.origin != name:
        raise VerificationError("another origin")
    proof = SimpleNamespace(
        log_index=case["Index"], tree_size=checkpoint.log_size, root_hash=bytes.fromhex(checkpoint.log_hash),
        hashes=[base64.b64decode(one) for one in case["Hashes"]],
    )
    body = base64.b64decode(case["Entry"])
    verify_merkle_inclusion(SimpleNamespace(_inner=SimpleNamespace(inclusion_proof=proof, canonicalized_body=body)))


asked = json.load(sys.stdin)
answers = {}
for one in asked["Cases"]:
    try:
        check(one, asked["Vkey"])
        answers[one["Name"]] = True
    except VerificationError as error:
        print(one["Name"], error, file=sys.stderr)
        answers[one["Name"]] = False
json.dump(answers, sys.stdout)
