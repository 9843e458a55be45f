#!/bin/bash
# What a client is told when it asks for something wrong: always JSON with an error, the right status, a request id.
. "$(dirname "$0")/lib.sh"
sqlite3 "$work/shop.db" "CREATE TABLE t (x)"
start_daemon
create /adapters "$(jq -n --arg path "$work/shop.db" \
    '{name: "shop", type: "database", adapterId: "sqlite", config: {path: $path}}')"
source=$id
create_destination disk "$backups"
destination=$id
create_job nightly "$source" "$destination"
job=$id

refused() { # STATUS WORDS METHOD PATH [BODY] [curl options]
    api "${@:3}"
    [ "$status" = "$1" ] || fail "$3 $4 answered $status, not $1: $body"
    [ "$(jq -r .success <<<"$body")" = false ] || fail "$3 $4: success is not false: $body"
    jq -er .error <<<"$body" | grep -Eq -- "$2" || fail "$3 $4: the error does not tell \"$2\": $body"
    grep -qi '^x-request-id: .' "$work/head" || fail "$3 $4: no X-Request-Id"
    grep -qi '^content-type: application/json' "$work/head" || fail "$3 $4: not JSON"
}
as() { # KEY COMMAND...: with another key
    local saved
    saved=$(<"$work/authorization")
    echo "Authorization: Bearer $1" >"$work/authorization"
    "${@:2}"
    echo "$saved" >"$work/authorization"
}
make_key() { # NAME PERMISSIONS [EXPIRES]: -> $made, $id
    expect 201 POST /api-keys "$(jq -n --arg name "$1" --arg permissions "$2" --arg expires "${3:-}" \
        '{name: $name, permissions: ($permissions / ","), expiresAt: (if $expires == "" then null else $expires end)}')"
    made=$(value '.key // .data.key')
    id=$(value '.id // .data.id')
}

note 400
refused 400 "line 1|position|offset|column" POST /jobs '{"name": "x", '
refused 400 "Missing required fields" POST /jobs '{"name":"x"}'
refused 400 "Unknown adapter: nosuch" POST /adapters '{"name":"x","type":"database","adapterId":"nosuch","config":{}}'
refused 400 "." POST /adapters '{"name":"x","type":"storage","adapterId":"local-filesystem","config":{"basePath":"relative"}}'
[ "$(jq -r '.details | length > 0' <<<"$body")" = true ] || fail "no details: $body"
refused 400 "." POST /jobs "$(jq -n --arg s "$source" --arg d "$destination" \
    '{name: "brotli", schedule: "", sourceId: $s, compression: "BROTLI", destinations: [{configId: $d}]}')"
grep -q ZSTD <<<"$body" || fail "the compressions are not named: $body"
refused 400 "Invalid file path" POST "/storage/$destination/restore" '{"file":"../../etc/passwd","targetSourceId":"x"}'
refused 400 "." PUT /settings '{"maxConcurrentJobs":99}'
refused 400 "." PUT /settings '{"no.such.setting":1}'
refused 400 "." POST "/jobs/$job/run" '{"lock":"yes"}'

note 401
as dbackup_wrong refused 401 "^Unauthorized$" GET /jobs
as "$(printf 'dbackup_%060d' 0)" refused 401 "^Unauthorized$" GET /jobs
make_key disabled jobs:execute
disabled=$made
expect 200 PUT "/api-keys/$id" '{"enabled":false}'
as "$disabled" refused 401 "^API key is disabled$" POST "/jobs/$job/run"
make_key brief jobs:execute "$(date -u -d '+1 second' +%Y-%m-%dT%H:%M:%S.%3NZ)"
expired() { as "$made" api POST "/jobs/no-such-job/run" && [ "$status" = 401 ]; }
eventually expired || fail "the key does not expire: $status $body"
as "$made" refused 401 "^API key has expired$" POST "/jobs/$job/run"

note 403
make_key reader history:read,jobs:read
as "$made" refused 403 "^Permission denied: jobs:execute required$" POST "/jobs/$job/run"
# Nobody learns without permission whether an id exists.
as "$made" refused 403 "^Permission denied: jobs:execute required$" POST /jobs/no-such-job/run
as "$made" refused 403 "Permission denied" POST /api-keys '{"name":"more","permissions":["jobs:write"]}'

note 404
refused 404 "^Job not found$" POST /jobs/no-such-job/run
refused 404 "^Execution not found$" GET /executions/no-such-execution
refused 404 "." GET /no-such-path
refused 404 "not found" GET /storage/no-such-destination/files
refused 404 "." POST "/storage/$destination/restore" "$(jq -n --arg t "$source" '{file: "a/b", targetSourceId: $t}')"

note 405
refused 405 "." DELETE "/jobs/$job/run"
grep -qi '^allow: .*POST' "$work/head" || fail "no Allow"
refused 405 "." PATCH /jobs

note 409
refused 409 'A job with the name "nightly" already exists' POST /jobs "$(jq -n --arg s "$source" --arg d "$destination" \
    '{name: "nightly", schedule: "", sourceId: $s, destinations: [{configId: $d}]}')"
refused 409 'A source with the name "shop" already exists' POST /adapters "$(jq -n --arg path "$work/shop.db" \
    '{name: "shop", type: "database", adapterId: "sqlite", config: {path: $path}}')"

note 413
head -c 1100000 /dev/zero | tr '\0' ' ' >"$work/large"
refused 413 "." POST /jobs "" -H 'Content-Type: application/json' --data-binary @"$work/large"
refused 413 "." POST /jobs "" -H 'Transfer-Encoding: chunked' -H 'Expect:' --data-binary @"$work/large"

note "v1 is an alias, and health needs no key"
expect 200 GET "/v1/jobs"
as "" expect 200 GET /health

note 429
expect 200 PUT /settings '{"api.rateLimit.enabled":true}'
limited() { # METHOD PATH TIMES: that many are let through, or one less: switching the limits on may count itself
    local passed=0
    while api "$1" "$2" && [ "$status" != 429 ]; do
        passed=$((passed + 1))
        [ $passed -le "$3" ] || fail "$1 number $passed was let through"
    done
    [ $passed -ge $(($3 - 1)) ] || fail "$1 number $((passed + 1)) was refused"
    refused 429 "." "$1" "$2"
    grep -qi '^retry-after: [0-9]' "$work/head" || fail "no Retry-After"
    grep -qi '^ratelimit-remaining: 0' "$work/head" || fail "no RateLimit-Remaining"
}
limited GET /executions/no-such-execution 100
limited POST /jobs/no-such-job/run 20
# Limits come before authentication.
as dbackup_wrong refused 429 "." GET /jobs
stop_daemon
