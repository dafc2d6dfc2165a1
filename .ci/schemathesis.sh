#!/usr/bin/env bash
# Property tests of the API against a running server, with a staff token: schemathesis.sh sqlite|postgres
set -euo pipefail
. "$here/lib.sh"
. "$here/checks.sh"

use_database "$1" schemathesis
"$python" manage.py demo --no-serve >"$work/schemathesis-demo.log" 2>&1 || { tail -20 "$work/schemathesis-demo.log"; exit 1; }
token=$("$python" manage.py shell -v 0 <"$here/staff_token.py" | tail -1)
port=$(free_port)
DEBUG=false setsid "$python" manage.py runserver --noreload "127.0.0.1:$port" >"$work/schemathesis-$1.log" 2>&1 &
server=$!
trap 'kill -- "-$server" 2>/dev/null || true' EXIT
answers "http://127.0.0.1:$port/api/v1/" 60 "$server"

# Signing out would take the token away from every later call.
code=0
"${python%/python}/schemathesis" run "http://127.0.0.1:$port/api/schema/?format=json" \
    --url "http://127.0.0.1:$port" \
    --header "Authorization: Bearer $token" \
    --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance \
    --exclude-path-regex '/(logout|logoutall|sign-out)' \
    --phases examples,coverage,fuzzing \
    --max-examples "${SCHEMATHESIS_EXAMPLES:-20}" --seed 1 --workers 2 --request-timeout 30 || code=$?
if ((code)); then grep -A30 -m3 Traceback "$work/schemathesis-$1.log" | tail -100 || true; fi
exit $code
