// Checks our log with golang.org/x/mod/sumdb: note.Open, tlog.CheckRecord, tlog.CheckTree, tlog.TileHashReader.
// Reads the questions as JSON, answers each with true or false. Only the glue is ours.
package main

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type questions struct {
	Vkey   string
	Cases  []struct{ Name, Note, Entry string; Index int64; Hashes []string }
	Growth []struct{ Name, Older, Newer string; Hashes []string }
	Logs   []struct{ Name, Folder, Note string }
}

func decode(text string) []byte {
	content, err := base64.StdEncoding.DecodeString(text)
	check(err)
	return content
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func hashesOf(texts []string) (hashes []tlog.Hash) {
	for _, text := range texts {
		var hash tlog.Hash
		if copy(hash[:], decode(text)) != tlog.HashSize {
			panic("not a hash")
		}
		hashes = append(hashes, hash)
	}
	return
}

// treeOf reads "origin, size, root" from a note that the key has signed.
func treeOf(vkey, text string) tlog.Tree {
	verifier, err := note.NewVerifier(vkey)
	check(err)
	opened, err := note.Open([]byte(text), note.VerifierList(verifier))
	check(err)
	lines := strings.Split(opened.Text, "\n")
	if lines[0] != verifier.Name() {
		panic("another origin")
	}
	var size int64
	_, err = fmt.Sscan(lines[1], &size)
	check(err)
	return tlog.Tree{N: size, Hash: hashesOf(lines[2:3])[0]}
}

// folder is a log as files; Go names tiles tile/8/<level>, tlog-tiles leaves the 8 out.
type folder string

func (f folder) Height() int                      { return 8 }
func (f folder) SaveTiles([]tlog.Tile, [][]byte) {}
func (f folder) ReadTiles(tiles []tlog.Tile) (data [][]byte, err error) {
	for _, tile := range tiles {
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		content, err := os.ReadFile(filepath.Join(string(f), path))
		if err != nil {
			return nil, err
		}
		data = append(data, content)
	}
	return data, nil
}

// readLog checks every entry of the log against its proven tiles.
func readLog(f folder, tree tlog.Tree) {
	reader := tlog.TileHashReader(tree, f)
	for first := int64(0); first < tree.N; first += 256 {
		path := strings.Replace(tlog.Tile{H: 8, L: 0, N: first / 256, W: int(min(256, tree.N-first))}.Path(), "tile/8/0", "tile/entries", 1)
		bundle, err := os.ReadFile(filepath.Join(string(f), path))
		check(err)
		for index := first; len(bundle) > 0; index++ {
			length := int(binary.BigEndian.Uint16(bundle))
			found, err := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, index)})
			check(err)
			if found[0] != tlog.RecordHash(bundle[2 : 2+length]) {
				panic("another entry")
			}
			bundle = bundle[2+length:]
		}
	}
}

func min(a, b int64) int64 {
	if a < b {
		return a
	}
	return b
}

// holds is whether the act ends without complaint.
func holds(act func()) (held bool) {
	defer func() { held = recover() == nil }()
	act()
	return
}

func main() {
	var asked questions
	check(json.NewDecoder(os.Stdin).Decode(&asked))
	answers := map[string]bool{}
	for _, one := range asked.Cases {
		answers[one.Name] = holds(func() {
			tree := treeOf(asked.Vkey, one.Note)
			check(tlog.CheckRecord(hashesOf(one.Hashes), tree.N, tree.Hash, one.Index, tlog.RecordHash(decode(one.Entry))))
		})
	}
	for _, one := range asked.Growth {
		answers[one.Name] = holds(func() {
			older, newer := treeOf(asked.Vkey, one.Older), treeOf(asked.Vkey, one.Newer)
			check(tlog.CheckTree(hashesOf(one.Hashes), newer.N, newer.Hash, older.N, older.Hash))
		})
	}
	for _, one := range asked.Logs {
		answers[one.Name] = holds(func() { readLog(folder(one.Folder), treeOf(asked.Vkey, one.Note)) })
	}
	check(json.NewEncoder(os.Stdout).Encode(answers))
}
