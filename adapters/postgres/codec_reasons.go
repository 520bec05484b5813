package postgres

import "github.com/hookfill/hookfill/domain"

const emptyList = "[]"

type reasonJSON struct {
	Code    string `json:"code"`
	Field   string `json:"field,omitempty"`
	Message string `json:"message"`
}

type decisionJSON struct {
	Rule    string         `json:"rule"`
	Verdict domain.Verdict `json:"verdict"`
	Detail  string         `json:"detail,omitempty"`
}

// encodeReasons gives a JSON list, empty for none.
func encodeReasons(reasons []domain.Reason) string {
	if len(reasons) == 0 {
		return emptyList
	}
	list := make([]reasonJSON, len(reasons))
	for i, r := range reasons {
		list[i] = reasonJSON(r)
	}
	return encodeJSON(list)
}

// decodeReasons gives nil for an empty list.
func decodeReasons(text string) ([]domain.Reason, error) {
	list, err := decodeJSON[[]reasonJSON]("reasons", text)
	var reasons []domain.Reason
	for _, r := range list {
		reasons = append(reasons, domain.Reason(r))
	}
	return reasons, err
}

// encodeDecisions gives a JSON list, empty for none.
func encodeDecisions(decisions []domain.Decision) string {
	if len(decisions) == 0 {
		return emptyList
	}
	list := make([]decisionJSON, len(decisions))
	for i, d := range decisions {
		list[i] = decisionJSON(d)
	}
	return encodeJSON(list)
}

// decodeDecisions gives nil for an empty list.
func decodeDecisions(text string) ([]domain.Decision, error) {
	list, err := decodeJSON[[]decisionJSON]("decisions", text)
	var decisions []domain.Decision
	for _, d := range list {
		decisions = append(decisions, domain.Decision(d))
	}
	return decisions, err
}
