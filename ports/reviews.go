package ports

import (
	"unicode"
	"unicode/utf8"

	"github.com/hookfill/hookfill/domain"
)

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

// maxReviewReason is how much may be said of why.
const maxReviewReason = 500

// ReviewWord is what a person says of an order that needs review, and why.
type ReviewWord struct {
	Action ReviewAction
	// Reason is kept with the order: 1 to 500 printable characters.
	Reason string
	// BrokerOrderID says which order of the broker's it is. Only an adopt has it:
	// it must where the broker cannot be asked, and where it can and it is not
	// empty, it must be what the broker says.
	BrokerOrderID string
}

// Check gives what is wrong with a word by itself, as KindInvalid.
func (w ReviewWord) Check() error {
	if _, err := ParseReviewAction(string(w.Action)); err != nil {
		return err
	}
	if n := utf8.RuneCountInString(w.Reason); n == 0 || n > maxReviewReason || !isPrintable(w.Reason) {
		return domain.Invalid("invalid_reason", "reason", "say why in 1 to 500 printable characters; it is kept with the order")
	}
	if w.BrokerOrderID != "" && w.Action != ReviewAdopt {
		return domain.Invalid("invalid_broker_order_id", "broker_order_id", "only an adopt names the broker's order")
	}
	if utf8.RuneCountInString(w.BrokerOrderID) > 128 || !isPrintable(w.BrokerOrderID) {
		return domain.Invalid("invalid_broker_order_id", "broker_order_id", "must be at most 128 printable characters")
	}
	return nil
}

func isPrintable(s string) bool {
	for _, r := range s {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return false
		}
	}
	return true
}
