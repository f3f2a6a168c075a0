# What the scripts of databases share; sourced.

source "$(dirname "${BASH_SOURCE[0]}")/packages.sh"

# Databases refuse to run as root: runs a command as user $1 if this is root.
as() {
  local user=$1
  shift
  if [[ $(id -u) == 0 ]]; then
    # From a folder that the user may be in.
    (cd / && runuser -u "$user" -- "$@")
  else
    "$@"
  fi
}

# Makes the empty folder $2, which belongs to user $1 if this is root.
own_folder() {
  mkdir -p "$2"
  if [[ $(id -u) == 0 ]]; then
    chown "$1" "$2"
    if ! as "$1" test -w "$2"; then
      echo "user $1 may not enter $2: choose a folder that others can enter" >&2
      exit 1
    fi
  fi
}
