# Shared by the benchmarks that measure a backup beside a tool, in turn, in one run. Sourced after tests/e2e/lib.sh.
# A reference is a command that leaves the number of stored bytes in $stored.
# shellcheck shell=bash disable=SC2034,SC2154
rounds=${ROUNDS:-5}

now_ms() { echo $(($(date +%s%N) / 1000000)); }
median() { sort -n | awk '{a[NR] = $1} END {print a[int((NR + 1) / 2)]}'; }
seconds() { awk -v ms="$1" 'BEGIN {printf "%.2f", ms / 1000}'; }
kilobytes() { awk -v name="$2:" '$1 == name {print $2}' "/proc/$1/status" 2>/dev/null; }
mebibytes() { awk -v kb="$1" 'BEGIN {printf "%.1f", kb / 1024}'; }
busy_ticks() { awk '/^cpu / {print $2 + $3 + $4 + $7 + $8}' /proc/stat; }

# Waits by the stream of events, which costs nothing beside the backup. The round that warms up looks at the worker
# meanwhile, which does cost something: -> $peak, in KiB
ours() { # JOB ROUND
    local worker="" kb=0 waiting
    start_job "$1"
    curl -sN -H @"$work/authorization" "$url/api/executions/$execution/events" >/dev/null &
    waiting=$!
    while [ "$2" -eq 0 ] && kill -0 "$waiting" 2>/dev/null; do
        sleep 0.1
        [ -n "$worker" ] || worker=$(pgrep -P "$daemon" -f dbackup-worker | head -n 1) || true
        if [ -n "$worker" ]; then
            kb=$(kilobytes "$worker" VmHWM) || true
            [ "${kb:-0}" -le "$peak" ] || peak=$kb
        fi
    done
    wait "$waiting" || fail "the stream of events broke"
    finished=$(now_ms)
    has_ended "$execution" || fail "the stream of events ended before the backup: $body"
    [ "$(value .data.status)" = Success ] || fail "the backup failed: $body"
    stored=$(value .data.size)
}

measure() { # JOB REFERENCE...: the median of the rounds counts
    local job=$1 began busy round
    peak=0
    : >"$work/reference.ms" && : >"$work/ours.ms" && : >"$work/reference.ticks" && : >"$work/ours.ticks"
    for ((round = 0; round <= rounds; ++round)); do # round 0 warms up
        for side in reference ours; do
            sync
            finished="" began=$(now_ms) busy=$(busy_ticks)
            if [ $side = reference ]; then "${@:2}"; else ours "$job" $round; fi
            [ $round -eq 0 ] || {
                echo $((${finished:-$(now_ms)} - began)) >>"$work/$side.ms"
                echo $((($(busy_ticks) - busy) * 1000 / $(getconf CLK_TCK))) >>"$work/$side.ticks"
            }
            printf -v "${side}_stored" %s "$stored"
            rm -rf "${backups:?}"/*
        done
    done
}

report() { # NAME MEGABYTES
    local theirs own
    theirs=$(median <"$work/reference.ms")
    own=$(median <"$work/ours.ms")
    printf '%-16s %7s MB   tool %7s s (cpu %6s s, %5s MB)   dbackup %7s s (cpu %6s s, %5s MB)   ratio %s   worker %s MiB\n' "$1" "$2" \
        "$(seconds "$theirs")" "$(seconds "$(median <"$work/reference.ticks")")" $((reference_stored / 1000000)) \
        "$(seconds "$own")" "$(seconds "$(median <"$work/ours.ticks")")" $((ours_stored / 1000000)) \
        "$(awk -v a="$own" -v b="$theirs" 'BEGIN {printf "%.3f", a / b}')" "$(mebibytes "$peak")"
    printf '                 tool:%s   dbackup:%s   (ms)\n' "$(tr '\n' ' ' <"$work/reference.ms" | sed 's/^/ /')" \
        "$(tr '\n' ' ' <"$work/ours.ms" | sed 's/^/ /')"
}
