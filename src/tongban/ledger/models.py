"""The tables of the ledger: what waits, what stays for ever, what is shown of it, what may be erased."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length, Now

HASH_BYTES = 32


class Queue(models.Model):
    """An entry that its transaction has promised and that no log holds yet."""

    pk = models.CompositePrimaryKey("region_code", "case_id", "event_n")
    region_code = models.CharField(max_length=6)
    case_id = models.BigIntegerField()
    event_n = models.IntegerField()
    entry = models.BinaryField()
    sealed = models.BinaryField(null=True)  # On their way to Disclosure and DisclosureKey:
    wrapped = models.BinaryField(null=True)  # one act writes one row.
    queued_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["region_code", "queued_at"], name="ledger_queue_oldest")]


class Tree(models.Model):
    """A log as it stands: one row, whose lock makes its sequencer the only one."""

    log = models.CharField(max_length=6, primary_key=True)
    vkey = models.CharField(max_length=300)  # The log's public key; its private half is a file.
    promise_vkey = models.CharField(max_length=300)
    size = models.BigIntegerField(default=0)
    root = models.BinaryField()
    edge = models.BinaryField(default=b"")  # Roots of the perfect subtrees, largest first.
    integrated_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=40, default="", blank=True)  # Why it stands still, by name.
    trouble_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(log__regex=r"^[0-9]{4}00$"), name="ledger_tree_is_a_city"),
            models.CheckConstraint(condition=Q(size__gte=0), name="ledger_tree_size"),
        ]


class Leaf(models.Model):
    """条目: an entry at its place in its log. Never changed, never taken away."""

    pk = models.CompositePrimaryKey("log", "index")
    log = models.CharField(max_length=6)
    index = models.BigIntegerField()
    hash = models.BinaryField()
    entry = models.BinaryField()
    region_code = models.CharField(max_length=6)
    case_id = models.BigIntegerField()
    event_n = models.IntegerField()
    queued_at = models.DateTimeField()
    integrated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["region_code", "case_id", "event_n"], name="ledger_leaf_once_for_an_event"
            ),
        ]


class Tile(models.Model):
    """瓦片: up to 256 hashes of one level, growing until it is full."""

    pk = models.CompositePrimaryKey("log", "level", "index")
    log = models.CharField(max_length=6)
    level = models.SmallIntegerField()
    index = models.BigIntegerField()
    width = models.SmallIntegerField()
    hashes = models.BinaryField()
    upper = models.BinaryField(null=True)  # Of a full one, the levels above, so that a proof costs no hashing.

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(width__range=(1, 256)), name="ledger_tile_width"),
            models.CheckConstraint(
                condition=Q(width=Length("hashes") / HASH_BYTES), name="ledger_tile_holds_its_width"
            ),
        ]


class Checkpoint(models.Model):
    """检查点: what the log has signed. The row is committed before anybody may see the note."""

    pk = models.CompositePrimaryKey("log", "size")
    log = models.CharField(max_length=6)
    size = models.BigIntegerField()
    root = models.BinaryField()
    note = models.TextField()
    signed_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)


class Stamp(models.Model):
    """时间戳: what a time-stamping authority has said of one day's checkpoint (RFC 3161)."""

    pk = models.CompositePrimaryKey("log", "on")
    log = models.CharField(max_length=6)
    on = models.DateField()
    size = models.BigIntegerField()
    answer = models.BinaryField()
    stamped_at = models.DateTimeField()  # By the authority's clock,
    asked_at = models.DateTimeField()  # and by ours.
    authority = models.CharField(max_length=200)


class Witnessed(models.Model):
    """The largest tree of a log that this site's witness has cosigned; it never cosigns a smaller or another."""

    origin = models.CharField(max_length=200, primary_key=True)
    size = models.BigIntegerField()
    root = models.BinaryField()
    note = models.TextField()
    at = models.DateTimeField()
    n = models.IntegerField(default=0)  # How many of its checkpoints are in the log of checkpoints,
    head = models.BinaryField(default=b"")  # and the leaf hash of the last one.


class Disclosure(models.Model):
    """What an entry shows only as digests: salts and values, sealed with a key that can be destroyed."""

    pk = models.CompositePrimaryKey("region_code", "case_id", "event_n")
    region_code = models.CharField(max_length=6)
    case_id = models.BigIntegerField()
    event_n = models.IntegerField()
    sealed = models.BinaryField()


class DisclosureKey(models.Model):
    """The keys of a case's disclosures, themselves wrapped; without them a copy of the values is noise."""

    pk = models.CompositePrimaryKey("region_code", "case_id", "event_n")
    region_code = models.CharField(max_length=6)
    case_id = models.BigIntegerField()
    event_n = models.IntegerField()
    wrapped = models.BinaryField()


class Check(models.Model):
    """What the last examination of a log found: empty findings mean that everything agrees."""

    log = models.CharField(max_length=6, primary_key=True)
    at = models.DateTimeField()
    size = models.BigIntegerField()
    findings = models.JSONField(default=list)
