package args

import "unsafe"

// TapeSlots is how many slots a tape has: its operands, then its own cells.
const TapeSlots = 64

// A TapeSlot is an operand of a tape. Strides are in bytes and may be negative or 0.
type TapeSlot struct {
	Ptr unsafe.Pointer // the element of the first row and column
	Row int            // from a row to the next
	Col int            // from a column to the next, for strided operands; those never reach a kernel
	Cur uintptr        // the kernel's own: Ptr in the current row
}

// Tape is the block of a tape kernel: it runs the instructions at Code over Rows x Cols elements of 4 bytes a lane.
// Code is of 16-byte instructions: the address of a handler and its operand.
type Tape struct {
	Code    unsafe.Pointer // *[]TapeInstr
	Slots   unsafe.Pointer // *[TapeSlots]TapeSlot
	Scratch unsafe.Pointer // of one thread; 64-byte aligned
	NSlots  int            // slots that move from row to row
	NCells  int            // slots in all
	Rows    int            // > 0
	Cols    int            // >= 0
	Row     int32          // index of the current row, counted from what the caller sets
	Col0    int32          // index of the first column
	Bound   uintptr        // from an instruction to the room for what its operands are bound to
	Binds   unsafe.Pointer // *[]TapeBind
	NBinds  int
	Count   int32   // Cols
	CountF  float32 // Cols
}

// A TapeBind is an operand of an instruction whose element is in memory. Instructions are shared and cannot hold an
// address, so that each call has room of its own beside them: two addresses for each instruction.
type TapeBind struct {
	At   uint32 // in that room: 8 bytes behind the instruction's place for the first operand, there for the second
	Slot uint32 // offset of the slot that has the address
}

// A TapeInstr is one instruction of a tape.
type TapeInstr struct {
	Handler uintptr
	X, Y    uint32
}
