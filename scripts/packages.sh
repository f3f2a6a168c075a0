# What the scripts that install something share; sourced.

# Installs Debian packages; one caller at a time, since tests of several modules may ask for some.
install_packages() (
  flock 8
  sudo=()
  if [[ $(id -u) != 0 ]]; then
    sudo=(sudo -n)
  fi
  export DEBIAN_FRONTEND=noninteractive
  # What a package starts must not keep the lock.
  "${sudo[@]}" apt-get -q -o DPkg::Lock::Timeout=300 update >&2 8>&-
  "${sudo[@]}" apt-get -q -y -o DPkg::Lock::Timeout=300 \
    install --no-install-recommends "$@" >&2 8>&-
) 8>/tmp/parley-packages.lock
