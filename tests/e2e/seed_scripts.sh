#!/bin/bash
# The scripts on the user's own page about triggering by REST, word for word, where that page lies beside the checkout
# (or where PAGE says). The page lost its indentation, which only YAML needs: it is put back.
. "$(dirname "$0")/lib.sh"
page=${PAGE:-$root/../shared/seed-webhook-triggers.txt}
[ -f "$page" ] || skip "the page is not here"
start_postgres
sql postgres -c "CREATE DATABASE shop"
start_daemon
create_postgres_source server
source=$id
create_destination disk "$backups"
destination=$id
create_job "Daily backup" "$source" "$destination" '.databases = ["shop"]'
job=$id
create_job broken "$source" "$destination" '.databases = ["no such database"]'
broken=$id
mkdir "$work/fast"
printf '#!/bin/sh\nexec /bin/sleep 0.2\n' >"$work/fast/sleep" # the page's pauses are 5 and 10 s
chmod 755 "$work/fast/sleep"

part() { # FIRST LAST: the lines of the page from one pattern to the next; what is glued behind the last is cut off
    sed -n "/$1/,/$2/{p; /$2/q}" "$page" | sed "\$s/\($2\).*/\1/"
}
own() { # JOB: the placeholders of the page become ours
    sed -e "s|https://your-instance.com|$url|; s|dbackup_your_api_key|$key|; s|your-job-id|$1|" \
        -e "s|\${{ secrets.DBACKUP_URL }}|$url|; s|\${{ secrets.DBACKUP_API_KEY }}|$key|" \
        -e "s|\${{ secrets.DBACKUP_JOB_ID }}|$1|; s|\${{ steps.trigger.outputs.execution_id }}|${execution:-}|"
}
run() { # SCRIPT [VARIABLE=VALUE ...]: -> $status; the output in $work/output
    status=0
    env PATH="$work/fast:$PATH" "${@:2}" bash "$1" >"$work/output" 2>&1 || status=$?
}
ends_with() { # STATUS WORDS
    [ "$status" = "$1" ] || fail "status $status, not $1: $(cat "$work/output")"
    grep -q -- "$2" "$work/output" || fail "not said: $2; but: $(cat "$work/output")"
}

note "Bash: trigger and wait"
part '^#!\/bin\/bash' '^done' >"$work/page"
own "$job" <"$work/page" >"$work/script"
run "$work/script"
ends_with 0 "Backup completed successfully!"
own "$broken" <"$work/page" >"$work/script"
run "$work/script"
ends_with 1 "Backup failed: .*no such database"
own no-such-job <"$work/page" >"$work/script"
run "$work/script"
ends_with 1 "Failed to start job: .*Job not found"

note "GitHub Actions"
part '^RESPONSE=.*secrets.DBACKUP_URL.*run' 'GITHUB_OUTPUT"' >"$work/trigger"
part '^for i in .*seq 1 60' '^exit 1[A-Z]' | sed '$s/.$//' >"$work/wait"
github() { # JOB
    execution=
    own "$1" <"$work/trigger" >"$work/script"
    : >"$work/github-output"
    run "$work/script" GITHUB_OUTPUT="$work/github-output"
    [ "$status" = 0 ] || fail "$(cat "$work/output")"
    execution=$(sed -n 's/^execution_id=//p' "$work/github-output")
    own "$1" <"$work/wait" >"$work/script"
    run "$work/script"
}
github "$job"
ends_with 0 "Status=Success"
github "$broken"
ends_with 1 "::error::Backup failed: .*no such database"

note "before a deploy"
part '^# pre-deploy-backup.sh' '^exit 1[A-Z]' | sed '$s/.$//' >"$work/script"
run "$work/script" DBACKUP_URL="$url" DBACKUP_API_KEY="$key" BACKUP_JOB_ID="$job"
ends_with 0 "safe to deploy"
run "$work/script" DBACKUP_URL="$url" DBACKUP_API_KEY="$key" BACKUP_JOB_ID="$broken"
ends_with 1 "aborting deploy"

note "Ansible"
command -v ansible-playbook >/dev/null || skip "ansible-playbook is not installed"
part '^- name: Trigger DBackup job' "^when: poll_result.*'Failed'" | awk '
    /^- name: Trigger DBackup job/ { print; next }
    /^(hosts|vars|tasks):/ { print "  " $0; next }
    /^- name:/ { print "    " $0; next }
    /^(dbackup_url|dbackup_api_key|job_id):/ { print "    " $0; next }
    /^(ansible\.builtin\.[a-z]+:|register:|until:|retries:|delay:|when:)/ { print "      " $0; next }
    /^(url|method|headers|status_code|msg):/ { print "        " $0; next }
    { print "          " $0 }' >"$work/page"
play() { # JOB
    # The page waits 10 s between two questions.
    own "$1" <"$work/page" | sed 's/delay: 10/delay: 1/' >"$work/playbook.yml"
    status=0
    HOME=$work/tmp ANSIBLE_NOCOLOR=1 ansible-playbook "$work/playbook.yml" >"$work/output" 2>&1 || status=$?
}
play "$job"
ends_with 0 "failed=0"
play "$broken"
ends_with 2 "Backup failed: .*no such database"
stop_daemon
