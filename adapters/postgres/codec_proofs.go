package postgres

import "github.com/hookfill/hookfill/domain"

// proofJSON is one of deliveries.proofs.
type proofJSON struct {
	Proof  domain.SenderProof `json:"proof"`
	Result domain.ProofResult `json:"result"`
}

func encodeProofs(shown []domain.ProofShown) string {
	if len(shown) == 0 {
		return emptyList
	}
	return encodeJSON(column(shown, func(p domain.ProofShown) proofJSON { return proofJSON(p) }))
}

func decodeProofs(text string) ([]domain.ProofShown, error) {
	list, err := decodeJSON[[]proofJSON]("proofs", text)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return column(list, func(p proofJSON) domain.ProofShown { return domain.ProofShown(p) }), nil
}
