package ports

import "github.com/hookfill/hookfill/domain"

// ReviewAction is what a person says of an order that needs review.
type ReviewAction string

// The actions.
const (
	// ReviewAdopt: the broker has the order; it is looked up and recorded.
	ReviewAdopt ReviewAction = "adopt"
	// ReviewNotPlaced: the broker does not have the order and never will.
	ReviewNotPlaced ReviewAction = "not_placed"
	// ReviewResend: the order is sent once more, under the same client order id,
	// however old it is.
	ReviewResend ReviewAction = "resend"
)

// ReviewActions lists the actions.
func ReviewActions() []ReviewAction {
	return []ReviewAction{ReviewAdopt, ReviewNotPlaced, ReviewResend}
}

// ParseReviewAction reads one of ReviewActions; anything else is KindInvalid.
func ParseReviewAction(s string) (ReviewAction, error) {
	for _, a := range ReviewActions() {
		if string(a) == s {
			return a, nil
		}
	}
	return "", domain.Invalid("invalid_action", "action", "must be adopt, not_placed or resend")
}
