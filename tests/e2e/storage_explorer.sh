#!/bin/bash
# Backups on a destination over REST: listed, downloaded byte for byte (whole, in parts, as an archive), opened with
# stock tools, locked, deleted, checked, and handed on by links that work once.
. "$(dirname "$0")/lib.sh"

make_database() { # FILE ROWS
    sqlite3 "$1" "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT);
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $2)
        INSERT INTO t SELECT i, hex(randomblob(200)) FROM n"
}
backup() { # JOB: -> $path, $folder
    start_job "$1"
    await_success "$execution"
    newest_backup "$disk"
    folder=$backups/$path
}
get() { # PATH_AND_QUERY OUTPUT [curl options]: -> $status, head in $work/head
    status=$(curl --silent --show-error --max-time 120 --output "$2" --dump-header "$work/head" \
        --write-out '%{http_code}' -H @"$work/authorization" "${@:3}" "$url/api$1") || return
}
encoded() { jq -rn --arg text "$1" '$text | @uri'; }
answers() { # STATUS METHOD PATH BODY WORDS
    expect "$1" "$2" "$3" "$4"
    jq -er '.error' <<<"$body" | grep -Eq -- "$5" || fail "$2 $3 does not tell \"$5\": $body"
}
header() { grep -i "^$1:" "$work/head" | tr -d '\r' | cut -d' ' -f2-; }

make_database "$work/shop.db" 3000
make_database "$work/stock.db" 100
start_daemon
create /adapters "$(jq -n --arg path "$work/shop.db" \
    '{name: "shop", type: "database", adapterId: "sqlite", config: {path: $path}}')"
shop=$id
create /adapters "$(jq -n --arg path "$work/stock.db" \
    '{name: "stock", type: "database", adapterId: "sqlite", config: {path: $path}}')"
stock=$id
create_destination disk "$backups"
disk=$id
create_job "Nächtlich & mehr" "$shop" "$disk" ".sourceIds = [\"$stock\"]"
job=$id
storage=/storage/$disk

note "a listing comes from the index, and has what is new at once"
expect 200 GET "$storage/files"
[ "$body" = "[]" ] || fail "there is something: $body"
backup "$job"
first=$path
[ "$(value length)" = 1 ] || fail "not one backup: $body"
backup "$job"
[ "$(value length)" = 2 ] || fail "not two backups: $body"
[ "$(value '.[1].path')" = "$first" ] || fail "not newest first: $body"

note "what another installation wrote is found when everything is read again"
mkdir "$work/else"
cp -r "$folder" "$work/else/"
rm -rf "$folder"
expect 200 GET "$storage/files"
[ "$(value length)" = 2 ] || fail "asked the storage without need: $body"
expect 200 GET "$storage/files?refresh=true"
[ "$(value length)" = 1 ] || fail "not read again: $body"
mv "$work/else/$(basename "$folder")" "$folder"
expect 200 GET "$storage/files?refresh=true"
[ "$(value '.[0].path')" = "$path" ] || fail "what came from elsewhere is not found: $body"

note "download of an object"
object=$(value '.[0].objects[] | select(.database == "shop.db") | .name')
file=$(encoded "$path/$object")
get "$storage/download?file=$file" "$work/got"
[ "$status" = 200 ] || fail "$status: $(head -c 300 "$work/got")"
cmp "$work/got" "$folder/$object"
[ "$(header content-length)" = "$(stat -c %s "$folder/$object")" ] || fail "wrong length"
header content-disposition | grep -q "^attachment; filename=\"$object\"; filename\*=UTF-8''$object$" ||
    fail "$(header content-disposition)"
[ "$(header accept-ranges)" = bytes ] || fail "no Accept-Ranges"
tag=$(header etag)
get "$storage/download?file=$(encoded "$path")&object=$object" "$work/again"
cmp "$work/again" "$work/got"
get "$storage/download" "$work/again" --json "$(jq -n --arg file "$path/$object" '{file: $file}')"
cmp "$work/again" "$work/got"

note "ranges"
size=$(stat -c %s "$work/got")
part() { # RANGE FIRST LENGTH
    get "$storage/download?file=$file" "$work/part" -H "Range: bytes=$1"
    [ "$status" = 206 ] || fail "range $1: $status"
    [ "$(header content-range)" = "bytes $2-$(($2 + $3 - 1))/$size" ] || fail "range $1: $(header content-range)"
    cmp "$work/part" <(tail -c +$(($2 + 1)) "$work/got" | head -c "$3")
}
part 0-0 0 1
part 10-99 10 90
part 1000- 1000 $((size - 1000))
part -7 $((size - 7)) 7
part "100-99999999999" 100 $((size - 100))
get "$storage/download?file=$file" "$work/part" -H "Range: bytes=$size-"
[ "$status" = 416 ] || fail "beyond the end: $status"
[ "$(header content-range)" = "bytes */$size" ] || fail "$(header content-range)"
for range in "bytes=5-2" "bytes=0-1,4-5" "lines=1-2" "bytes=x-"; do
    get "$storage/download?file=$file" "$work/part" -H "Range: $range"
    [ "$status" = 200 ] || fail "$range: $status"
done
get "$storage/download?file=$file" "$work/part" -H "Range: bytes=0-9" -H "If-Range: $tag"
[ "$status" = 206 ] || fail "If-Range with the tag: $status"
get "$storage/download?file=$file" "$work/part" -H "Range: bytes=0-9" -H 'If-Range: "other"'
[ "$status" = 200 ] || fail "If-Range with another tag: $status"
head -c 5000 "$work/got" >"$work/resumed"
get "$storage/download?file=$file" "$work/resumed" --continue-at -
cmp "$work/resumed" "$work/got"
get "$storage/download?file=$file" "$work/nothing" --head
{ [ "$status" = 200 ] && [ "$(header content-length)" = "$size" ]; } || fail "HEAD: $status $(header content-length)"

note "decompressed, and by hand"
get "$storage/download?file=$file&decompress=true" "$work/plain.sqlite"
[ "$(sqlite3 "$work/plain.sqlite" "SELECT count(*), sum(length(v)) FROM t")" = "3000|1200000" ] || fail "other rows"
zstd -dq -o "$work/hand.sqlite" "$work/got"
cmp "$work/hand.sqlite" "$work/plain.sqlite"
[ "$(sqlite3 "$work/hand.sqlite" .dump | sha256sum)" = "$(sqlite3 "$work/shop.db" .dump | sha256sum)" ] ||
    fail "the database is another one"

note "the whole as an archive"
get "$storage/download?file=$(encoded "$path")" "$work/whole.tar"
[ "$status" = 200 ] || fail "$status"
[ "$(header content-length)" = "$(stat -c %s "$work/whole.tar")" ] || fail "wrong length"
mkdir "$work/unpacked"
tar --extract --file "$work/whole.tar" -C "$work/unpacked"
[ "$(tar --list --file "$work/whole.tar" | head -n 1)" = "$path/manifest.json" ] || fail "the manifest is not first"
(cd "$work/unpacked/$path" && jq -r '.objects[].volumes[] | "\(.sha256)  \(.name)"' manifest.json |
    sha256sum --check --strict --quiet) || fail "the archive is not sound"
diff -r "$work/unpacked/$path" "$folder"
rm -rf "$work/unpacked"

note "what cannot be downloaded"
answers 400 GET "$storage/download?file=$(encoded ../../etc/passwd)" "" "^Invalid file path$"
answers 400 GET "$storage/download?file=/etc/passwd" "" "^Invalid file path$"
answers 400 GET "$storage/download" "" "^Invalid file path$"
answers 404 GET "$storage/download?file=a/b" "" "not found"
answers 404 GET "$storage/download?file=$(encoded "$path/none")" "" "not found"
answers 404 GET "/storage/none/download?file=a/b" "" "not found"

note "links work once"
expect 200 POST "$storage/download-url" "$(jq -n --arg file "$path/$object" '{file: $file}')"
link=$(value .url)
[ "${link#"$url"}" != "$link" ] || fail "not absolute: $link"
{ [ "$(value .singleUse)" = true ] && [ "$(value .expiresIn)" = "5 minutes" ]; } || fail "$body"
[ "$(curl -sI -o /dev/null -w '%{http_code}' "$link")" = 200 ] || fail "HEAD of a link"
curl -sf -o "$work/linked" "$link" || fail "the link does not work"
cmp "$work/linked" "$work/got"
[ "$(curl -s -o "$work/body" -w '%{http_code}' "$link")" = 401 ] || fail "the link works twice"
jq -r .error "$work/body" | grep -q "^Invalid or expired token. Please generate a new download link.$" || fail "$(<"$work/body")"
[ "$(curl -s -o "$work/body" -w '%{http_code}' "$url/api/storage/public-download")" = 400 ] || fail "no token"
[ "$(jq -r .error "$work/body")" = "Missing token" ] || fail "$(<"$work/body")"
expect 200 POST "$storage/download-url" '{"file":"a/b"}'
link=$(value .url)
[ "$(curl -s -o /dev/null -w '%{http_code}' "$link")" = 404 ] || fail "a link to nothing"
[ "$(curl -s -o /dev/null -w '%{http_code}' "$link")" = 404 ] || fail "a link that could not be served is used up"
answers 400 POST "$storage/download-url" "$(jq -n --arg file "$path/$object" '{file: $file, direct: true}')" "direct"
expect 200 POST "$storage/download" "$(jq -n --arg file "$path" '{file: $file, prepare: true}')"
token=$(value .data.token)
get "$storage/download?token=$token" "$work/prepared.tar"
cmp "$work/prepared.tar" "$work/whole.tar"
answers 410 GET "$storage/download?token=x" "" "^This download has expired"

note "locks"
expect 200 POST "$storage/files/bulk" "$(jq -n --arg a "$path" '{action: "lock", paths: [$a, "no/such", "../x"]}')"
{ [ "$(value '.data.succeeded[0]')" = "$path" ] && [ "$(value '.data.failed | length')" = 2 ]; } || fail "$body"
[ "$(value .message)" = "1 of 3 backups locked" ] || fail "$body"
expect 200 GET "$storage/files"
[ "$(value '.[0].locked')" = true ] || fail "not locked: $body"
digest=$(jq -r .digest "$folder/manifest.json")
sed "s/$digest/$(printf '0%.0s' {1..64})/" "$folder/manifest.json" | sha256sum | grep -q "^$digest" || fail "digest"
answers 409 DELETE "$storage/files" "$(jq -n --arg path "$path" '{path: $path}')" "^This backup is locked. Unlock it"
[ -e "$folder/$object" ] || fail "a locked backup was removed"
expect 200 POST "$storage/lock" "$(jq -n --arg file "$path" '{file: $file, locked: false}')"
expect 200 GET "$storage/files"
jq -e '.[0].locked == false' <<<"$body" >/dev/null || fail "not unlocked: $body"

note "deletion"
answers 400 DELETE "$storage/files" '{}' "^Path is required$"
answers 400 DELETE "$storage/files" '{"path":"../x"}' "^Invalid file path$"
answers 404 DELETE "$storage/files" '{"path":"no/such"}' "not found"
expect 200 DELETE "$storage/files" "$(jq -n --arg path "$first" '{path: $path}')"
[ ! -e "$backups/$first/manifest.json" ] || fail "still there"
nothing_stored "$backups/$first"
expect 200 GET "$storage/files"
[ "$(value length)" = 1 ] || fail "still listed: $body"

note "checks find what is wrong"
verdict() { # STATUS [WORDS]
    expect 200 POST "$storage/verify" "$(jq -n --arg file "$path" '{file: $file}')"
    [ "$(value .data.status)" = "$1" ] || fail "verify says $body"
    [ -z "${2:-}" ] || value .data.error | grep -Eq -- "$2" || fail "verify does not tell \"$2\": $body"
}
verdict passed
expect 200 GET "$storage/files"
[ "$(value '.[0].verification.passed')" = true ] || fail "the check is not kept: $body"
cp "$folder/$object" "$work/sound"
flip() { printf '\x5a' | dd of="$folder/$object" bs=1 seek=$((size / 2)) conv=notrunc status=none; }
flip
cmp -s "$folder/$object" "$work/sound" && fail "nothing was flipped"
verdict failed "damaged"
# A damaged object does not pass for a whole one: the answer is cut.
if get "$storage/download?file=$file" "$work/damaged"; then fail "a damaged object was delivered whole"; fi
[ "$(stat -c %s "$work/damaged")" -lt "$size" ] || fail "all bytes of a damaged object were delivered"
if get "$storage/download?file=$(encoded "$path")" "$work/damaged"; then fail "a damaged archive"; fi
if get "$storage/download?file=$file&decompress=true" "$work/damaged"; then fail "damaged, decompressed"; fi
head -c $((size - 1)) "$work/sound" >"$folder/$object"
verdict failed "bytes"
if get "$storage/download?file=$file" "$work/damaged"; then fail "a cut object was delivered whole"; fi
other=$(find "$folder" -name '*.zst' ! -name "$object" -printf '%f')
cp "$folder/$other" "$work/other"
cp "$work/other" "$folder/$object"
cp "$work/sound" "$folder/$other"
verdict failed "$object.*$other|$other.*$object"
rm "$folder/$object"
cp "$work/other" "$folder/$other"
verdict failed "$object is missing"
expect 200 POST "$storage/verify-async" "$(jq -n --arg file "$path" '{file: $file}')"
await_failure "$(value .executionId)" "missing"
[ "$(value .data.type)" = Verification ] || fail "$body"
cp "$work/sound" "$folder/$object"
expect 200 POST "$storage/verify-async" "$(jq -n --arg file "$path" '{file: $file}')"
execution=$(value .executionId)
await_success "$execution"
expect 200 GET "/executions/$execution/stages"
[ "$(value '[.data[].name] | join(",")')" = Queued,Initializing,Verifying,Completed ] || fail "$body"
expect 200 GET "$storage/files"
[ "$(value '.[0].verification.passed')" = true ] || fail "the check is not kept: $body"
answers 404 POST "$storage/verify" '{"file":"no/such"}' "not found"
answers 404 POST "$storage/verify-async" '{"file":"no/such"}' "not found"

note "analysis and history"
expect 200 POST "$storage/analyze" "$(jq -n --arg file "$path" '{file: $file}')"
{ [ "$(value '.databases | length')" = 2 ] && [ "$(value '.sources[1].name')" = stock ]; } || fail "$body"
expect 200 GET "$storage/history?days=900"
{ [ "$(value '.data[-1].count')" = 1 ] && [ "$(value '.data[-1].date')" = "$(date -u +%F)" ]; } || fail "$body"

note "clients that leave"
no_process_left
head -c $((${BIG_MIB:-60} << 20)) /dev/urandom >"$work/noise"
sqlite3 "$work/big.db" "CREATE TABLE t (v BLOB); INSERT INTO t VALUES (readfile('$work/noise'))"
rm "$work/noise"
create /adapters "$(jq -n --arg path "$work/big.db" \
    '{name: "big", type: "database", adapterId: "sqlite", config: {path: $path}}')"
create_job big "$id" "$disk"
backup "$id"
big=$(encoded "$path")
for _ in 1 2 3; do
    curl -s --max-time 10 -H @"$work/authorization" "$url/api$storage/download?file=$big" | head -c 100000 >"$work/some" || true
done
curl -s --limit-rate 50k --max-time 1 -o "$work/some" -H @"$work/authorization" "$url/api$storage/download?file=$big" || true
no_process_left
eventually no_scratch || fail "left behind: $(ls "$state/scratch")"

note "a large download takes no memory"
peak() { awk '/^VmHWM/ {print int($2 / 1024)}' "/proc/$1/status" 2>/dev/null; }
echo 5 >"/proc/$daemon/clear_refs" 2>/dev/null || true
before=$(peak "$daemon")
curl -sf --limit-rate 400M -H @"$work/authorization" "$url/api$storage/download?file=$big" >"$work/big.tar" &
download=$!
of_worker=0
while kill -0 $download 2>/dev/null; do
    worker=$(pgrep -P "$daemon" | head -n 1) || worker=
    if [ -n "$worker" ]; then
        now=$(peak "$worker") || now=
        [ -z "$now" ] || [ "$now" -le "$of_worker" ] || of_worker=$now
    fi
    sleep 0.02
done
wait $download || fail "the download failed"
tar --extract --to-stdout --file "$work/big.tar" --wildcards '*.zst' | cmp - "$folder"/*.zst
grown=$(($(peak "$daemon") - before))
note "$(($(stat -c %s "$work/big.tar") >> 20)) MiB: the service grew by $grown MiB, its worker had $of_worker MiB"
if ! grep -q __asan_init "$tree/libexec/dbackup/dbackup-worker"; then
    [ $grown -le 8 ] || fail "the service grew by $grown MiB"
    [ "$of_worker" -le 64 ] || fail "the worker took $of_worker MiB"
fi
stop_daemon
