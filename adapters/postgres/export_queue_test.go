package postgres

// ClaimSQL is the statement of Lanes.Claim.
const ClaimSQL = claimSQL
