package domain

import (
	"slices"
	"strings"
)

// parseWord reads one of a closed set of lower-case words.
func parseWord[E ~string](code, s string, words []E) (E, error) {
	if w := E(s); slices.Contains(words, w) {
		return w, nil
	}
	names := make([]string, len(words))
	for i, w := range words {
		names[i] = string(w)
	}
	return "", Invalid(code, "", "must be one of "+strings.Join(names, ", "))
}
