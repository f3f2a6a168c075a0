# What the scripts that install something share; sourced.

# Installs Debian packages.
install_packages() {
  local sudo=()
  if [[ $(id -u) != 0 ]]; then
    sudo=(sudo -n)
  fi
  "${sudo[@]}" apt-get -q -o DPkg::Lock::Timeout=300 update >&2
  DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get -q -y -o DPkg::Lock::Timeout=300 \
    install --no-install-recommends "$@" >&2
}
