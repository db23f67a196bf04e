# SPDX-License-Identifier: GPL-3.0-or-later
# Completion of reeve(1) for bash.

_reeve_verb() {
	local i
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		--config | --state | --runtime | --color) ((i++)) ;;
		-*) ;;
		*) printf '%s' "${COMP_WORDS[i]}" && return ;;
		esac
	done
}

# Ids of the newest alerts, of the places named on the line.
_reeve_ids() {
	local i places=()
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		--state | --runtime | --config) places+=("${COMP_WORDS[i]}" "${COMP_WORDS[i + 1]}") ;;
		esac
	done
	reeve "${places[@]}" log --all --json -n 20 2>/dev/null |
		sed -n 's/^{"id":"\([0-9a-f]\{12\}\).*/\1/p'
}

_reeve() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	local verb options='--config --state --runtime --json --color --help'
	local verbs='watch status tail log show explain diff ack verify doctor canary digest '
	verbs+='request approve review reject import accept register keys hooks hook policy help'

	COMPREPLY=()
	case $prev in
	--config) mapfile -t COMPREPLY < <(compgen -f -- "$cur") && return ;;
	--state | --runtime | --root) mapfile -t COMPREPLY < <(compgen -d -- "$cur") && return ;;
	--color)
		mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur")
		return
		;;
	--backend)
		mapfile -t COMPREPLY < <(compgen -W 'auto inotify' -- "$cur")
		return
		;;
	--verdict)
		mapfile -t COMPREPLY < <(compgen -W 'approved standard restored emergency
			unverifiable mismatch unapproved' -- "$cur")
		return
		;;
	--severity)
		mapfile -t COMPREPLY < <(compgen -W 'informational low medium high critical' \
			-- "$cur")
		return
		;;
	--since | --until)
		mapfile -t COMPREPLY < <(compgen -W 'today yesterday 1h 2h 1d 2d 1w' -- "$cur")
		return
		;;
	--host | --note | --timeout | -n | -m | -t) return ;;
	esac

	verb=$(_reeve_verb)
	case $verb in
	'') options+=' --version' ;;
	watch) options+=' --root --backend --host' ;;
	status) options+=' --wait --timeout' ;;
	tail) options+=' --since --all' ;;
	log) options+=' --since --until --verdict --severity --all --patch --limit' ;;
	ack) options+=' --note' ;;
	request) options+=' --title --window --implementer --host --type --risk --description
		--backout --requester --content --diff --commit --repo --delete --from-event --content-any
		--mode --owner --group --link --draft --edit --dry-run --all --note --as' ;;
	approve | review | reject) options+=' --key --as --note --role --yes' ;;
	import) options+=' --map --dry-run' ;;
	accept) options+=' --request --note' ;;
	keys) options+=' --valid-before' ;;
	esac
	if [[ $cur == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
		return
	fi
	case $verb in
	'' | help) mapfile -t COMPREPLY < <(compgen -W "$verbs" -- "$cur") ;;
	show | ack) mapfile -t COMPREPLY < <(compgen -W "$(_reeve_ids)" -- "$cur") ;;
	explain) mapfile -t COMPREPLY < <(compgen -W "$(_reeve_ids)" -f -- "$cur") ;;
	request) mapfile -t COMPREPLY < <(compgen -W 'new submit policy list show close' -f -- "$cur") ;;
	register) mapfile -t COMPREPLY < <(compgen -W 'init' -f -- "$cur") ;;
	keys) mapfile -t COMPREPLY < <(compgen -W 'list allow revoke' -f -- "$cur") ;;
	hooks) mapfile -t COMPREPLY < <(compgen -W 'install' -d -- "$cur") ;;
	policy) mapfile -t COMPREPLY < <(compgen -W 'check test list replay' -f -- "$cur") ;;
	watch | log | diff | digest | accept) mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
	esac
}

complete -o filenames -F _reeve reeve
