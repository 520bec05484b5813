# Sourced by the scripts beside it that install what a machine lacks.
# Plain bash 3.2, so that it also runs where macOS is.

# can_install says whether packages can be had without asking anybody.
can_install() {
	command -v apt-get >/dev/null && { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }
}

as_root() {
	if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

# apt runs apt-get without questions, waits for whoever else is installing, and
# speaks only when it fails.
apt() {
	local log
	if ! log=$(as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends \
		-o DPkg::Lock::Timeout=300 -o DPkg::Use-Pty=0 -o Acquire::Retries=3 "$@" </dev/null 2>&1); then
		printf '%s\n' "$log" >&2
		say "apt-get $* failed"
		return 1
	fi
}

say() { printf 'hookfill: %s\n' "$*" >&2; }
