//go:build race

package main_test

// raced makes the program under test as thorough as its specs.
const raced = true
