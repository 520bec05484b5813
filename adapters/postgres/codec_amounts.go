package postgres

import "fmt"

// Columns of type numeric travel as text, which is exact in both directions.

// textOf gives an amount as a nullable column has it.
func textOf[A fmt.Stringer](a *A) *string {
	if a == nil {
		return nil
	}
	s := (*a).String()
	return &s
}

// amounts reads the numeric columns of one row and keeps the first fault.
type amounts struct{ err error }

// amountIn reads a column with one of the domain's Restore functions.
func amountIn[A any](r *amounts, column, text string, restore func(string) (A, error)) A {
	a, err := restore(text)
	if err != nil && r.err == nil {
		r.err = corrupt(column, err)
	}
	return a
}

// amountOrNil is amountIn for a nullable column.
func amountOrNil[A any](r *amounts, column string, text *string, restore func(string) (A, error)) *A {
	if text == nil {
		return nil
	}
	a := amountIn(r, column, *text, restore)
	return &a
}
