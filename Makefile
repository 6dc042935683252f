# The two commands of the README, and longer checks. All install what they need first (npm ci, once per lock file).
PROFILE ?= local

.PHONY: test bench test-bare test-kind conform install clean

test: install
	@npm run -s check

bench: install
	@npm run -s surgelab -- bench --profile $(PROFILE)

# The tests on the real controllers, then three experiments under them beside their simulation: some ten minutes. Builds the
# controllers if they are not here and Go is; says why it skips where neither is.
test-bare: install
	@npm run -s bare-check

# Every recorded behaviour of the real components that is found beside the project, all of it.
conform: install
	@npm run -s surgelab -- conform all

# A kind cluster up, five minutes replayed on it, the run against its simulation, the cluster down. Skips with its reason
# where Docker or an image is missing; SURGELAB_KIND=1 makes that a failure.
test-kind: install
	@npm run -s test-kind

install: node_modules/.installed

node_modules/.installed: package-lock.json
	@command -v npm >/dev/null || { echo "npm is missing: install Node.js 20 or newer (it brings npm); the project pins its own Node 24" >&2; exit 1; }
	npm ci --no-audit --no-fund --loglevel=error
	@touch $@

clean:
	rm -rf node_modules .cache bench-out
