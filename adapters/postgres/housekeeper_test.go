package postgres_test

import (
	"fmt"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/postgres"
)

var _ = Describe("the months of deliveries", func() {
	const partitions = `
		select c.relname || ' ' || c.relrowsecurity
		from pg_inherits as i join pg_class as c on c.oid = i.inhrelid
		where i.inhparent = 'private.deliveries'::regclass
		order by 1`

	// expected lists the default partition and those of this month and the next.
	expected := func(months int) []string {
		var names []string
		first := time.Now().UTC()
		first = time.Date(first.Year(), first.Month(), 1, 0, 0, 0, 0, time.UTC)
		for n := range months {
			names = append(names, fmt.Sprintf("deliveries_%s true", first.AddDate(0, n, 0).Format("200601")))
		}
		return append(names, "deliveries_default true")
	}

	It("are there two ahead, with row-level security, and are made again where one is missing", func(ctx SpecContext) {
		url := databases.Fresh(ctx)
		conn := sqlConn(ctx, url)
		Expect(sqlRows(ctx, conn, partitions)).To(Equal(expected(3)))
		last := "deliveries_" + expected(3)[2][len("deliveries_"):len("deliveries_")+6]
		sqlExec(ctx, conn, "drop table private."+last)
		housekeeper := postgres.NewHousekeeper(openStore(ctx, url))
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				defer GinkgoRecover()
				Expect(housekeeper.Sweep(ctx, 10)).Error().NotTo(HaveOccurred())
			})
		}
		wg.Wait()
		Expect(sqlRows(ctx, conn, partitions)).To(Equal(expected(3)))
	})

	It("are made around one of which the default partition has rows, as after a wrong clock", func(ctx SpecContext) {
		url := databases.Fresh(ctx)
		conn := sqlConn(ctx, url)
		all := expected(3)
		second := all[1][:len("deliveries_")+6]
		for _, name := range all[:3] {
			sqlExec(ctx, conn, "drop table private."+name[:len("deliveries_")+6])
		}
		at, err := time.Parse("200601", second[len("deliveries_"):])
		Expect(err).NotTo(HaveOccurred())
		sqlExec(ctx, conn, `
			insert into private.deliveries (id, user_id, webhook_config_id, received_at, source, outcome, body)
			values (gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), $1, '', 'stored', '')`, at.AddDate(0, 0, 3))
		Expect(postgres.NewHousekeeper(openStore(ctx, url)).Sweep(ctx, 10)).To(BeZero())
		Expect(sqlRows(ctx, conn, partitions)).To(Equal([]string{all[0], all[2], all[3]}))
	})
})
