package alerts

import (
	"strings"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// ParseMapped implements ports.AlertParser. An expression sees the alert as body:
// objects and lists as they are, texts without changes, and numbers as text in
// their own spelling, so that none becomes a float. What is not there is nil, and
// so is a text of more than 1000 characters. What an expression gives is read as
// the value of its field, as of any format; nil says nothing.
func (p *Parser) ParseMapped(mapping domain.Mapping, body []byte) (ports.ParsedAlert, error) {
	if p.expressions == nil {
		return ports.ParsedAlert{}, noExpressions()
	}
	if err := checkText(body); err != nil {
		return ports.ParsedAlert{}, err
	}
	m := &message{text: string(body)}
	members, err := m.object()
	if err != nil {
		return ports.ParsedAlert{}, err
	}
	f, seen := &fields{}, seenObject(members)
	for _, name := range domain.MappingFields() {
		if source, ok := mapping[name]; ok {
			f.evaluate(p.expressions, name, source, seen)
		}
	}
	intent := f.mapped()
	if err := f.faults.err(mappingRank); err != nil {
		return ports.ParsedAlert{}, err
	}
	sent := fields{members: members}
	return ports.ParsedAlert{Format: domain.AlertFormatCustom, Intents: []domain.Intent{intent}, Fields: sent.scalars()}, nil
}

// CheckMapping implements ports.AlertParser.
func (p *Parser) CheckMapping(mapping domain.Mapping) error {
	if p.expressions == nil {
		return noExpressions()
	}
	var f faults
	for _, name := range domain.MappingFields() {
		if source, ok := mapping[name]; ok {
			f.take("mapping."+name, p.expressions.Check(source))
		}
	}
	return f.err(func(string) int { return 0 })
}

// noExpressions is said where the parser has nothing to evaluate them with.
func noExpressions() error {
	return domain.Invalid("not_built_yet", "format", "custom mappings are not offered here")
}

// evaluate makes a member of what an expression gives.
func (f *fields) evaluate(e ports.Expressions, name, source string, body map[string]any) {
	result, err := e.Run(source, body)
	if err != nil {
		f.faults.unreadable("expression_failed", name, "the webhook's expression for this field fails on this alert")
		return
	}
	switch v := result.(type) {
	case nil:
	case string:
		f.members = append(f.members, member{name, value{kind: kindString, text: v}})
	case bool:
		f.members = append(f.members, member{name, value{kind: kindBool, text: map[bool]string{true: "true", false: "false"}[v]}})
	default:
		f.faults.unreadable("not_text", name, "the webhook's expression for this field gives neither text nor nothing; numbers are text here")
	}
}

func (f *fields) mapped() domain.Intent {
	i := domain.Intent{
		Symbol:           f.symbolRequired("symbol"),
		Action:           f.mappedAction(),
		Sentiment:        f.sentimentIn("sentiment"),
		Quantity:         amount(f, "quantity", domain.ParseQuantity),
		Notional:         amount(f, "notional", domain.ParseMoney),
		TargetPosition:   amount(f, "target_position", domain.ParseNet),
		PreviousPosition: amount(f, "previous_position", domain.ParseNet),
		LimitPrice:       amount(f, "limit_price", domain.ParsePrice),
		StopPrice:        amount(f, "stop_price", domain.ParsePrice),
		ReferencePrice:   amount(f, "reference_price", domain.ParsePrice),
		SenderTime:       f.time("sender_time"),
		MaxAgeSeconds:    f.seconds("max_age_seconds"),
	}
	if w, ok := f.word("type"); ok {
		t, err := domain.ParseOrderType(w)
		if err != nil {
			f.faults.take("type", err)
		}
		i.OrderType = t
	}
	if w, ok := f.word("time_in_force"); ok {
		t, err := domain.ParseTimeInForce(w)
		if err != nil {
			f.faults.take("time_in_force", err)
		}
		i.TimeInForce = t
	}
	i.TakeProfit = f.mappedLevel("take_profit")
	if level := f.mappedLevel("stop_loss"); level != nil {
		i.StopLoss = &domain.StopLoss{Level: *level}
	}
	return f.check(i, renamed(map[string]string{"take_profit": "take_profit_price", "stop_loss": "stop_loss_price"}))
}

func (f *fields) mappedAction() domain.Action {
	w, ok := f.wordRequired("action", "the webhook's expression for the action gives nothing on this alert")
	if !ok {
		return ""
	}
	action, err := domain.ParseAction(w)
	if err != nil {
		f.faults.take("action", err)
	}
	return action
}

func (f *fields) mappedLevel(name string) *domain.Level {
	level := domain.Level{
		Price:   amount(f, name+"_price", domain.ParsePrice),
		Percent: amount(f, name+"_percent", domain.ParseQuantity),
	}
	if level.Price == nil && level.Percent == nil {
		return nil
	}
	return &level
}

func mappingRank(field string) int {
	for i, name := range domain.MappingFields() {
		if name == field {
			return i
		}
	}
	return len(domain.MappingFields())
}

// maxSeenText bounds the texts that expressions see.
const maxSeenText = 1000

// seenObject gives members as an expression sees them.
func seenObject(members []member) map[string]any {
	object := make(map[string]any, len(members))
	for _, m := range members {
		object[m.name] = seen(m.value)
	}
	return object
}

func seen(v value) any {
	switch v.kind {
	case kindString, kindNumber:
		if len(v.text) <= maxSeenText {
			return strings.Clone(v.text)
		}
	case kindBool:
		return v.text == "true"
	case kindObject:
		return seenObject(v.members)
	case kindArray:
		list := make([]any, len(v.items))
		for i, item := range v.items {
			list[i] = seen(item)
		}
		return list
	case kindNull:
	}
	return nil
}
