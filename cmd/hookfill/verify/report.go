package verify

// Invariant is one promise and what was found to break it.
type Invariant struct {
	ID   string `json:"id"`
	Rule string `json:"rule"`
	// Judged is false for what was not asked for.
	Judged bool `json:"judged"`
	// Broken counts what breaks the promise; Rows are the first of them.
	Broken int   `json:"broken"`
	Rows   []Row `json:"rows"`
}

// Row is one thing that breaks a promise. It never repeats a secret.
type Row struct {
	Subject string `json:"subject"`
	Problem string `json:"problem"`
}

// Report is the verdict about one snapshot.
type Report struct {
	Invariants []Invariant `json:"invariants"`
	Totals     Totals      `json:"totals"`
	// WithoutRecord names the broker accounts nobody's record was read of: what
	// their broker did is not judged.
	WithoutRecord []string `json:"without_record"`
}

// Totals say how much was judged.
type Totals struct {
	Deliveries   int64 `json:"deliveries"`
	Signals      int64 `json:"signals"`
	Tickets      int64 `json:"tickets"`
	Orders       int64 `json:"orders"`
	BrokerOrders int64 `json:"broker_orders"`
	Lanes        int64 `json:"lanes"`
}

// Broken counts the invariants that do not hold.
func (r Report) Broken() int {
	n := 0
	for _, i := range r.Invariants {
		if i.Broken > 0 {
			n++
		}
	}
	return n
}
