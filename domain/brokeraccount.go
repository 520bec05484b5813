package domain

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// BrokerKind names the adapter a broker account is reached through.
type BrokerKind string

// BrokerKindPaper is the broker inside hookfill: it fills against prices it is
// told and risks nothing.
const BrokerKindPaper BrokerKind = "paper"

// BrokerKinds lists the kinds built so far.
func BrokerKinds() []BrokerKind { return []BrokerKind{BrokerKindPaper, BrokerKindAlpaca} }

// NeedsCredentials reports whether an account of the kind is opened with
// credentials.
func (k BrokerKind) NeedsCredentials() bool { return k == BrokerKindAlpaca }

// ParseBrokerKind reads one of BrokerKinds.
func ParseBrokerKind(s string) (BrokerKind, error) {
	return parseWord("unsupported_broker", s, BrokerKinds())
}

// PaperSettings set up a paper account.
type PaperSettings struct {
	// Cash is what the account starts with, 0 or more; fixed once opened.
	Cash Money
}

// BrokerAccount is one account of one user at one broker.
type BrokerAccount struct{ s BrokerAccountSnapshot }

// BrokerAccountSnapshot is a broker account as it is stored.
type BrokerAccountSnapshot struct {
	ID     BrokerAccountID
	UserID UserID
	Name   string
	Kind   BrokerKind
	Paper  PaperSettings
	// Alpaca is set for accounts of that kind.
	Alpaca AlpacaSettings
	// CredentialsVersion counts the credentials the account was given; 0 is none.
	CredentialsVersion int
	// Trouble is what keeps the account from trading, nil for nothing.
	Trouble   *AccountTrouble
	CreatedAt time.Time
	UpdatedAt time.Time
	DeletedAt *time.Time
	Version   int
}

// DefaultPaperCash is what a paper account starts with when nothing is said.
func DefaultPaperCash() Money { return MustMoney("100000") }

const maxNameLength = 100

func checkName(f *faults, name string) {
	if !isName(name) {
		f.add("invalid_name", "name", "a name has 1 to 100 printable characters")
	}
}

// isName reports whether s can stand in a list, a log line and a database.
func isName(s string) bool {
	return strings.TrimSpace(s) != "" && utf8.ValidString(s) && utf8.RuneCountInString(s) <= maxNameLength &&
		!strings.ContainsFunc(s, unicode.IsControl)
}

// NewBrokerAccount opens an account from the ID, UserID, Name, Kind, Paper, Alpaca
// and CreatedAt of s, without credentials as yet; every fault is reported at once, as KindInvalid.
func NewBrokerAccount(s BrokerAccountSnapshot) (*BrokerAccount, error) {
	var f faults
	checkName(&f, s.Name)
	if _, err := ParseBrokerKind(string(s.Kind)); err != nil {
		f.addErr("kind", err)
	}
	if s.Kind == BrokerKindAlpaca {
		s.Alpaca.check(&f)
	}
	if s.Paper.Cash.Cmp(Money{}) < 0 {
		f.add("negative_cash", "settings.cash", "a paper account starts with 0 or more")
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	s.UpdatedAt, s.DeletedAt, s.Version = s.CreatedAt, nil, 1
	s.CredentialsVersion, s.Trouble = 0, nil
	return &BrokerAccount{s}, nil
}

// RestoreBrokerAccount rebuilds a stored account.
func RestoreBrokerAccount(s BrokerAccountSnapshot) *BrokerAccount { return &BrokerAccount{s.clone()} }

// Snapshot gives everything there is to store. It shares nothing with a that
// can change.
func (a *BrokerAccount) Snapshot() BrokerAccountSnapshot { return a.s.clone() }

func (s BrokerAccountSnapshot) clone() BrokerAccountSnapshot {
	s.DeletedAt, s.Trouble = copied(s.DeletedAt), copied(s.Trouble)
	return s
}

// ID gives the account's id.
func (a *BrokerAccount) ID() BrokerAccountID { return a.s.ID }

// UserID gives the owner.
func (a *BrokerAccount) UserID() UserID { return a.s.UserID }

// Kind names the adapter the account is reached through.
func (a *BrokerAccount) Kind() BrokerKind { return a.s.Kind }

// Rename gives the account another name.
func (a *BrokerAccount) Rename(name string, now time.Time) error {
	var f faults
	checkName(&f, name)
	if err := f.err(); err != nil {
		return err
	}
	a.s.Name, a.s.UpdatedAt = name, now
	return nil
}

// Remove closes the account for new orders; what it traded stays readable. It
// is a conflict while orders are open or a webhook routes to it.
func (a *BrokerAccount) Remove(openOrders, routes int, now time.Time) error {
	if openOrders > 0 {
		return Conflict("orders_open", "the account has open orders; cancel them first")
	}
	if routes > 0 {
		return Conflict("account_in_use", "a webhook routes to this account; change or delete the webhook first")
	}
	a.s.DeletedAt, a.s.UpdatedAt = &now, now
	return nil
}
