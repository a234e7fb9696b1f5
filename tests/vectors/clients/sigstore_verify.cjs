// Checks receipts with @sigstore/verify: verifyCheckpoint, verifyMerkleInclusion. Only the glue is ours.
const { createPublicKey } = require("node:crypto");
const path = require("node:path");
const fs = require("node:fs");

const dist = path.join(process.argv[2], "node_modules/@sigstore/verify/dist");
const { verifyCheckpoint } = require(path.join(dist, "tlog/checkpoint.js"));
const { verifyMerkleInclusion } = require(path.join(dist, "tlog/merkle.js"));

const asked = JSON.parse(fs.readFileSync(0, "utf8"));
const [name, id, encoded] = asked.Vkey.split(/\+(?=[0-9a-f]{8}\+)|(?<=\+[0-9a-f]{8})\+/);
const spki = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), Buffer.from(encoded, "base64").subarray(1)]);
const log = {
  logID: Buffer.from(id, "hex"),
  baseURL: name,
  publicKey: createPublicKey({ key: spki, format: "der", type: "spki" }),
};

const check = (one) => {
  const entry = {
    canonicalizedBody: Buffer.from(one.Entry, "base64"),
    inclusionProof: {
      checkpoint: { envelope: one.Note },
      logIndex: String(one.Index),
      hashes: one.Hashes.map((hash) => Buffer.from(hash, "base64")),
    },
  };
  const checkpoint = verifyCheckpoint(entry, [log]);
  if (checkpoint.origin !== name) throw new Error("another origin");
  verifyMerkleInclusion(entry, checkpoint);
};

const answers = {};
for (const one of asked.Cases) {
  try {
    check(one);
    answers[one.Name] = true;
  } catch (error) {
    console.error(one.Name, error.message);
    answers[one.Name] = false;
  }
}
console.log(JSON.stringify(answers));
