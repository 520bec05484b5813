package postgres

import (
	"context"
	"errors"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// Users makes the people of local mode known. Where Supabase Auth keeps them it
// is not allowed to.
type Users struct{ db *DB }

var _ ports.Users = (*Users)(nil)

// NewUsers makes Users on the worker pool of db.
func NewUsers(db *DB) *Users { return &Users{db: db} }

// Ensure implements ports.Users. It is KindForbidden on a database whose users
// a sign-in service keeps.
func (u *Users) Ensure(ctx context.Context, id domain.UserID) error {
	_, err := u.db.worker.ExecContext(ctx, "insert into auth.users (id) values (?) on conflict (id) do nothing", id.UUID)
	err = translate(err)
	if errors.Is(err, domain.KindForbidden) {
		return &domain.Error{
			Kind: domain.KindForbidden, Code: "users_kept_elsewhere",
			Msg: "this database's users are kept by its sign-in service; sign in there, or prepare it with `hookfill migrate up --plain`",
			Err: err,
		}
	}
	return err
}
