// Checks evidence with golang.org/x/mod/sumdb, the transparency-log code of the Go toolchain.
// Reads one JSON document on standard input; exits 1 at the first thing that does not hold.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type evidence struct {
	VKey, SKey, Checkpoint string
	Inclusions             []struct {
		Index int64
		Leaf  []byte
		Path  []tlog.Hash
	}
	Consistencies []struct {
		OldSize int64
		OldRoot tlog.Hash
		Path    []tlog.Hash
	}
}

func main() {
	var e evidence
	must(json.NewDecoder(os.Stdin).Decode(&e))

	verifier, err := note.NewVerifier(e.VKey)
	must(err)
	opened, err := note.Open([]byte(e.Checkpoint), note.VerifierList(verifier))
	must(err)

	var size int64
	lines := strings.Split(opened.Text, "\n")
	_, err = fmt.Sscanf(lines[1], "%d", &size)
	must(err)
	root, err := tlog.ParseHash(lines[2])
	must(err)

	for _, p := range e.Inclusions {
		must(tlog.CheckRecord(p.Path, size, root, p.Index, tlog.RecordHash(p.Leaf)))
	}
	for _, p := range e.Consistencies {
		must(tlog.CheckTree(p.Path, size, root, p.OldSize, p.OldRoot))
	}

	signer, err := note.NewSigner(e.SKey)
	must(err)
	signed, err := note.Sign(&note.Note{Text: opened.Text}, signer)
	must(err)
	if !bytes.Equal(signed, []byte(e.Checkpoint)) {
		must(fmt.Errorf("the same key signs another note"))
	}
	fmt.Println(len(e.Inclusions), len(e.Consistencies))
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
