// Package filejournal keeps the history of paper accounts in a directory: one
// file an account, to which every append adds one line and is on the disk before
// it returns.
//
// A line is the checksum of what follows (CRC-32, IEEE, 8 hexadecimal digits), a
// space and a JSON array of the entries that were appended together, so that an
// append is there as a whole or not at all. A last line that is cut short or does
// not match its checksum was never confirmed: it is not read, and the next append
// takes its place. Such a line anywhere else is damage, told as KindInternal, and
// nothing is appended behind it.
//
// Several processes of one machine may use one directory. The directory must be
// on a file system whose locks and fsync are real.
package filejournal
