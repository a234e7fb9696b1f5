"""What can be asked of the ledger: proofs, the state of each log, the bytes of its files."""

from tongban.ledger.queries.proofs import consistency, proof, receipt_text
from tongban.ledger.queries.standing import (
    LogState,
    origin_of,
    public_folder,
    state,
    states,
    waiting_logs,
)
from tongban.ledger.queries.tiles import bundle_bytes, forget_tiles, node_of, root_at, tile_bytes
