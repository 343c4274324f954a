package ingest

import "github.com/zeebo/xxh3"

// Hash is the one keyed hash of identifiers: templates, agents, accounts, sketch
// members. The key comes from the state (it is zero for scratch state), so that
// ids survive a run and an attacker who does not know the key cannot aim at
// collisions. Tables hash with a seed of the process instead.
type Hash struct{ Seed uint64 }

// Bytes hashes b. It never returns 0, which stands for "none".
func (h Hash) Bytes(b []byte) uint64 { return xxh3.HashSeed(b, h.Seed) | 1 }

// String hashes s to the same value as Bytes.
func (h Hash) String(s string) uint64 { return xxh3.HashStringSeed(s, h.Seed) | 1 }
