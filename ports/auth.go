package ports

import (
	"context"

	"github.com/hookfill/hookfill/domain"
)

// TokenVerifier tells who sent a bearer token.
type TokenVerifier interface {
	// Verify gives the caller a token names. A token that is malformed, expired,
	// not signed by whom we trust or not for us is KindUnauthenticated, the same
	// error for each. A verifier that has to ask somebody else, cannot, and was
	// never told before is KindUnavailable.
	Verify(ctx context.Context, token string) (domain.Principal, error)
}

// Users knows the people of local mode, where no sign-in service keeps them.
type Users interface {
	// Ensure makes the user known, so that rows can be theirs. Calling it again
	// changes nothing.
	Ensure(ctx context.Context, id domain.UserID) error
}
