# Shared by .ci/run and the scripts beside it.

# The one command in the first sh block under a heading of the README, as written.
readme_command() {
    awk -v heading="## $1" '$0 == heading {h = 1; next}  h && /^```sh/ {b = 1; next}  b && /^```/ {exit}  b' README.md
}

free_port() {
    "$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# Wait until an address answers at all: answers URL SECONDS PID
answers() {
    local deadline=$((SECONDS + $2))
    until curl -s -o /dev/null --max-time 30 "$1"; do
        if ((SECONDS > deadline)); then echo "$1 did not answer within $2 s"; return 1; fi
        if ! kill -0 "$3" 2>/dev/null; then echo "the server ended before $1 answered"; return 1; fi
        sleep 1
    done
}

# A page is there when it, or what it redirects to, is no error but a refusal of strangers: page_is_there URL
page_is_there() {
    local status
    status=$(curl -sL -o /dev/null -w '%{http_code}' --max-time 60 "$1") || true
    echo "$status $1"
    [[ $status == 200 || $status == 401 || $status == 403 ]]
}

passed=0 failed=0 summary=""

# Run one check to its end, whatever the others said: step NAME COMMAND...
step() {
    local name=$1 started=$SECONDS word=passed
    shift
    printf '\n=== %s\n' "$name"
    # A subshell of its own with -e: inside `if` or `||` bash would go on after a failing line.
    set +e
    (set -euo pipefail; "$@")
    local code=$?
    set -e
    if ((code == 0)); then passed=$((passed + 1)); else failed=$((failed + 1)) word="FAILED ($code)"; fi
    summary+=$(printf '%-12s %4d s  %s' "$word" "$((SECONDS - started))" "$name")$'\n'
}
