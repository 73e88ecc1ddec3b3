// Package policy holds the project to its own rules: who may import whom, and which modules a user's go.sum may name.
// It is tests only.
package policy
