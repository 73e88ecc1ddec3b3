package tile

import (
	"crypto/sha256"
	"encoding/hex"
)

// A Hash names a program: equal programs, and practically only those, have equal hashes. Generated kernels are found
// by it.
type Hash [16]byte

// String gives 32 hexadecimal digits.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// Hash is the first half of the SHA-256 of the text form.
func (p *Program) Hash() Hash {
	sum := sha256.Sum256([]byte(p.String()))
	return Hash(sum[:16])
}
