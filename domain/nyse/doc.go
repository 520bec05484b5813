// Package nyse tells when the New York Stock Exchange trades: its holidays and
// early closes by rule, the days it closed for other reasons by name, and the
// clock in New York. It reads no clock and no file.
//
// The rules are those in force since 2007, when the United States moved their
// daylight saving time. What is asked of an earlier year is answered by the same
// rules and may be wrong.
package nyse
