//go:build race

package archive

// stride of the tests that stop at every step: under the race detector, which
// looks for something else and is twenty times slower, they stop at every 14th.
const stride = 14

// campaign is by what campaigns of random trials are shorter.
const campaign = 4
