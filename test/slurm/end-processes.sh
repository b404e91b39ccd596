#!/bin/sh
# Ends every process that has FOLDER in its environment under RCC_TEST_CLUSTER, and removes the folder. With a process id, waits for the end of that
# process first: `sh end-processes.sh FOLDER [PID]`.
folder=$1
while [ -n "${2:-}" ] && kill -0 "$2" 2> /dev/null; do
  [ -d "$folder" ] || exit 0
  sleep 1
done
found() {
  for environment in $(grep -lsz "^RCC_TEST_CLUSTER=$folder\$" /proc/[0-9]*/environ); do
    process=${environment#/proc/}
    echo "${process%/environ}"
  done
}
# What a process started or wrote meanwhile is found in the next round.
for round in 1 2 3 4 5 6 7 8 9 10; do
  processes=$(found)
  # shellcheck disable=SC2086
  [ -z "$processes" ] || kill -KILL $processes 2> /dev/null
  rm -rf "$folder" 2> /dev/null
  [ -n "$processes" ] || [ -e "$folder" ] || break
  sleep 0.2
done
