# SPDX-License-Identifier: GPL-3.0-or-later
# Completion of reeve(1) for fish.

set -l verbs watch status tail log show explain diff ack verify doctor canary digest request approve \
    review reject import accept register keys hooks hook policy help

function __reeve_ids
    reeve log --all --json -n 20 2>/dev/null | string replace -rf '^\{"id":"([0-9a-f]{12}).*' '$1'
end

complete -c reeve -f
complete -c reeve -l config -r -F -d Configuration
complete -c reeve -l state -x -a '(__fish_complete_directories)' -d 'The stores'
complete -c reeve -l runtime -x -a '(__fish_complete_directories)' -d 'The sockets of the daemon'
complete -c reeve -l json -d 'One JSON object per line'
complete -c reeve -l color -x -a 'auto always never' -d Colour
complete -c reeve -l help -s h -d Help

set -l none "not __fish_seen_subcommand_from $verbs"
complete -c reeve -n $none -l version -d Version
complete -c reeve -n $none -a watch -d 'Start watching here and now, until ^C'
complete -c reeve -n $none -a status -d 'Is it watching, and is the machine as agreed?'
complete -c reeve -n $none -a tail -d 'Follow events as they come'
complete -c reeve -n $none -a log -d 'Events of the past'
complete -c reeve -n $none -a show -d 'Everything about an event'
complete -c reeve -n $none -a explain -d 'Why a verdict is what it is, and what to do'
complete -c reeve -n $none -a diff -d 'What differs from what was approved'
complete -c reeve -n $none -a ack -d 'Say that an alert has been seen'
complete -c reeve -n $none -a verify -d 'Check every record ever written'
complete -c reeve -n $none -a doctor -d 'Look at everything Reeve stands on'
complete -c reeve -n $none -a canary -d 'Change a file of Reeve itself and wait for it'
complete -c reeve -n $none -a digest -d 'What a change request would pin of a path'
complete -c reeve -n $none -a request -d 'Ask for a change, see what was asked'
complete -c reeve -n $none -a approve -d 'Look at a request and sign it'
complete -c reeve -n $none -a review -d 'Confirm what was done in an emergency'
complete -c reeve -n $none -a reject -d 'Object to a request, for good'
complete -c reeve -n $none -a import -d 'Drafts of requests from a ticket system'
complete -c reeve -n $none -a accept -d 'Put what drifts under an approved request'
complete -c reeve -n $none -a register -d 'Make the register of change requests'
complete -c reeve -n $none -a keys -d 'Whose signatures count here'
complete -c reeve -n $none -a hooks -d 'Let git tell Reeve what is pushed'
complete -c reeve -n $none -a hook -d 'What git calls'
complete -c reeve -n $none -a policy -d 'Check, test and list rules'
complete -c reeve -n $none -a help -d 'Tell more about a verb'

complete -c reeve -n '__fish_seen_subcommand_from help' -a "$verbs"
complete -c reeve -n '__fish_seen_subcommand_from watch log diff digest explain policy' -F
complete -c reeve -n '__fish_seen_subcommand_from show explain ack' -a '(__reeve_ids)' -d Event
complete -c reeve -n '__fish_seen_subcommand_from request' -a 'new submit policy list show close'
complete -c reeve -n '__fish_seen_subcommand_from request register keys hooks' -F
complete -c reeve -n '__fish_seen_subcommand_from register' -a 'init fetch'
complete -c reeve -n '__fish_seen_subcommand_from keys' -a 'list allow revoke'
complete -c reeve -n '__fish_seen_subcommand_from hooks' -a install
complete -c reeve -n '__fish_seen_subcommand_from approve review reject' -l key -s k -r -F -d 'Sign with it'
complete -c reeve -n '__fish_seen_subcommand_from approve review reject' -l yes -s y -d 'Do not ask'
complete -c reeve -n '__fish_seen_subcommand_from policy' -a 'check test list'

complete -c reeve -n '__fish_seen_subcommand_from watch' -l root -x \
    -a '(__fish_complete_directories)' -d 'Root of the watched system'
complete -c reeve -n '__fish_seen_subcommand_from watch' -l backend -x -a 'auto inotify'
complete -c reeve -n '__fish_seen_subcommand_from watch' -l host -x -d 'Name of this host'
complete -c reeve -n '__fish_seen_subcommand_from status' -l wait -d 'For all that happened before'
complete -c reeve -n '__fish_seen_subcommand_from status' -l timeout -x -d 'Give up after'
complete -c reeve -n '__fish_seen_subcommand_from tail' -l since -x -a '(__reeve_ids)'
complete -c reeve -n '__fish_seen_subcommand_from tail log' -l all -d 'Not alerts alone'
complete -c reeve -n '__fish_seen_subcommand_from log' -l since -x -a 'today yesterday 2h 2d 1w'
complete -c reeve -n '__fish_seen_subcommand_from log' -l until -x -a 'today yesterday 2h 2d 1w'
complete -c reeve -n '__fish_seen_subcommand_from log' -l verdict -x \
    -a 'approved standard restored emergency unverifiable mismatch unapproved'
complete -c reeve -n '__fish_seen_subcommand_from log' -l severity -x \
    -a 'informational low medium high critical'
complete -c reeve -n '__fish_seen_subcommand_from log' -l patch -s p -d 'With differences'
complete -c reeve -n '__fish_seen_subcommand_from log' -l limit -s n -x -d 'The newest'
complete -c reeve -n '__fish_seen_subcommand_from ack' -l note -s m -x -d 'What is known'
