package alerts_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/hookfill/hookfill/adapters/alerts"
	"github.com/hookfill/hookfill/domain"
)

// FuzzParse holds every body, as every format, against what the port promises
// of all of them.
func FuzzParse(f *testing.F) {
	seed(f)
	parser := alerts.New()
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, format := range parser.Formats() {
			given := bytes.Clone(body)
			parsed, err := parser.Parse(format, given)
			if !bytes.Equal(given, body) {
				t.Fatal("the body was written to")
			}
			again, errAgain := parser.Parse(format, body)
			if !reflect.DeepEqual(parsed, again) || told(err) != told(errAgain) {
				t.Fatal("two answers to one body")
			}
			if err != nil {
				checkRefusal(t, err)
				continue
			}
			if parsed.Format == domain.AlertFormatAuto || len(parsed.Intents) < 1 || len(parsed.Intents) > 20 {
				t.Fatalf("read as %s with %d intents", parsed.Format, len(parsed.Intents))
			}
			for _, i := range parsed.Intents {
				completed, err := domain.NewIntent(i)
				if err != nil || !reflect.DeepEqual(completed, i) {
					t.Fatalf("not an intent: %v", err)
				}
			}
		}
	})
}

// told is all that an error says.
func told(err error) string {
	if e, ok := errors.AsType[*domain.Error](err); ok {
		return fmt.Sprint(e.Kind, e.Code, e.AllReasons())
	}
	return fmt.Sprint(err)
}

func checkRefusal(t *testing.T, err error) {
	e, ok := errors.AsType[*domain.Error](err)
	switch {
	case !ok || e.Kind != domain.KindInvalid || e.Code == "":
		t.Fatalf("not a refusal: %#v", err)
	case len(e.AllReasons()) > 50:
		t.Fatalf("%d reasons", len(e.AllReasons()))
	}
	for _, r := range e.AllReasons() {
		if r.Code == "" || r.Message == "" || len(r.Field) > 4096 {
			t.Fatalf("a reason without its words, or with too many: %q", r)
		}
	}
}

// FuzzJSON holds the strict reader against encoding/json: what it takes, that
// takes too and reads the same, and what that refuses, it refuses.
func FuzzJSON(f *testing.F) {
	seed(f)
	parser := alerts.New()
	f.Fuzz(func(t *testing.T, body []byte) {
		parsed, err := parser.Parse(alerts.FormatTradersPost, body)
		if err != nil {
			if malformed(err) && json.Valid(body) {
				t.Fatalf("valid JSON refused: %v", err)
			}
			return
		}
		decoder := json.NewDecoder(bytes.NewReader(body))
		decoder.UseNumber()
		var theirs map[string]any
		if err := decoder.Decode(&theirs); err != nil {
			t.Fatalf("taken, and not JSON: %v", err)
		}
		texts := make(map[string]string)
		for name, v := range theirs {
			switch v := v.(type) {
			case string:
				texts[name] = v
			case json.Number:
				texts[name] = v.String()
			case bool:
				texts[name] = map[bool]string{true: "true", false: "false"}[v]
			}
		}
		maps.DeleteFunc(texts, func(name, _ string) bool { return isHidden(parser, name) })
		if !reflect.DeepEqual(texts, parsed.Fields) {
			t.Fatalf("read as %q, encoding/json reads %q", parsed.Fields, texts)
		}
	})
}

// isHidden reports a name whose value is a secret.
func isHidden(parser *alerts.Parser, name string) bool {
	body, err := json.Marshal(map[string]string{name: "canary"})
	return err == nil && !bytes.Contains(parser.Redact(body), []byte("canary"))
}

// FuzzRedact holds what is kept of a body against what is promised of it.
func FuzzRedact(f *testing.F) {
	seed(f)
	parser := alerts.New()
	f.Fuzz(func(t *testing.T, body []byte) {
		given := bytes.Clone(body)
		kept := parser.Redact(given)
		if !bytes.Equal(given, body) {
			t.Fatal("the body was written to")
		}
		if again := parser.Redact(kept); !bytes.Equal(again, kept) {
			t.Fatalf("%q hides more the second time: %q", kept, again)
		}
		for _, format := range parser.Formats() {
			was, err := parser.Parse(format, body)
			if err != nil {
				continue
			}
			is, err := parser.Parse(format, kept)
			if err != nil || !reflect.DeepEqual(was, is) {
				t.Fatalf("%q is read as %v %v, %q was as %v", kept, is, err, body, was)
			}
		}
	})
}

// malformed reports a refusal that says the text is no JSON at all. The other
// codes refuse JSON that is valid.
func malformed(err error) bool {
	e, ok := errors.AsType[*domain.Error](err)
	if !ok || e.Code != "not_understood" {
		return false
	}
	code := e.AllReasons()[0].Code
	return code == "malformed_json" || code == "trailing_data"
}

func seed(f *testing.F) {
	files, err := filepath.Glob("testdata/*/*.*")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
	}
	for _, body := range []string{
		strategyAlert,
		`{"ticker":"A\ud83d\ude00\u0000","action":"b\u0075y"}`,
		`{"quantity":1e400,"qu\u0061ntity":-0.5E+9,"a":{"a":[1,{"a":[]}]}}`,
		`{"ticker":"A","action":"buy","market_position":"short","market_position_size":"2","position_size":-2}`,
		"{\"a\":\"\xff\"}",
		"\uFEFF{}",
		strings.Repeat("[", 40),
		`{"secret":"a\"b","x":{"token":[1,{"y":"z"}]},"ap\u0069Key":-1.5,"password":null}`,
		"a(B){market(side=buy,amount=1%p,reduceOnly=true);;limit(position=-1,offset=@1)}#x c(D){}",
		"a(B){" + strings.Repeat("market(position=1);", 30) + "}",
		`{"apikey":"a","strategy":"b","symbol":"A","action":"BUY","quantity":"1","splitsize":"1e-18"}`,
		"key=a;command=PLACE;instrument=A;action=BUY;qty=1;token==;secret",
		" 1,buy,A,secret=s,price=1",
		"BUY 1e3 A:B at .5 stop",
		"cancel all",
	} {
		f.Add([]byte(body))
	}
}
