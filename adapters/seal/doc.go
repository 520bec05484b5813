// Package seal closes broker credentials with AES-256-GCM under a master key.
//
// What is sealed can be opened for the same owner, account and version of
// credentials alone, and with the key that sealed it: the present one, or the
// previous one while keys are changed. It begins with the format and the mark of
// its key, which tell which key is missing and nothing else.
package seal
