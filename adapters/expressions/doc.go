// Package expressions evaluates what a custom mapping says of an alert, with
// expr-lang/expr.
//
// An expression sees the alert as body and reaches nothing else: no clock, no
// environment, no file, no network. It has the operators of the language but those
// for ranges and patterns, and no functions over lists; the functions lower, upper,
// trim, trimPrefix, trimSuffix, hasPrefix, hasSuffix, split, first, last and len;
// and add, sub, mul and div, which calculate exactly with numbers as text, div to
// 18 places. Numbers with a point are text here, so that none becomes a float.
//
// What it costs is bounded by its length, 500 characters and 60 parts, and by the
// texts it sees: nothing it may use takes more than linear time.
package expressions
