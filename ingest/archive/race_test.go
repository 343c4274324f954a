//go:build race

package archive

// stride of the tests that stop at every step: under the race detector, which
// looks for something else and is twenty times slower, they stop at every ninth.
const stride = 9
