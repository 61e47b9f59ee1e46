# Sourced by build.sh: finds an emscripten, or installs one in a Debian chroot below the cache, and runs scripts in it.
#
#   toolchain_prepare      sets TOOLCHAIN_WORK, an empty folder to build in, and TOOLCHAIN_INSIDE, its path for the scripts
#   toolchain_run SCRIPT   runs sh TOOLCHAIN_INSIDE/SCRIPT, with meson, ninja, emcc and node on PATH
#
# Needs from build.sh: CACHE, step names by `say`, and `die`. A chroot is entered in a mount namespace of its own, so that
# nothing stays mounted however the build ends, and nothing of the machine but /dev and /proc is visible in it.

TOOLS="$CACHE/toolchain"

version_at_least() { # HAVE WANT
  [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]
}

emcc_version() { emcc --version 2>/dev/null | sed -n '1s/.* \([0-9][0-9.]*[0-9]\).*/\1/p'; }

# meson and ninja come from the Python package index: Debian's meson may be older than the sources want.
install_meson() { # FOLDER
  python3 -m pip install --quiet --disable-pip-version-check --no-warn-script-location --upgrade --target "$1.new" \
    "$MESON_SPEC" "$NINJA_SPEC" >>"$LOG" 2>&1 ||
    die "meson and ninja could not be installed with pip: check that python3 has pip (Debian: apt-get install python3-pip) and that the package index answers."
  # pip wrote this machine's Python into the script; it runs under the chroot's.
  sed -i.bak '1s|.*|#!/usr/bin/env python3|' "$1.new/bin/meson" && rm -f "$1.new/bin/meson.bak"
  rm -rf "$1" && mv "$1.new" "$1"
}

debian_mirror() {
  apt-get indextargets --format '$(LABEL) $(ORIGIN) $(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
    sed -n 's/^Debian Debian //p' | head -n 1
}

toolchain_prepare() {
  have=""
  if command -v emcc >/dev/null 2>&1; then have=$(emcc_version); fi
  if [ -n "$have" ] && version_at_least "$have" "$EMSCRIPTEN_MIN"; then
    TOOLCHAIN_KIND=host
    TOOLCHAIN_ROOT="" # this machine's own
    mkdir -p "$TOOLS"
    [ -x "$TOOLS/py/bin/meson" ] || install_meson "$TOOLS/py"
    NATIVE_CC=$(command -v clang || command -v gcc || command -v cc) ||
      die "A C compiler for this machine is missing: install clang or gcc."
    command -v node >/dev/null 2>&1 || die "node is missing."
    TOOLCHAIN_WORK="$CACHE/work.$$"
    TOOLCHAIN_INSIDE="$TOOLCHAIN_WORK"
  else
    TOOLCHAIN_KIND=chroot
    chroot_prepare
    NATIVE_CC=clang
    TOOLCHAIN_WORK="$TOOLCHAIN_ROOT/build/work.$$"
    TOOLCHAIN_INSIDE="/build/work.$$"
  fi
  mkdir -p "$TOOLCHAIN_WORK"
}

# Nothing is ever mounted there outside a namespace that has ended; should something be, deleting would go through it.
remove_tree() {
  if grep -qs " $1/" /proc/mounts; then die "Something is mounted below $1: unmount it, then run this again."; fi
  rm -rf "$1"
}

chroot_prepare() {
  for suite in $TOOLCHAIN_SUITES; do
    if [ -e "$TOOLS/$suite/.complete" ]; then
      TOOLCHAIN_SUITE=$suite
      TOOLCHAIN_ROOT="$TOOLS/$suite"
      return
    fi
  done
  if ! command -v mmdebstrap >/dev/null 2>&1; then
    command -v apt-get >/dev/null 2>&1 ||
      die "No emscripten: put an emcc of version $EMSCRIPTEN_MIN or newer on PATH (this machine has no apt-get to install one with)."
    [ "$(id -u)" = 0 ] ||
      die "No emscripten: put an emcc of version $EMSCRIPTEN_MIN or newer on PATH, or have an administrator run: apt-get install mmdebstrap fakechroot fakeroot"
    { apt-get install -y --no-install-recommends mmdebstrap || { apt-get update && apt-get install -y --no-install-recommends mmdebstrap; }; } \
      >>"$LOG" 2>&1 || die "mmdebstrap could not be installed with apt-get: check the network and Debian's package sources, then run this again."
  fi
  packages=emscripten,clang,python3,pkg-config,nodejs,ca-certificates,libc6-dev
  if [ "$(id -u)" = 0 ]; then
    mode="--mode=root --variant=essential"
  else
    command -v fakechroot >/dev/null 2>&1 && command -v fakeroot >/dev/null 2>&1 && unshare -Urm true 2>/dev/null ||
      die "Without root this needs fakechroot, fakeroot and user namespaces: have an administrator run apt-get install fakechroot fakeroot, or put an emcc of version $EMSCRIPTEN_MIN or newer on PATH."
    mode="--mode=fakechroot --variant=extract"
    packages=$packages,dash,bash,coreutils,sed,grep
  fi
  mirror=$(debian_mirror)
  mkdir -p "$TOOLS"
  for suite in $TOOLCHAIN_SUITES; do
    root="$TOOLS/$suite"
    remove_tree "$root"
    remove_tree "$root.new"
    # shellcheck disable=SC2086
    if mmdebstrap $mode --aptopt='Acquire::Check-Valid-Until "false"' --include=$packages "$suite" "$root.new" $mirror >>"$LOG" 2>&1; then
      mkdir -p "$root.new/build" "$root.new/em_cache" "$root.new/opt"
      install_meson "$root.new/opt/py"
      touch "$root.new/.complete"
      mv "$root.new" "$root"
      TOOLCHAIN_SUITE=$suite
      TOOLCHAIN_ROOT="$root"
      return
    fi
    remove_tree "$root.new"
  done
  die "No Debian release with emscripten could be installed: check the network and the space below $CACHE, then run this again, or put an emcc of version $EMSCRIPTEN_MIN or newer on PATH."
}

# Mounts only inside the namespace that `unshare` makes; they end with it.
ENTER='mount --rbind /dev "$1/dev" && mount --rbind /proc "$1/proc" && exec chroot "$1" /usr/bin/env -i HOME=/root LC_ALL=C.UTF-8 PYTHONPATH=/opt/py $3 PATH="$2/bin:/opt/py/bin:/usr/local/bin:/usr/bin:/bin" /bin/sh "$2/$4"'

toolchain_run() {
  if [ "$TOOLCHAIN_KIND" = host ]; then
    PYTHONPATH="$TOOLS/py" PATH="$TOOLCHAIN_INSIDE/bin:$TOOLS/py/bin:$PATH" sh "$TOOLCHAIN_INSIDE/$1"
    return
  fi
  # forky's emscripten builds its system libraries on first use and needs a place to keep them; trixie's has them.
  em_cache=""
  [ "$TOOLCHAIN_SUITE" = trixie ] || em_cache="EM_CACHE=/em_cache"
  if [ "$(id -u)" != 0 ]; then
    unshare -Urm sh -c "$ENTER" sh "$TOOLCHAIN_ROOT" "$TOOLCHAIN_INSIDE" "$em_cache" "$1"
  elif unshare -m --propagation private true 2>/dev/null; then
    unshare -m --propagation private sh -c "$ENTER" sh "$TOOLCHAIN_ROOT" "$TOOLCHAIN_INSIDE" "$em_cache" "$1"
  else
    # A container that may not mount: the device nodes that mmdebstrap made have to do.
    chroot "$TOOLCHAIN_ROOT" /usr/bin/env -i HOME=/root LC_ALL=C.UTF-8 PYTHONPATH=/opt/py $em_cache \
      PATH="$TOOLCHAIN_INSIDE/bin:/opt/py/bin:/usr/local/bin:/usr/bin:/bin" /bin/sh "$TOOLCHAIN_INSIDE/$1"
  fi
}
