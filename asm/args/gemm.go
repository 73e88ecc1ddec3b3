package args

import "unsafe"

// A Seg is a run of k steps of a product: K columns of A from byte offset A, rows of B from byte offset B. A product has one; a
// convolution has one for each row of its window.
type Seg struct {
	A, B, K int
}

// A Gemm is Tiles tiles, one below the other, of C = init + A*B + bias: M rows and N columns each.
type Gemm struct {
	A    unsafe.Pointer // element (i, k) at i*Rsa + k*Csa
	B    unsafe.Pointer // element (k, j) at k*Ldb + j/16*Ps + j%16*4
	C    unsafe.Pointer // element (i, j) at i*Ldc + j*4
	Bias unsafe.Pointer // N floats that are added last, or nil
	Segs unsafe.Pointer // *Seg; NSeg of them, in order
	NSeg int
	Rsa  int
	Csa  int
	Ldb  int
	Ps   int
	Ldc  int

	M     int // rows of a tile, 1..MR; 0 writes nothing
	N     int // columns, 1..NR; 0 writes nothing
	NB    int // columns of B that may be read: N, or N rounded up to 16 if B is packed
	Tiles int
	Init  int // 1 begins at C, 0 at zero, and C is not read
	Seg   Seg // room for the one segment of a plain product

	// Ahead is how far behind B's current line lies one that will soon be read: tiles of packed B ask for it on the way. Each
	// tile moves it on by a panel; after AheadTiles of them it is 0. An address that no one owns does no harm.
	Ahead, AheadTiles int

	Asks int // 1: tiles of packed B ask for what the tile below begins with, of A, if its Csa is 4, and C; others for steps of A far ahead

	// Such tiles ask for other parts of the strip that lies Strip behind this one: each goes Pace bytes on in every four steps, from
	// where the one before has ended, the first where steps of Paced bytes would.
	Strip, Pace, Paced int

	Room unsafe.Pointer // of a row on tile registers: their shapes, 64 bytes, then room for 64 bytes of each of 32 rows of A
}
