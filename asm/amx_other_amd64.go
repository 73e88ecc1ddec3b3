//go:build !linux && !purego

package asm

// askForTiles: how other systems are asked is not known here.
func askForTiles() string { return "on this system tiles are not asked for" }
