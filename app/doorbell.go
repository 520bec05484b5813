package app

// Doorbell tells the executor of this process that tickets may wait, and the
// relay, so that other processes learn of it too. It carries nothing and loses
// nothing that matters: lanes are polled all the same.
type Doorbell struct {
	rung chan struct{}
	// told is rung for the relay, by this process alone: what others told is not
	// told back.
	told chan struct{}
}

// NewDoorbell makes a silent doorbell.
func NewDoorbell() *Doorbell {
	return &Doorbell{rung: make(chan struct{}, 1), told: make(chan struct{}, 1)}
}

// Ring never blocks; rings that nobody heard yet count as one.
func (d *Doorbell) Ring() {
	d.ringHere()
	ring(d.told)
}

func (d *Doorbell) ringHere() { ring(d.rung) }

func ring(bell chan<- struct{}) {
	select {
	case bell <- struct{}{}:
	default:
	}
}
