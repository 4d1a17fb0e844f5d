#!/bin/sh
# Adds up the amounts of $ROWS (lines "name,amount") by name, after a pause of $1 seconds. Exit code 65 is EX_DATAERR of sysexits.h.
set -eu

# PID 1 of a container ignores SIGTERM unless it has a handler, and a shell runs the handler only between commands or in `wait`.
trap 'exit 143' TERM
sleep "$1" &
wait $!

printf '%s\n' "$ROWS" | awk -F, '
  NF != 2 || $2 !~ /^-?[0-9]+(\.[0-9]+)?$/ { printf "line %d is not \"name,amount\": %s\n", NR, $0; bad = 1; exit }
  { total[$1] += $2 }
  END { if (bad) exit 65; for (name in total) print name, total[name] }
'
