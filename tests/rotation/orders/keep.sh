#!/bin/sh
# Keeps a value that it is given on stdin, gives it back, and notes what else it was told.
here=$(dirname "$0")
{ printf '%s\n' "$@"; env; tr '\0' '\n' <"/proc/$PPID/cmdline"; } >>"$here/seen"
case $1 in
put) cat >"$here/vault/$2.new" && mv "$here/vault/$2.new" "$here/vault/$2" ;;
read) cat "$here/vault/$2" ;;
check) test -d "$here/vault" ;;
esac
