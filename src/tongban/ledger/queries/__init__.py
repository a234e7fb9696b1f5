"""What can be asked of the ledger: proofs, promises, the state of each log, the bytes of its files."""

from tongban.ledger.queries.erasable import NONCE_BYTES, disclosures, opened, site_key
from tongban.ledger.queries.examination import (
    EventFact,
    Finding,
    event_findings,
    examine,
    unexamined,
)
from tongban.ledger.queries.proofs import (
    MERGE_DELAY_S_MAX,
    PROMISE_NAME,
    case_file,
    consistency,
    consistency_hashes,
    inclusion_hashes,
    newest_checkpoint,
    overdue,
    promise,
    proof,
    receipt_address,
    receipt_text,
)
from tongban.ledger.queries.signers import (
    ML_DSA_44,
    SM2,
    KeyMissing,
    further_key_path,
    further_keys,
    further_signers,
    key_path,
    promise_signer,
    signer,
    witness_signer,
)
from tongban.ledger.queries.stamps import StampRow, stamp_path, stamps
from tongban.ledger.queries.standing import (
    LogState,
    alarm,
    new_origin,
    origin_of,
    public_folder,
    state,
    states,
    waiting_logs,
)
from tongban.ledger.queries.tiles import (
    bundle_bytes,
    bundles_bytes,
    computed,
    forget_tiles,
    root_at,
    tile_bytes,
    tiles_bytes,
)
from tongban.ledger.queries.witnesses import (
    LOCAL,
    Witness,
    cosigned,
    cosigned_size,
    own_key,
    own_key_path,
    witnessed,
    witnesses,
)
