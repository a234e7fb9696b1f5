"""Checks the public record offline: receipts, cases, whole logs, growth. Needs Python and `cryptography`, nothing of ours.

    tongban-verify receipt FILE --key VKEY [--key VKEY …] [--quorum N] [--entry FILE]
    tongban-verify case FILE --key VKEY …
    tongban-verify log DIR --key VKEY …
    tongban-verify consistency DIR OLD_CHECKPOINT --key VKEY …

Exit code 0: it holds. 1: it does not, and one sentence names the first thing that is wrong. 2: wrong usage.
The first --key is the log's; the others are its witnesses'. A key may be written out or be the name of a file.
This one file may be copied anywhere and read in an hour; it shares no line with the site that it checks.

Sources: RFC 9162 2.1; https://c2sp.org/signed-note, /tlog-checkpoint, /tlog-cosignature, /tlog-tiles, /tlog-proof."""

import argparse
import base64
import hashlib
import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ED25519, COSIGNATURE = 0x01, 0x04
HASH, WIDTH = 32, 256

SENTENCES = {
    "key": ("This is not a key: {0}", "这不是一把公钥：{0}"),
    "file": ("The file {0} is missing.", "文件 {0} 不存在。"),
    "text": ("The file {0} is not text.", "文件 {0} 不是文本。"),
    "note": ("The checkpoint is not a signed note.", "检查点不是签名文本。"),
    "signature": ("The signature of {0} is false.", "{0} 的签名是假的。"),
    "unsigned": ("The log has not signed this checkpoint.", "账本没有签过这个检查点。"),
    "quorum": ("Only {0} of {1} required witnesses signed.", "要求 {1} 个见证方签名，只有 {0} 个。"),
    "origin": ("The checkpoint is of another log: {0}.", "检查点属于另一本账本：{0}。"),
    "checkpoint": ("The checkpoint has no origin, size and root.", "检查点缺少名称、条数或根。"),
    "proof": ("The file is not a tlog-proof.", "文件不是 tlog-proof 回执。"),
    "no-entry": ("The receipt holds no entry; give one with --entry.", "回执里没有记录，请用 --entry 给出。"),
    "inclusion": ("The entry {0} is not in the log the checkpoint signs.", "记录 {0} 不在检查点所签的账本里。"),
    "case-json": ("The file is not the record of a case.", "文件不是办件记录。"),
    "gap": ("Entry {0} of the case is missing or out of order.", "本件第 {0} 条缺失或次序不对。"),
    "chain": ("Entry {0} does not follow the one before it.", "本件第 {0} 条没有接着上一条。"),
    "other-case": ("Entry {0} belongs to another case.", "第 {0} 条属于另一件办件。"),
    "waiting": ("Entry {0} has not been written to the log yet.", "第 {0} 条还没有写入账本。"),
    "disclosed": ("What is disclosed of entry {0} is not what it promised: {1}.", "第 {0} 条所示内容与摘要不符：{1}。"),
    "tile": ("The tile {0} is not as long as it must be.", "瓦片 {0} 长度不对。"),
    "bundle": ("The entries in {0} are not those that were hashed.", "{0} 里的记录与散列值不符。"),
    "parent": ("The tile {0} does not follow from those below it.", "瓦片 {0} 与下层不符。"),
    "root": ("The files do not make the signed root.", "这些文件算不出所签的根。"),
    "shrunk": ("The log was larger before: {0}, now {1}.", "账本变小了：以前 {0} 条，现在 {1} 条。"),
    "history": ("The first {0} entries are not what they were.", "前 {0} 条与以前不同。"),
}


class Wrong(Exception):
    """The first thing that is wrong, by name."""

    def __str__(self) -> str:
        english, chinese = SENTENCES[self.args[0]]
        is_chinese = (os.environ.get("LC_ALL") or os.environ.get("LANG") or "").startswith("zh")
        return (chinese if is_chinese else english).format(*self.args[1:])


def demand(holds: object, name: str, *values: object) -> None:
    if not holds:
        raise Wrong(name, *values)


# Keys and checkpoints


@dataclass(frozen=True)
class Key:
    """A public key trusted under a name."""

    name: str
    id: bytes
    kind: int
    public: bytes

    def has_signed(self, text: str, signature: bytes) -> bool:
        message = text.encode()
        if self.kind == COSIGNATURE:
            at, signature = int.from_bytes(signature[:8], "big"), signature[8:]
            message = f"cosignature/v1\ntime {at}\n{text}".encode()
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True)
class Checkpoint:
    """So many entries under this root."""

    origin: str
    size: int
    root: bytes


def key_of(vkey: str) -> Key:
    """The key written as name+id+base64."""
    try:
        name, shown_id, encoded = vkey.strip().split("+", 2)
        material = base64.b64decode(encoded, validate=True)
        found = hashlib.sha256(name.encode() + b"\n" + material).digest()[:4]
        demand(found.hex() == shown_id and material[0] in (ED25519, COSIGNATURE), "key", vkey)
        Ed25519PublicKey.from_public_bytes(material[1:])
        return Key(name, found, material[0], material[1:])
    except (ValueError, IndexError) as error:
        raise Wrong("key", vkey) from error


def opened(note: str, keys: Sequence[Key], quorum: int = 0) -> Checkpoint:
    """The checkpoint in a note, signed by the first key and by so many of the others."""
    text, gap, lines = note.rpartition("\n\n")
    demand(gap and lines.endswith("\n"), "note")
    text += "\n"
    by = set()
    for line in lines[:-1].split("\n"):
        mark, _, rest = line.partition(" ")
        name, _, encoded = rest.partition(" ")
        demand(mark == "—" and name, "note")
        blob = unbase64(encoded, "note")
        for key in keys:
            if (key.name, key.id) == (name, blob[:4]):
                demand(key.has_signed(text, blob[4:]), "signature", name)
                by.add(key)
    demand(keys[0] in by, "unsigned")
    demand(len(by) - 1 >= quorum, "quorum", len(by) - 1, quorum)
    checkpoint = checkpoint_of(text)
    demand(checkpoint.origin == keys[0].name, "origin", checkpoint.origin)
    return checkpoint


def checkpoint_of(text: str) -> Checkpoint:
    lines = text.split("\n")
    demand(len(lines) >= 4 and is_number(lines[1]), "checkpoint")
    root = unbase64(lines[2], "checkpoint")
    demand(len(root) == HASH, "checkpoint")
    return Checkpoint(lines[0], int(lines[1]), root)


def is_number(text: str) -> bool:
    """Decimal, without a sign or leading zeros."""
    return text.isascii() and text.isdigit() and text == str(int(text))


def unbase64(text: str, name: str) -> bytes:
    try:
        content = base64.b64decode(text.encode(), validate=True)
    except ValueError as error:
        raise Wrong(name) from error
    demand(base64.b64encode(content).decode() == text, name)
    return content


# Hashes


def leaf_hash(entry: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """The root over hashes of perfect subtrees of one size."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    level = list(hashes)
    while len(level) > 1:
        paired = [node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = paired + level[len(level) // 2 * 2 :]
    return level[0]


def leads_to(root: bytes, leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bool:
    """RFC 9162 2.1.3.2."""
    if not 0 <= index < size or any(len(one) != HASH for one in proof):
        return False
    left, last, reached = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if left & 1 or left == last:
            reached = node_hash(sibling, reached)
            while left and not left & 1:
                left, last = left >> 1, last >> 1
        else:
            reached = node_hash(reached, sibling)
        left, last = left >> 1, last >> 1
    return last == 0 and reached == root


# receipt


def check_receipt(file: Path, keys: Sequence[Key], quorum: int, entry: bytes | None) -> str:
    head, gap, note = read_text(file).replace("\r\n", "\n").partition("\n\n")
    lines = head.split("\n")
    demand(gap and lines.pop(0) == "c2sp.org/tlog-proof@v1" and lines, "proof")
    if lines[0].startswith("extra "):
        extra = unbase64(lines.pop(0)[6:], "proof")
        entry = extra if entry is None else entry
    demand(lines and lines[0].startswith("index ") and is_number(lines[0][6:]), "proof")
    index, hashes = int(lines[0][6:]), [unbase64(line, "proof") for line in lines[1:]]
    checkpoint = opened(note, keys, quorum)
    demand(entry is not None, "no-entry")
    assert entry is not None
    demand(leads_to(checkpoint.root, leaf_hash(entry), index, checkpoint.size, hashes), "inclusion", index)
    return f"{checkpoint.origin} {index}/{checkpoint.size}\n{entry.decode(errors='replace')}"


# case


def check_case(file: Path, keys: Sequence[Key], quorum: int) -> str:
    try:
        shown = json.loads(read(file))
        entries, note = shown["entries"], shown["checkpoint"]
        demand(isinstance(entries, list) and entries, "case-json")
        checkpoint = opened(note, keys, quorum)
        previous, reference = "", None
        for n, one in enumerate(entries, start=1):
            demand(one["n"] == n, "gap", n)
            entry = unbase64(one["entry"], "case-json")
            said = shown.get("disclosures", {}).get(str(n), {})
            reference = check_link(json.loads(entry), n, previous, reference, said)
            demand(one["index"] is not None, "waiting", n)
            proof = [unbase64(each, "case-json") for each in one["hashes"]]
            leaf = leaf_hash(entry)
            demand(leads_to(checkpoint.root, leaf, one["index"], checkpoint.size, proof), "inclusion", n)
            previous = base64url(leaf)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Wrong("case-json") from error
    return f"{checkpoint.origin} {len(entries)}"


def check_link(entry: dict[str, Any], n: int, previous: str, reference: str | None, said: dict[str, str]) -> str | None:
    """One entry after another: numbered, chained, of one case; and what is disclosed is what it promised."""
    is_sealed = entry.get("k") == "sealed"
    for name, text in said.items():
        if is_sealed and name != "entry":
            continue  # The sealed entry itself promises these.
        digest = base64url(hashlib.sha256(text.encode()).digest())
        demand(entry.get("f", {}).get(name) == digest, "disclosed", n, name)
    if is_sealed and "entry" in said:
        value = json.loads(base64.urlsafe_b64decode(said["entry"] + "=="))[2]
        others = {name: text for name, text in said.items() if name != "entry"}
        return check_link(json.loads(value), n, previous, reference, others)
    if is_sealed:
        return reference
    demand(entry["n"] == n, "gap", n)
    demand(entry.get("p", "") == previous, "chain", n)
    demand(reference in (None, entry["c"]), "other-case", n)
    return str(entry["c"])


def base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


# log


def check_log(folder: Path, keys: Sequence[Key], quorum: int) -> str:
    checkpoint = opened(read_text(folder / "checkpoint"), keys, quorum)
    leaves = []
    for index, width in tiles(checkpoint.size):
        hashes = tile(folder, "0", index, width)
        found = [leaf_hash(entry) for entry in bundle(folder, index, width)]
        demand(found == hashes, "bundle", path_of("entries", index, width))
        leaves += hashes
    below, level = leaves, 0
    while len(below) >= WIDTH:
        level += 1
        above = [root_of(below[i : i + WIDTH]) for i in range(0, len(below) - WIDTH + 1, WIDTH)]
        for index, width in tiles(len(above)):
            expected = above[index * WIDTH : index * WIDTH + width]
            demand(tile(folder, str(level), index, width) == expected, "parent", path_of(str(level), index, width))
        below = above
    demand(root_of_leaves(leaves) == checkpoint.root, "root")
    return f"{checkpoint.origin} {checkpoint.size}"


def root_of_leaves(leaves: Sequence[bytes]) -> bytes:
    """Perfect subtrees from the left, joined from the right (RFC 9162 2.1.1)."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    peaks, at = [], 0
    while at < len(leaves):
        width = 1 << ((len(leaves) - at).bit_length() - 1)
        peaks.append(root_of(leaves[at : at + width]))
        at += width
    root = peaks.pop()
    while peaks:
        root = node_hash(peaks.pop(), root)
    return root


def tiles(count: int) -> Iterator[tuple[int, int]]:
    for index in range(-(-count // WIDTH)):
        yield index, min(WIDTH, count - index * WIDTH)


def tile(folder: Path, level: str, index: int, width: int) -> list[bytes]:
    data = tile_bytes(folder, level, index, width)[: width * HASH]
    demand(len(data) == width * HASH, "tile", path_of(level, index, width))
    return [data[i : i + HASH] for i in range(0, len(data), HASH)]


def bundle(folder: Path, index: int, width: int) -> list[bytes]:
    entries: list[bytes] = []
    data, at = tile_bytes(folder, "entries", index, width), 0
    while at < len(data) and len(entries) < width:
        length = int.from_bytes(data[at : at + 2], "big")
        entries.append(data[at + 2 : at + 2 + length])
        at += 2 + length
    demand(at <= len(data), "bundle", path_of("entries", index, width))
    return entries


def tile_bytes(folder: Path, level: str, index: int, width: int) -> bytes:
    """The partial tile, or the full one that has taken its place."""
    path = folder / path_of(level, index, width)
    full = folder / path_of(level, index, WIDTH)
    return read(full if full.exists() and not path.exists() else path)


def path_of(level: str, index: int, width: int) -> str:
    groups = [f"{index % 1000:03d}"]
    while index := index // 1000:
        groups.insert(0, f"x{index % 1000:03d}")
    return f"tile/{level}/{'/'.join(groups)}" + ("" if width == WIDTH else f".p/{width}")


# consistency


def check_consistency(folder: Path, old: Path, keys: Sequence[Key], quorum: int) -> str:
    older = opened(read_text(old), keys, quorum)
    newer = opened(read_text(folder / "checkpoint"), keys, quorum)
    demand(older.size <= newer.size, "shrunk", older.size, newer.size)
    leaves: list[bytes] = []
    for index, width in tiles(newer.size):
        leaves += tile(folder, "0", index, width)
    demand(root_of_leaves(leaves) == newer.root, "root")
    demand(root_of_leaves(leaves[: older.size]) == older.root, "history", older.size)
    return f"{newer.origin} {older.size} → {newer.size}"


# Command line


def read(path: Path) -> bytes:
    demand(path.is_file(), "file", path)
    return path.read_bytes()


def read_text(path: Path) -> str:
    try:
        return read(path).decode()
    except UnicodeDecodeError as error:
        raise Wrong("text", path) from error


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser("tongban-verify", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = top.add_subparsers(dest="command", required=True)
    places = {"receipt": ["FILE"], "case": ["FILE"], "log": ["DIR"], "consistency": ["DIR", "OLD_CHECKPOINT"]}
    for name, wanted in places.items():
        one = commands.add_parser(name)
        for place in wanted:
            one.add_argument(place.lower(), metavar=place, type=Path)
        one.add_argument("--key", action="append", required=True, help="the log's vkey first, then its witnesses'")
        one.add_argument("--quorum", type=int, default=0, help="how many witnesses must have signed")
        if name == "receipt":
            one.add_argument("--entry", type=Path, help="the entry, where the receipt does not carry it")
    return top


def main(given: Sequence[str] | None = None) -> int:
    options = parser().parse_args(given)
    try:
        vkeys = [line for one in options.key for line in lines_of(one)]
        keys = [key_of(vkey) for vkey in vkeys]
        demand(keys, "key", "")
        if options.command == "receipt":
            entry = read(options.entry) if options.entry else None
            found = check_receipt(options.file, keys, options.quorum, entry)
        elif options.command == "case":
            found = check_case(options.file, keys, options.quorum)
        elif options.command == "log":
            found = check_log(options.dir, keys, options.quorum)
        else:
            found = check_consistency(options.dir, options.old_checkpoint, keys, options.quorum)
    except Wrong as wrong:
        print(wrong, file=sys.stderr)
        return 1
    print(f"OK {found}")
    return 0


def lines_of(key: str) -> list[str]:
    path = Path(key)
    return path.read_text().split() if "+" not in key and path.is_file() else [key]


if __name__ == "__main__":
    sys.exit(main())
