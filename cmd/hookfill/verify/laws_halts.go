package verify

// held is I11. Who puts a halt into force waits for the attempts under way, so
// those written down after it came after it. Under halt nothing goes out, under
// the others exits do. An attempt that says no effect is from before there were
// halts, or was found at the broker and not made.
func held() []string {
	return []string{
		`select 'attempt ' || a.number || ' of order ' || a.order_id, 'was made as an ' || a.effect || ' under ' || h.mode || ' ' || h.id
		from private.order_attempts a
		join public.orders o on o.id = a.order_id
		join public.halts h
		  on (h.user_id is null or h.user_id = o.user_id)
		  and (h.broker_account_id is null or h.broker_account_id = o.broker_account_id)
		  and (h.webhook_config_id is null or h.webhook_config_id = o.webhook_config_id)
		  and (h.symbol is null or h.symbol = o.symbol)
		where a.written_at > h.held_from and (h.held_until is null or a.written_at < h.held_until)
		  and (h.mode = 'halt' or a.effect = 'entry') and a.effect is not null`,

		`select 'halt ' || id, 'ended before it began'
		from public.halts
		where (lifted_at is null) <> (held_until is null) or held_until < held_from`,
	}
}
