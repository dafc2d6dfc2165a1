# The checks of .ci/run, one function each; they run in the clean copy, with its virtual environment.

# The JavaScript of the seeded course is run by the tests, where there is something to run it with: here there is.
node_is_there() {
    command -v node >/dev/null || { apt-get update -qq && apt-get install -y -qq nodejs >/dev/null; }
    node --version
}

readme_tests() {
    local command
    command=$(readme_command "Test it")
    echo "\$ $command"
    bash -c "$command"
}

postgres_is_there() {
    "$python" "$here/postgres.py" url "$work" >"$work/postgres-url"
    cat "$work/postgres-url"
}

postgres_tests() {
    DATABASE_URL=$postgres/backoffice TEST_DB_SUFFIX=ci$$ DATA_DIR=$work/data-tests "$python" -m pytest -q -n 2
}

# Settings of a fresh database for one check: use_database KIND NAME
use_database() {
    export DATA_DIR=$work/data-$2-$1
    unset DATABASE_URL
    if [[ $1 == postgres ]]; then
        export DATABASE_URL=$postgres/ci_$2_$$
        "$python" "$here/postgres.py" create "$work" "$DATABASE_URL"
    fi
}

production() {
    DJANGO_SETTINGS_MODULE=config.settings.production ALLOWED_HOSTS=example.org \
        SECRET_KEY=$("$python" -c 'import secrets; print(secrets.token_urlsafe(64))') "$@"
}

deploy_check() {
    DATA_DIR=$work/data-deploy production "$python" manage.py check --deploy --fail-level WARNING
}

refuses_without_key() {
    local said
    if said=$(DJANGO_SETTINGS_MODULE=config.settings.production "$python" manage.py check 2>&1); then
        echo "started without SECRET_KEY"
        return 1
    fi
    grep -o 'SECRET_KEY is not set.*' <<<"$said"
}

# Drift and data under every settings module: the answer may not depend on the environment.
database_is_sound() {
    "$python" manage.py check_schema_drift
    "$python" manage.py check_schema_drift --settings config.settings.test
    production "$python" manage.py check_schema_drift
    "$python" manage.py check_data
}

fresh_database() {
    use_database "$1" fresh
    "$python" manage.py migrate --noinput -v 0
    database_is_sound
}

# The database as the landed code leaves it, then migrated to this commit; without landed code, migrated
# step by step. The report is what the workflow comments on a pull request.
upgraded_database() {
    use_database "$1" upgraded
    local base
    base=$(bash "$here/landed.sh" base)
    if [[ -n $base ]]; then
        echo "upgrading from $(git log -1 --format='%h %s' "$base")"
        rm -rf "$work/landed"
        git clone -q . "$work/landed" && git -C "$work/landed" checkout -q "$base"
        (cd "$work/landed" && "$python" manage.py migrate --noinput -v 0)
    else
        echo "no landed commit to upgrade from: migrating step by step"
        "$python" "$here/migrations.py"
    fi
    "$python" manage.py migrate --noinput -v 0
    "$python" manage.py check_schema_drift >"$report/drift-$1.txt" 2>&1 || true
    database_is_sound
}

# A tenth of the rows that volume.py makes unless told otherwise: queries and sizes are the same, and minutes are saved.
lists_at_volume() {
    use_database "$1" volume
    "$python" manage.py migrate --noinput -v 0
    "$python" "$here/volume.py" 1200 12000
}

schema_is_valid() {
    DATA_DIR=$work/data-schema "$python" manage.py spectacular --validate --fail-on-warn --file "$work/schema.yaml"
    grep -c '^  /api/' "$work/schema.yaml" | sed 's/$/ addresses/'
}

readme_run() {
    git clone -q "$checkout" "$work/run"
    cd "$work/run"
    if curl -s -o /dev/null --max-time 5 http://127.0.0.1:8000/; then
        echo "port 8000 is taken"
        return 1
    fi
    local command pid code=0 started=$SECONDS
    command=$(readme_command "Run it")
    echo "\$ $command"
    # A session of its own, so that the server and what it starts can be ended together.
    setsid bash -c "$command" >"$work/run.log" 2>&1 &
    pid=$!
    answers http://127.0.0.1:8000/admin/ 180 "$pid" || code=1
    echo "up after $((SECONDS - started)) s"
    if ((code == 0)); then
        for page in /admin/ /api/v1/ /api/docs/ /api/schema/; do
            page_is_there "http://127.0.0.1:8000$page" || code=1
        done
    fi
    kill -- "-$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
    ((code == 0)) || tail -50 "$work/run.log"
    return $code
}
