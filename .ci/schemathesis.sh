#!/usr/bin/env bash
# Property tests of the API against a running server, with a staff token: schemathesis.sh sqlite|postgres
set -euo pipefail
. "$here/lib.sh"
. "$here/checks.sh"

use_database "$1" schemathesis
"$python" manage.py demo --no-serve >"$work/schemathesis-demo.log" 2>&1 || { tail -20 "$work/schemathesis-demo.log"; exit 1; }
port=$(free_port)
DEBUG=false setsid "$python" manage.py runserver --noreload "127.0.0.1:$port" >"$work/schemathesis-$1.log" 2>&1 &
server=$!
trap 'kill -- "-$server" 2>/dev/null || true' EXIT
answers "http://127.0.0.1:$port/api/v1/" 60 "$server"

# The coverage phase (every boundary of every parameter) takes longer than all else together: ask for it with
# SCHEMATHESIS_PHASES=examples,coverage,fuzzing, as the workflow does.
phases=${SCHEMATHESIS_PHASES:-examples,fuzzing}

test_paths() {
    local token
    token=$("$python" manage.py shell -v 0 <"$here/staff_token.py" | tail -1)
    # One worker: parsing Python in two threads at once breaks Python 3.11.
    "${python%/python}/schemathesis" run "http://127.0.0.1:$port/api/schema/?format=json" \
        --url "http://127.0.0.1:$port" --header "Authorization: Bearer $token" \
        --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance \
        --phases "$phases" --max-examples "${SCHEMATHESIS_EXAMPLES:-5}" --seed 1 --workers 1 --request-timeout 30 "$@"
}

code=0
# What may take the tester's own rights away comes apart, each with a token of its own.
signing='/accounts/(login|logout|tokens|password/change)/|/me/erase' users='/accounts/users/'
test_paths --exclude-path-regex "$signing|$users" || code=1
test_paths --include-path-regex "$users" || code=1
test_paths --include-path-regex "$signing" || code=1
if ((code)); then grep -A30 -m3 Traceback "$work/schemathesis-$1.log" | tail -100 || true; fi
exit $code
