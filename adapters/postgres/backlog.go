package postgres

import "github.com/hookfill/hookfill/domain"

// backlogWhereCollapsedSQL gives the neighbours of a ticket in its lane that are
// of the same config, where the rules collapse what waits or have it wait for their
// session. They stand next to it on the index of the lane, but for tickets of other
// configs.
const backlogWhereCollapsedSQL = `
  case when version.rules #>> '{staleness,collapse}' = 'true' then (
    select case when later.webhook_config_version = signal.webhook_config_version then later.intent::text end
    from public.tickets behind
    join public.signals later on later.id = behind.signal_id
    where behind.lane_id = ticket.lane_id and behind.lane_seq > ticket.lane_seq
      and later.webhook_config_id = signal.webhook_config_id
    order by behind.lane_seq
    limit 1)
  end as next_intent,
  case when version.rules #>> '{staleness,collapse}' = 'true' or version.rules #>> '{session,waits}' = 'true' then (
    select case when ` + aheadCollapsed + ` or ` + aheadWaits + ` then ahead.target::text end
    from public.tickets ahead
    join public.signals earlier on earlier.id = ahead.signal_id
    where ahead.lane_id = ticket.lane_id and ahead.lane_seq < ticket.lane_seq
      and earlier.webhook_config_id = signal.webhook_config_id
      and (ahead.resumes is null or ahead.state <> 'superseded')
    order by ahead.lane_seq desc
    limit 1)
  end as carried`

// aheadCollapsed says that a ticket was left to a later one, aheadWaits that it waits
// for its session, or did.
const (
	aheadCollapsed = `ahead.state = 'superseded' and ahead.reasons @> '[{"code": "` + domain.ReasonCollapsed + `"}]'`
	aheadWaits     = `(ahead.reasons @> '[{"code": "` + domain.ReasonWaits + `"}]'
      or ahead.reasons @> '[{"code": "` + domain.ReasonResuming + `"}]' or ahead.reasons @> '[{"code": "` + domain.ReasonResumed + `"}]')`
)

type backlogRow struct {
	NextIntent *string
	Carried    *string
}

func (r backlogRow) backlog() (*domain.Intent, *domain.Net, error) {
	var next *domain.Intent
	if r.NextIntent != nil {
		intent, err := decodeIntent(*r.NextIntent)
		if err != nil {
			return nil, nil, err
		}
		next = &intent
	}
	var in amounts
	carried := amountOrNil(&in, "target", r.Carried, domain.RestoreNet)
	return next, carried, in.err
}
