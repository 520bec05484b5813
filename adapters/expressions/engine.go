package expressions

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/vm"
	"github.com/shopspring/decimal"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// The bounds of an expression. What it may use takes no more than time linear in
// the texts it sees, and there are few of them.
const (
	maxExpressionNodes  = 60
	maxExpressionMemory = 10_000
	maxExpressionsKept  = 4096
)

// Engine evaluates expressions and keeps what it has compiled, up to 4096 of them.
// It is safe for concurrent use.
type Engine struct {
	mu   sync.Mutex
	kept map[string]*vm.Program
}

var _ ports.Expressions = (*Engine)(nil)

// New makes an engine that has compiled nothing yet.
func New() *Engine { return &Engine{kept: map[string]*vm.Program{}} }

// Check implements ports.Expressions.
func (e *Engine) Check(source string) error {
	_, err := e.compiled(source)
	return err
}

// Run implements ports.Expressions.
func (e *Engine) Run(source string, body map[string]any) (any, error) {
	program, err := e.compiled(source)
	if err != nil {
		return nil, err
	}
	machine := vm.VM{MemoryBudget: maxExpressionMemory}
	result, err := machine.Run(program, map[string]any{"body": body})
	if err != nil {
		// What the library says may repeat what the alert says, a secret among it.
		return nil, domain.Invalid("expression_failed", "", "the expression fails on this alert")
	}
	return result, nil
}

func (e *Engine) compiled(source string) (*vm.Program, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if program, ok := e.kept[source]; ok {
		return program, nil
	}
	if len(source) > domain.MaxExpressionLength {
		return nil, unreadable(errors.New("it has more than 500 characters"))
	}
	program, err := compile(source)
	if err != nil {
		return nil, unreadable(err)
	}
	if len(e.kept) == maxExpressionsKept {
		clear(e.kept)
	}
	e.kept[source] = program
	return program, nil
}

func compile(source string) (*vm.Program, error) {
	banned := &bannedNodes{}
	options := []expr.Option{
		expr.Env(map[string]any{"body": map[string]any{}}), expr.MaxNodes(maxExpressionNodes),
		expr.DisableAllBuiltins(), expr.Patch(banned),
		calculation("add", func(a, b decimal.Decimal) (decimal.Decimal, error) { return a.Add(b), nil }),
		calculation("sub", func(a, b decimal.Decimal) (decimal.Decimal, error) { return a.Sub(b), nil }),
		calculation("mul", func(a, b decimal.Decimal) (decimal.Decimal, error) { return a.Mul(b), nil }),
		calculation("div", divided),
	}
	for _, name := range []string{
		"lower", "upper", "trim", "trimPrefix", "trimSuffix", "hasPrefix", "hasSuffix", "split", "first", "last", "len",
	} {
		options = append(options, expr.EnableBuiltin(name))
	}
	program, err := expr.Compile(source, options...)
	if err != nil {
		return nil, err
	}
	return program, banned.err
}

// bannedNodes refuses what costs more than linear time, and floats.
type bannedNodes struct{ err error }

// Visit implements ast.Visitor.
func (b *bannedNodes) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.FloatNode:
		b.err = errors.New("a number with a point is written as text, \"0.5\"")
	case *ast.BinaryNode:
		if n.Operator == "matches" || n.Operator == ".." {
			b.err = fmt.Errorf("the operator %s is not offered", n.Operator)
		}
	case *ast.PredicateNode:
		b.err = errors.New("functions over lists are not offered")
	}
}

// calculation is a function of two numbers as text that is exact.
func calculation(name string, of func(a, b decimal.Decimal) (decimal.Decimal, error)) expr.Option {
	return expr.Function(name, func(params ...any) (any, error) {
		var numbers [2]decimal.Decimal
		for i, param := range params {
			n, err := domain.ParseNet(strings.TrimSpace(fmt.Sprint(param)))
			if err != nil {
				return nil, err
			}
			numbers[i] = n.Decimal()
		}
		result, err := of(numbers[0], numbers[1])
		if err != nil {
			return nil, err
		}
		return result.String(), nil
	}, new(func(any, any) string))
}

// divisionPlaces is how exact a division is.
const divisionPlaces = 18

func divided(a, b decimal.Decimal) (decimal.Decimal, error) {
	if b.IsZero() {
		return decimal.Decimal{}, errors.New("division by zero")
	}
	quotient, _ := a.QuoRem(b, divisionPlaces)
	return quotient, nil
}

// unreadable gives the first line of what is wrong with an expression.
func unreadable(err error) error {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return domain.Invalid("invalid_expression", "", "cannot be read: "+strconv.QuoteToGraphic(line))
}
