# Shared by the tests of the role for Ansible, which source it after lib.sh.
# shellcheck shell=bash disable=SC2154
command -v ansible-playbook >/dev/null || skip "ansible-playbook is not installed"
collection=$root/integrations/ansible
key=dbackup_$(openssl rand -hex 30)
(umask 077 && echo "Authorization: Bearer $key" >"$work/authorization")
echo '{}' >"$work/vars.json"

# play PLAYBOOK [-e NAME=VALUE ...]: with the variables of $work/vars.json -> $code; the output in $work/output
play() {
    code=0
    env HOME="$work/tmp" ANSIBLE_ROLES_PATH="$collection/roles" ANSIBLE_LOCALHOST_WARNING=false ANSIBLE_NOCOLOR=1 \
        ANSIBLE_PYTHON_INTERPRETER=/usr/bin/python3 ANSIBLE_PIPELINING=true DBACKUP_API_KEY="$key" \
        ansible-playbook "$1" -e @"$work/vars.json" "${@:2}" >"$work/output" 2>&1 || code=$?
    ! grep -q "$key" "$work/output" || fail "the key is in Ansible's output: $(<"$work/output")"
}
ends_with() { # STATUS WORDS
    [ "$code" = "$1" ] || fail "status $code, not $1: $(<"$work/output")"
    grep -Eq -- "$2" "$work/output" || fail "not said: $2; but: $(<"$work/output")"
}
cat >"$work/playbook.yml" <<'PLAYBOOK'
- name: DBackup
  hosts: localhost
  gather_facts: false
  roles: [dbackup]
PLAYBOOK
