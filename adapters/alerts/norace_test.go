//go:build !race

package alerts_test

const slowdown = 1
