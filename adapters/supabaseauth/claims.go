package supabaseauth

import (
	"errors"

	"github.com/golang-jwt/jwt/v5"

	"github.com/hookfill/hookfill/domain"
)

// claims are what is read of an access token. What a user can write, the
// user_metadata, is not.
type claims struct {
	jwt.RegisteredClaims
	Role string `json:"role"`
	// IsAnonymous is missing in what was issued before there were anonymous users.
	IsAnonymous bool `json:"is_anonymous"`
	AppMetadata struct {
		Operator bool `json:"hookfill_operator"`
	} `json:"app_metadata"`
}

func (c claims) principal() (domain.Principal, error) {
	if c.Role != audience {
		return domain.Principal{}, unauthenticated(errors.New("the token is a role's"))
	}
	if c.IsAnonymous {
		return domain.Principal{}, unauthenticated(errors.New("the user is anonymous"))
	}
	user, err := domain.ParseID[domain.User](c.Subject)
	if err != nil || user.IsZero() {
		return domain.Principal{}, unauthenticated(errors.New("the subject is no user"))
	}
	return domain.Principal{UserID: user, Operator: c.AppMetadata.Operator}, nil
}
