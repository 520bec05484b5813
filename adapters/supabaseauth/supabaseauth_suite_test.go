package supabaseauth_test

import (
	"crypto/rsa"
	"sync"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// rsaKeys are made once, since making one takes long.
var rsaKeys = struct {
	sync.Mutex
	byID map[string]*rsa.PrivateKey
}{byID: map[string]*rsa.PrivateKey{}}

func TestSupabaseauth(t *testing.T) {
	RegisterFailHandler(Fail)
	SetDefaultEventuallyTimeout(10 * time.Second)
	EnforceDefaultTimeoutsWhenUsingContexts()
	RunSpecs(t, "supabaseauth")
}
