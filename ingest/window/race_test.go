//go:build race

package window

// seeds of the traffic that tests count in many ways: under the race detector,
// which is twenty times slower, there is one.
const seeds = 1
