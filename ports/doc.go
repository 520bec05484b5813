// Package ports holds the interfaces between the use cases and the world. Each
// is one conversation, owned by the side that starts it, and every sentence of
// its comment is a promise that a suite in ports/portstest proves.
//
// Driving ports are what an adapter calls to use hookfill: [SignalIntake],
// [WebhookAdmin], [BrokerAdmin], [OrderDesk]. Driven ports are what the use cases
// call: storage as a caller ([UnitOfWork]), storage as the worker
// ([WebhookDirectory], [SignalInbox], [Lanes], [Ledger]), the [Broker] with its
// [PaperJournal], and what keeps the domain pure: [Clock] and [IDs].
//
// All of them, unless they say otherwise:
//   - are safe for concurrent use;
//   - give errors that are a *domain.Error, or wrap context.Canceled or
//     context.DeadlineExceeded when the context ended first;
//   - take and give values: nothing handed over is shared afterwards.
package ports
