package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"
)

// table is what a person reads where a program reads JSON.
type table struct {
	header []string
	rows   [][]string
}

// show prints v as JSON or t as a table.
func show(env environment, asJSON bool, v any, t table) error {
	if asJSON {
		e := json.NewEncoder(env.stdout)
		e.SetIndent("", "  ")
		e.SetEscapeHTML(false)
		return e.Encode(v)
	}
	w := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
	if len(t.header) > 0 {
		fmt.Fprintln(w, strings.Join(t.header, "\t"))
	}
	for _, row := range t.rows {
		fmt.Fprintln(w, strings.Join(row, "\t"))
	}
	return w.Flush()
}

// printer prints records of the API.
type printer struct {
	env    environment
	asJSON bool
}

// column is a heading and the path of its value in a record.
type column struct {
	heading string
	path    string
}

// list prints records a row each.
func (p printer) list(items []json.RawMessage, columns ...column) error {
	t := table{}
	for _, c := range columns {
		t.header = append(t.header, c.heading)
	}
	for _, item := range items {
		var record map[string]any
		if err := json.Unmarshal(item, &record); err != nil {
			return fmt.Errorf("the server's answer cannot be read: %w", err)
		}
		row := make([]string, len(columns))
		for i, c := range columns {
			row[i] = textAt(record, c.path)
		}
		t.rows = append(t.rows, row)
	}
	if items == nil {
		items = []json.RawMessage{}
	}
	return show(p.env, p.asJSON, items, t)
}

// record prints one record, a line a field; what is nested stays JSON.
func (p printer) record(body json.RawMessage) error {
	if p.asJSON {
		return show(p.env, true, body, table{})
	}
	d := json.NewDecoder(strings.NewReader(string(body)))
	if _, err := d.Token(); err != nil {
		return fmt.Errorf("the server's answer cannot be read: %w", err)
	}
	t := table{}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return fmt.Errorf("the server's answer cannot be read: %w", err)
		}
		var value any
		if err := d.Decode(&value); err != nil {
			return fmt.Errorf("the server's answer cannot be read: %w", err)
		}
		t.rows = append(t.rows, []string{fmt.Sprint(name), text(value)})
	}
	return show(p.env, false, nil, t)
}

// done prints what happened where there is no record to print.
func (p printer) done(message string) error {
	if p.asJSON {
		return show(p.env, true, map[string]string{"result": message}, table{})
	}
	_, err := fmt.Fprintln(p.env.stdout, message)
	return err
}

func textAt(record map[string]any, path string) string {
	var value any = record
	for name := range strings.SplitSeq(path, ".") {
		inner, ok := value.(map[string]any)
		if !ok {
			return "-"
		}
		value = inner[name]
	}
	return text(value)
}

func text(value any) string {
	switch v := value.(type) {
	case nil:
		return "-"
	case string:
		if v == "" {
			return "-"
		}
		return v
	case map[string]any:
		if len(v) > 0 {
			return objectText(v)
		}
		return "-"
	case []any:
		return jsonText(v)
	}
	return fmt.Sprint(value)
}

// objectText says off of limits none of which is set.
func objectText(fields map[string]any) string {
	for _, value := range fields {
		if value != nil {
			return jsonText(fields)
		}
	}
	return "off"
}

func jsonText(value any) string {
	b, err := json.Marshal(value)
	if err != nil {
		return "?"
	}
	return string(b)
}
