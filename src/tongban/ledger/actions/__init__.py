"""What may be done with the ledger: queue, integrate, publish, erase what may be erased, examine."""

from tongban.ledger.actions.alike import Alike, queue_alike
from tongban.ledger.actions.cosigning import WitnessIsAhead, cosign
from tongban.ledger.actions.erasing import erase, replay_erasures
from tongban.ledger.actions.examining import fsck
from tongban.ledger.actions.importing import import_bundles
from tongban.ledger.actions.integrating import integrate
from tongban.ledger.actions.keys import ensure_keys, ensure_witness
from tongban.ledger.actions.publishing import (
    BundleDiffers,
    FileDiffers,
    TreeWentBack,
    publish,
    report_trouble,
)
from tongban.ledger.actions.queueing import QueuedEntry, Queueing, queue, queued_entry, queueing
from tongban.ledger.actions.stamping import StampRefused, stamp
from tongban.ledger.actions.witnessing import (
    CHECKPOINTS,
    Malformed,
    NotConsistent,
    NotSigned,
    OtherSize,
    UnknownLog,
    add_checkpoint,
)
from tongban.ledger.queries import KeyMissing
