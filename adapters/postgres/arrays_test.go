package postgres_test

import (
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/postgres"
)

var _ = Describe("An array sent in PostgreSQL's own format", func() {
	read := func(ctx SpecContext, arrays map[string][]byte) map[string]string {
		GinkgoHelper()
		conn := sqlConn(ctx, databases.URL())
		sqlExec(ctx, conn, "set timezone = 'UTC'")
		found := map[string]string{}
		for of, array := range arrays {
			answer := conn.PgConn().ExecParams(ctx, "select ($1::"+of+")::text", [][]byte{array}, nil, []int16{1}, nil).Read()
			Expect(answer.Err).NotTo(HaveOccurred(), of)
			found[of] = string(answer.Rows[0][0])
		}
		return found
	}

	It("is read as what it was made of", func(ctx SpecContext) {
		id := uuid.New()
		at := time.Date(1, 1, 1, 0, 0, 0, 123456789, time.UTC)
		Expect(read(ctx, postgres.Arrays(id, `"ü", {}`, -7, -0.5, true, []byte{0, 255}, `[{"a": 1}]`, &at))).To(Equal(map[string]string{
			"uuid[]": "{" + id.String() + "}", "text[]": `{"\"ü\", {}"}`, "integer[]": "{-7}", "bigint[]": "{-7}",
			"double precision[]": "{-0.5}", "boolean[]": "{t}", "bytea[]": `{"\\x00ff"}`, "jsonb[]": `{"[{\"a\": 1}]"}`,
			"timestamptz[]": `{"0001-01-01 00:00:00.123456+00"}`,
		}))
	})

	It("tells what is empty from what is not there", func(ctx SpecContext) {
		last := time.Date(9999, 12, 31, 23, 59, 59, 999999000, time.UTC)
		Expect(read(ctx, postgres.Arrays(uuid.Nil, "", 0, 0, false, []byte{}, "", &last))).To(And(
			HaveKeyWithValue("text[]", `{""}`), HaveKeyWithValue("bytea[]", `{"\\x"}`), HaveKeyWithValue("jsonb[]", "{NULL}"),
			HaveKeyWithValue("boolean[]", "{f}"), HaveKeyWithValue("timestamptz[]", `{"9999-12-31 23:59:59.999999+00"}`)))
		Expect(read(ctx, postgres.Arrays(uuid.Nil, "", 0, 0, false, nil, "", nil))).To(And(
			HaveKeyWithValue("bytea[]", "{NULL}"), HaveKeyWithValue("timestamptz[]", "{NULL}")))
	})
})
