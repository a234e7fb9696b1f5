/* Checks the public record in the reader's own browser, with WebCrypto alone; nothing is sent.

   A badge [data-proof-url] is fetched and checked; a form [data-verify-receipt] checks a receipt or the record of
   a case that is dropped, pasted, read from a code (scan.js) or carried behind the # of the address; a [data-monitor] compares a log with the last
   checkpoint this browser has seen of it. What is checked of a case, in this order:
   1 the note is signed by the key this page pins  2 every entry is of one case, numbered without a gap,
   and names the hash of the one before  3 each entry's hash leads to the signed root  4 what is disclosed beside
   it is what its digests promised.

   Sources: RFC 9162 2.1, https://c2sp.org/signed-note, https://c2sp.org/tlog-checkpoint, https://c2sp.org/tlog-proof. */
(() => {
  const HASH_BYTES = 32;
  const ED25519 = 0x01;
  const COSIGNATURE = 0x04;
  const SEALED = "sealed";
  const TURNS_MAX = 12;
  const PAUSE_MS = 5000;
  const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const utf8 = new TextEncoder();

  /** What was found wrong, as a word that names the check. */
  class Rejected extends Error {}
  /** Nothing could be checked: the site did not answer. */
  class Unreachable extends Error {}
  const demand = (holds, check) => {
    if (!holds) throw new Rejected(check);
  };

  // Bytes

  const join = (...parts) => {
    const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
    let at = 0;
    for (const part of parts) {
      joined.set(part, at);
      at += part.length;
    }
    return joined;
  };
  const equal = (left, right) => left.length === right.length && left.every((byte, i) => byte === right[i]);
  const fromBase64 = (encoded) => {
    let letters;
    try {
      letters = atob(encoded);
    } catch {
      throw new Rejected("base64");
    }
    demand(btoa(letters) === encoded, "base64");
    return Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
  };
  const toBase64url = (bytes) =>
    btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const fromBase64url = (encoded) =>
    fromBase64(encoded.replaceAll("-", "+").replaceAll("_", "/") + "=".repeat(-encoded.length & 3));
  const toHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

  // Hashes and proofs

  const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const leafHash = (entry) => sha256(join(Uint8Array.of(0), entry));
  const nodeHash = (left, right) => sha256(join(Uint8Array.of(1), left, right));

  /** RFC 9162 2.1.3.2. Sizes are safe integers: a log of 2^53 entries is not in sight. */
  const verifyInclusion = async (leaf, index, size, proof, root) => {
    demand(Number.isSafeInteger(index) && index >= 0 && index < size, "index");
    demand([leaf, root, ...proof].every((hash) => hash.length === HASH_BYTES), "hash-length");
    let left = index;
    let last = size - 1;
    let reached = leaf;
    for (const sibling of proof) {
      demand(last > 0, "proof-long");
      if (left % 2 === 1 || left === last) {
        reached = await nodeHash(sibling, reached);
        while (left % 2 === 0 && left > 0) [left, last] = [Math.floor(left / 2), Math.floor(last / 2)];
      } else {
        reached = await nodeHash(reached, sibling);
      }
      [left, last] = [Math.floor(left / 2), Math.floor(last / 2)];
    }
    demand(last === 0, "proof-short");
    demand(equal(reached, root), "root");
  };

  /** RFC 9162 2.1.4.2. */
  const verifyConsistency = async (older, newer, proof) => {
    demand(older.size <= newer.size, "older-larger");
    if (older.size === newer.size) return demand(proof.length === 0 && equal(older.root, newer.root), "root");
    if (older.size === 0) return demand(proof.length === 0, "proof-long");
    demand(proof.length > 0, "proof-short");
    let [left, last] = [older.size - 1, newer.size - 1];
    while (left % 2 === 1) [left, last] = [Math.floor(left / 2), Math.floor(last / 2)];
    const path = left === 0 ? [older.root, ...proof] : [...proof];
    let toOld = path[0];
    let toNew = path[0];
    for (const sibling of path.slice(1)) {
      demand(last > 0, "proof-long");
      if (left % 2 === 1 || left === last) {
        [toOld, toNew] = [await nodeHash(sibling, toOld), await nodeHash(sibling, toNew)];
        while (left % 2 === 0 && left > 0) [left, last] = [Math.floor(left / 2), Math.floor(last / 2)];
      } else {
        toNew = await nodeHash(toNew, sibling);
      }
      [left, last] = [Math.floor(left / 2), Math.floor(last / 2)];
    }
    demand(last === 0, "proof-short");
    demand(equal(toOld, older.root) && equal(toNew, newer.root), "root");
  };

  // Notes and checkpoints

  const readKey = async (vkey) => {
    const [, name, id, encoded] = /^([^\s+]+)\+([0-9a-f]{8})\+(.+)$/.exec(vkey) ?? [];
    demand(name, "key");
    const material = fromBase64(encoded);
    demand([ED25519, COSIGNATURE].includes(material[0]) && material.length === 1 + HASH_BYTES, "key");
    const hash = await sha256(join(utf8.encode(`${name}\n`), material));
    demand(toHex(hash.slice(0, 4)) === id, "key");
    const key = await crypto.subtle.importKey("raw", material.slice(1), { name: "Ed25519" }, false, ["verify"]);
    return { name, id, key, kind: material[0] };
  };

  const isSigned = async ({ key, kind }, body, signature) => {
    if (kind === ED25519) return crypto.subtle.verify("Ed25519", key, signature, utf8.encode(body));
    const time = new DataView(signature.buffer, signature.byteOffset, 8).getBigUint64(0);
    const message = utf8.encode(`cosignature/v1\ntime ${time}\n${body}`);
    return crypto.subtle.verify("Ed25519", key, signature.slice(8), message);
  };

  /** The checkpoint in a note, signed by the log's key; with who else of `witnesses` signed it. */
  const openCheckpoint = async (note, vkey, witnesses = []) => {
    const cut = note.lastIndexOf("\n\n");
    demand(cut > 0 && note.endsWith("\n"), "note");
    const body = note.slice(0, cut + 1);
    const keys = await Promise.all([vkey, ...witnesses].map(readKey));
    const by = new Set();
    for (const line of note.slice(cut + 2, -1).split("\n")) {
      const [, name, encoded] = /^\u2014 (\S+) (\S+)$/u.exec(line) ?? [];
      demand(name, "note");
      const blob = fromBase64(encoded);
      const key = keys.find((one) => one.name === name && one.id === toHex(blob.slice(0, 4)));
      if (!key) continue;
      demand(await isSigned(key, body, blob.slice(4)), "signature");
      by.add(key);
    }
    demand(by.has(keys[0]), "signature");
    const [origin, size, root] = body.split("\n");
    demand(origin === keys[0].name, "origin");
    demand(/^(0|[1-9][0-9]{0,15})$/.test(size), "size");
    const checkpoint = { origin, size: Number(size), root: fromBase64(root), body };
    demand(checkpoint.root.length === HASH_BYTES, "hash-length");
    return { ...checkpoint, witnesses: [...by].slice(1).map((key) => key.name) };
  };

  // A case: { origin, vkey, checkpoint, entries: [{ n, entry, index, hashes }], disclosures: { n: { name: text } } }

  /** The finding for one case: { state: "ok" | "pending" | "bad", ... }; `events` is how many the page shows. */
  const verifyCase = async (shown, vkey, events = 0) => {
    demand(shown.vkey === vkey, "key");
    const checkpoint = shown.checkpoint ? await openCheckpoint(shown.checkpoint, vkey) : null;
    demand(shown.entries.length > 0 && shown.entries.length >= events, "entries-missing");
    let previous = "";
    let reference = "";
    let waiting = 0;
    for (const [i, one] of shown.entries.entries()) {
      demand(one.n === i + 1, "number");
      const entry = fromBase64(one.entry);
      const leaf = await leafHash(entry);
      const said = JSON.parse(text.decode(entry));
      reference = checkLink(said, one.n, previous, reference);
      await checkDisclosed(said, shown.disclosures?.[one.n] ?? {});
      if (one.index === null || !checkpoint) waiting += 1;
      else await verifyInclusion(leaf, one.index, checkpoint.size, one.hashes.map(fromBase64), checkpoint.root);
      previous = toBase64url(leaf);
    }
    return {
      state: waiting ? "pending" : "ok",
      n: shown.entries.length,
      waiting,
      size: checkpoint ? checkpoint.size : 0,
      root: checkpoint ? toHex(checkpoint.root) : "",
    };
  };

  const checkLink = (entry, n, previous, reference) => {
    if (entry.k === SEALED) return reference; // Only its digest is public; its place in the tree still counts.
    demand(entry.v === 1 && entry.n === n, "number");
    demand((entry.p ?? "") === previous, "chain");
    demand(!reference || entry.c === reference, "case");
    return entry.c;
  };

  /** What is disclosed of an entry is what it promised; of a sealed one, the entry itself is disclosed. */
  const checkDisclosed = async (entry, said) => {
    if (entry.k === SEALED && said.entry) {
      const { entry: inner, ...others } = said;
      demand(toBase64url(await sha256(utf8.encode(inner))) === entry.f.entry, "disclosed");
      return checkDisclosed(JSON.parse(JSON.parse(text.decode(fromBase64url(inner)))[2]), others);
    }
    for (const [name, disclosed] of Object.entries(said)) {
      demand(toBase64url(await sha256(utf8.encode(disclosed))) === entry.f?.[name], "disclosed");
    }
  };

  // A receipt: a .tlog-proof with its entry as extra data

  const readReceipt = (file) => {
    const cut = file.indexOf("\n\n");
    const lines = file.slice(0, cut).split("\n");
    demand(cut > 0 && lines.shift() === "c2sp.org/tlog-proof@v1", "receipt");
    const extra = lines[0]?.startsWith("extra ") ? fromBase64(lines.shift().slice(6)) : null;
    const [, index] = /^index (0|[1-9][0-9]{0,15})$/.exec(lines.shift() ?? "") ?? [];
    demand(index !== undefined && extra, "receipt");
    return { entry: extra, index: Number(index), hashes: lines.map(fromBase64), note: file.slice(cut + 2) };
  };

  /** The finding for a receipt, checked against the key pinned for the log it names. */
  const verifyReceipt = async (file, vkeys) => {
    const receipt = readReceipt(file.replaceAll("\r\n", "\n"));
    const origin = receipt.note.slice(0, receipt.note.indexOf("\n"));
    const vkey = vkeys.find((one) => one.startsWith(`${origin}+`));
    demand(vkey, "unknown-log");
    const checkpoint = await openCheckpoint(receipt.note, vkey);
    const leaf = await leafHash(receipt.entry);
    await verifyInclusion(leaf, receipt.index, checkpoint.size, receipt.hashes, checkpoint.root);
    const entry = JSON.parse(text.decode(receipt.entry));
    return { state: "ok", index: receipt.index, size: checkpoint.size, root: toHex(checkpoint.root), origin, entry };
  };

  /** The finding for the record of a case that was kept as a file. */
  const verifyCaseFile = async (file, vkeys) => {
    const shown = JSON.parse(file);
    const vkey = vkeys.find((one) => one.startsWith(`${shown.origin}+`));
    demand(vkey, "unknown-log");
    const found = await verifyCase(shown, vkey);
    return { ...found, state: found.state === "ok" ? "whole" : "waiting", origin: shown.origin };
  };

  // The page

  const canVerify = async () => {
    if (!globalThis.crypto?.subtle) return false;
    try {
      await crypto.subtle.importKey("raw", new Uint8Array(HASH_BYTES), { name: "Ed25519" }, false, ["verify"]);
      return true;
    } catch {
      return false;
    }
  };

  /** Puts the words of a state, from its <template data-state>, into the elements that wait for them. */
  const show = (place, state, values = {}) => {
    const template = place.querySelector(`template[data-state="${state}"]`);
    const words = { title: template?.dataset.title ?? "", words: template?.content.textContent ?? "", root: values.root };
    place.dataset.state = state;
    for (const target of place.querySelectorAll("[data-verify]")) {
      target.textContent = fill(words[target.dataset.verify] ?? "", values);
    }
    place.dispatchEvent(new CustomEvent("tongban:verified", { bubbles: true, detail: { state, ...values } }));
  };
  const fill = (words, values) =>
    words.trim().replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
  const grouped = (number) => number.toLocaleString(document.documentElement.lang || undefined);
  const readable = (found) => ({
    ...found,
    size: grouped(found.size),
    root: found.root.replace(/(.{4})(?=.)/g, "$1 "),
  });

  /** Runs a check; whatever it finds, the place says so in words. */
  const report = async (place, check) => {
    if (!(await canVerify())) return show(place, "unsupported");
    try {
      const found = await check();
      show(place, found.state, readable(found));
      return found;
    } catch (error) {
      if (error instanceof Unreachable) return show(place, "unreachable");
      show(place, "bad", { check: error instanceof Rejected ? error.message : "malformed" });
    }
  };

  const checkBadge = async (badge, turn = 1) => {
    const found = await report(badge, async () => {
      const answer = await fetched(badge.dataset.proofUrl);
      if (!answer.ok) throw new Unreachable();
      return verifyCase(await answer.json(), badge.dataset.vkey, Number(badge.dataset.events ?? 0));
    });
    // What waits is written within seconds: look again, for a while.
    if (found?.state === "pending" && turn < TURNS_MAX) setTimeout(() => checkBadge(badge, turn + 1), PAUSE_MS);
  };

  const checkDropped = async (form, file) => {
    const place = form.querySelector("[data-finding]");
    const vkeys = Array.from(document.querySelectorAll("[data-log-vkey]"), (one) => one.dataset.logVkey);
    place.hidden = false;
    show(place, "checking");
    const verified = file.trimStart().startsWith("{") ? verifyCaseFile : verifyReceipt;
    const found = await report(place, () => verified(file, vkeys));
    place.querySelector("[data-entry]").replaceChildren(...asPairs(found?.entry ?? {}));
  };

  const RECEIPT = "c2sp.org/tlog-proof@v1";
  /** What a code says: a receipt, or an address that carries one, is checked here; the page of a paper is only named. */
  const checkScanned = (form, said) => {
    const place = form.querySelector("[data-finding]");
    const link = place.querySelector("[data-link]");
    const address = URL.canParse(said) ? new URL(said) : null;
    const carried = decoded(address?.hash.slice(1) ?? "");
    const receipt = [said, carried].find((one) => one.startsWith(RECEIPT));
    link.hidden = true;
    place.querySelector("[data-entry]").replaceChildren();
    if (receipt) {
      form.querySelector("textarea").value = receipt;
      return checkDropped(form, receipt);
    }
    place.hidden = false;
    const ours = [location.origin, form.dataset.site].includes(address?.origin);
    const isPaper = ours && /^\/(check|licences)\//.test(address.pathname);
    show(place, isPaper ? "paper" : "elsewhere", { said: said.slice(0, 200) });
    if (isPaper) {
      link.hidden = false;
      link.querySelector("a").href = address.pathname;
    }
  };
  const decoded = (behind) => {
    try {
      return decodeURIComponent(behind);
    } catch {
      return "";
    }
  };

  /** The members of an entry, in the order and with the words the page has for them. */
  const asPairs = (entry) =>
    Array.from(document.querySelectorAll("[data-member]"))
      .filter((named) => named.dataset.member in entry)
      .flatMap((named) => {
        const [term, words] = [document.createElement("dt"), document.createElement("dd")];
        const value = entry[named.dataset.member];
        term.textContent = named.textContent;
        words.textContent = typeof value === "object" ? Object.entries(value).map((one) => one.join(": ")).join("; ") : value;
        return [term, words];
      });

  const waitForReceipt = (form) => {
    const [input, area] = [form.querySelector("input[type=file]"), form.querySelector("textarea")];
    const take = async (file) => {
      if (!file) return;
      if (file.type.startsWith("image/")) return form.dispatchEvent(new CustomEvent("tongban:picture", { detail: file }));
      area.value = await file.text();
      await checkDropped(form, area.value);
    };
    input?.addEventListener("change", () => take(input.files[0]));
    form.addEventListener("dragover", (event) => event.preventDefault());
    form.addEventListener("drop", (event) => {
      event.preventDefault();
      take(event.dataTransfer.files[0]);
    });
    form.addEventListener("tongban:scanned", (event) => checkScanned(form, event.detail));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      checkDropped(form, area.value);
    });
    if (location.hash.length > 1) {
      area.value = decoded(location.hash.slice(1));
      checkDropped(form, area.value);
    }
  };

  // A log watched over time: the browser keeps the last checkpoint it has verified.

  const fetched = async (url) => {
    const answer = await fetch(url).catch(() => null);
    if (!answer || answer.status >= 500) throw new Unreachable();
    return answer;
  };

  const checkGrowth = (place) =>
    report(place, async () => {
      const { vkey, checkpointUrl, consistencyUrl } = place.dataset;
      const kept = `tongban-checkpoint:${vkey.split("+")[0]}`;
      const seen = localStorage.getItem(kept);
      const older = seen && (await openCheckpoint(seen, vkey));
      if (!older || older.size === 0) {
        const note = await (await fetched(checkpointUrl)).text();
        const newest = await openCheckpoint(note, vkey);
        localStorage.setItem(kept, note);
        return { state: "first", size: newest.size, root: toHex(newest.root) };
      }
      const answer = await fetched(`${consistencyUrl}?old=${older.size}`);
      demand(answer.ok, "older-larger"); // The log says it was never that large.
      const grown = await answer.json();
      const newest = await openCheckpoint(grown.checkpoint, vkey);
      await verifyConsistency(older, newest, grown.hashes.map(fromBase64));
      localStorage.setItem(kept, grown.checkpoint);
      return { state: "ok", old: older.size, size: newest.size, root: toHex(newest.root) };
    });

  const PLACES = { "[data-proof-url]": checkBadge, "[data-verify-receipt]": waitForReceipt, "[data-monitor]": checkGrowth };
  const started = new WeakSet();
  const start = (root) => {
    for (const [selector, begin] of Object.entries(PLACES)) {
      for (const place of root.querySelectorAll(selector)) {
        if (!started.has(place)) begin(place);
        started.add(place);
      }
    }
  };

  globalThis.tongbanVerify = {
    Rejected, leafHash, openCheckpoint, readReceipt, verifyCase, verifyCaseFile, verifyConsistency, verifyInclusion, verifyReceipt,
  };
  if (globalThis.document) {
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => start(document));
    else start(document);
    document.addEventListener("htmx:after:swap", (event) => start(event.target));
  }
})();
