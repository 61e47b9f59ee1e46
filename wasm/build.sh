#!/bin/sh
# Builds OpenSlide and its libraries to WebAssembly: wasm/dist/. See README.md. Takes minutes once; the result is kept below
# ${COVERSLIP_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/coverslip}/wasm under a hash of this folder, for every clone.
set -eu

WASM=$(cd "$(dirname "$0")" && pwd)
DIST="$WASM/dist"
CACHE="${COVERSLIP_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/coverslip}/wasm"
LOG="$CACHE/build.log"
STEP_OPEN=""
TOOLCHAIN_WORK=""
RESULT="$CACHE/new.$$"
LOCK_FOLDER=""
# shellcheck source=versions.env
. "$WASM/versions.env"
# shellcheck source=toolchain.sh
. "$WASM/toolchain.sh"

die() {
  [ -z "$STEP_OPEN" ] || echo " failed"
  STEP_OPEN=""
  echo "[wasm] $1" >&2
  exit 1
}

# One line per step, finished with its seconds when the step ends.
begin() { # NUMBER TEXT
  printf '[wasm %s/6] %s …' "$1" "$2"
  STEP_OPEN=1
  STEP_START=$(date +%s)
  echo "== $2" >>"$LOG"
}
end() {
  echo " $(($(date +%s) - STEP_START)) s"
  STEP_OPEN=""
}

sha256() { if command -v sha256sum >/dev/null 2>&1; then sha256sum "$@"; else shasum -a 256 "$@"; fi; }

inputs_hash() {
  (
    cd "$WASM"
    find build.sh toolchain.sh fetch.py edit.py smoke.mjs versions.env meson.build emscripten.ini NOTICE.md patches openslide \
      -type f | LC_ALL=C sort | while read -r file; do sha256 "$file"; done
  ) | sha256 | cut -c1-16
}

is_current() {
  [ -f "$DIST/versions.json" ] && [ -f "$DIST/openslide.wasm" ] && [ -f "$DIST/openslide.mjs" ] &&
    grep -q "\"inputs\": \"$HASH\"" "$DIST/versions.json"
}

# Each file takes its place by a rename, versions.json last: a reader never sees half a file, nor a stamp without its module.
install_dist() { # FROM
  new="$DIST/.new.$$"
  mkdir -p "$new"
  cp -R "$1/." "$new/"
  rm -rf "$DIST/licenses"
  for name in licenses NOTICE.md openslide.d.ts openslide.d.mts openslide.symbols openslide.wasm openslide.mjs versions.json; do
    mv -f "$new/$name" "$DIST/$name"
  done
  rm -rf "$new"
}

# One build at a time; whoever waited finds the result in the cache.
take_lock() {
  if command -v flock >/dev/null 2>&1; then
    exec 9>"$CACHE/lock"
    flock -n 9 || { echo "[wasm] waiting for another build"; flock 9; }
    return
  fi
  until mkdir "$CACHE/lock.d" 2>/dev/null; do
    # A holder that died leaves its folder; one that has only just made it has no pid in it yet.
    kill -0 "$(cat "$CACHE/lock.d/pid" 2>/dev/null || echo $$)" 2>/dev/null || rm -rf "$CACHE/lock.d"
    sleep 1
  done
  LOCK_FOLDER="$CACHE/lock.d"
  echo $$ >"$LOCK_FOLDER/pid"
}

clean_up() {
  status=$?
  if [ "$status" = 130 ]; then
    echo " interrupted"
  elif [ "$status" != 0 ] && [ -n "$STEP_OPEN" ]; then
    echo " failed"
    tail -n 30 "$LOG" >&2
    echo "[wasm] The build failed; the whole log is $LOG" >&2
  fi
  [ -z "$TOOLCHAIN_WORK" ] || rm -rf "$TOOLCHAIN_WORK"
  rm -rf "$RESULT" "$DIST/.new.$$"
  [ -z "$LOCK_FOLDER" ] || rm -rf "$LOCK_FOLDER"
}

prepare_sources() {
  if [ ! -f "$CACHE/$SDIST_FILE" ] || [ "$(sha256 "$CACHE/$SDIST_FILE" | cut -d' ' -f1)" != "$SDIST_SHA256" ]; then
    message=$(python3 "$WASM/fetch.py" "$SDIST_PROJECT" "$SDIST_FILE" "$SDIST_SHA256" "$CACHE/$SDIST_FILE" 2>&1) || die "$message"
  fi
  mkdir "$TOOLCHAIN_WORK/tree" "$TOOLCHAIN_WORK/bin" "$TOOLCHAIN_WORK/out"
  tar -xzf "$CACHE/$SDIST_FILE" -C "$TOOLCHAIN_WORK/tree" --strip-components=1
  python3 "$WASM/edit.py" "$WASM" "$TOOLCHAIN_WORK/tree" >>"$LOG" 2>&1
  cp "$WASM/emscripten.ini" "$TOOLCHAIN_WORK/"
  printf "[binaries]\nc = '%s'\n" "$NATIVE_CC" >"$TOOLCHAIN_WORK/native.ini"
  # libxml2's build asks git for a version; any git that fails will do.
  printf '#!/bin/sh\nexit 1\n' >"$TOOLCHAIN_WORK/bin/git"
  chmod +x "$TOOLCHAIN_WORK/bin/git"

  cat >"$TOOLCHAIN_WORK/configure.sh" <<EOF
cd '$TOOLCHAIN_INSIDE' && emcc --version | head -n 1 >emcc.txt &&
  meson setup B tree --cross-file emscripten.ini --native-file native.ini --wrap-mode=nodownload
EOF
  # The libraries only: their programs and tests do not link here.
  cat >"$TOOLCHAIN_WORK/compile.sh" <<EOF
cd '$TOOLCHAIN_INSIDE' && ninja -C B \$(ninja -C B -t targets all | grep -oE '^[^ ]+\.a:' | tr -d :)
EOF
  cat >"$TOOLCHAIN_WORK/link.sh" <<EOF
cd '$TOOLCHAIN_INSIDE' && emcc -O3 -msimd128 -sSUPPORT_LONGJMP=wasm \
  -sMODULARIZE -sEXPORT_ES6 -sENVIRONMENT=web,worker,node -sFORCE_FILESYSTEM -sWASM_BIGINT \
  -sALLOW_MEMORY_GROWTH -sMAXIMUM_MEMORY=2GB -sSTACK_SIZE=1MB \
  $(sed 's/^/-Wl,--wrap=/' "$WASM/openslide/wraps.txt" | tr '\n' ' ') \
  -sEXPORTED_FUNCTIONS=@tree/cs/exports.txt \
  -sEXPORTED_RUNTIME_METHODS=UTF8ToString,stringToNewUTF8,HEAPU8,HEAPU32,HEAPF64,ENV,FS \
  --emit-symbol-map \
  -o out/openslide.mjs -Wl,--start-group \$(find B -name '*.a') -Wl,--end-group
EOF
}

gather_result() {
  mkdir -p "$RESULT/licenses"
  cp "$TOOLCHAIN_WORK/out/openslide.mjs" "$TOOLCHAIN_WORK/out/openslide.wasm" "$TOOLCHAIN_WORK/tree/cs/openslide.d.ts" "$WASM/NOTICE.md" "$RESULT/"
  cp "$TOOLCHAIN_WORK"/out/openslide.*symbols "$RESULT/openslide.symbols" # names of functions, for profiles
  cp "$RESULT/openslide.d.ts" "$RESULT/openslide.d.mts" # the name that TypeScript looks for beside openslide.mjs
  chmod 644 "$RESULT"/openslide.*
  cp -R "$TOOLCHAIN_WORK/tree/licenses/." "$RESULT/licenses/"
  rm -rf "$RESULT/licenses/libffi" # not in the module
  if [ -f "$TOOLCHAIN_ROOT/usr/share/doc/emscripten/copyright" ]; then
    mkdir "$RESULT/licenses/emscripten"
    cp "$TOOLCHAIN_ROOT/usr/share/doc/emscripten/copyright" "$RESULT/licenses/emscripten/"
  fi
  {
    echo "{"
    echo "  \"inputs\": \"$HASH\","
    echo "  \"openslide\": \"$OPENSLIDE_VERSION\","
    echo "  \"source\": { \"file\": \"$SDIST_FILE\", \"sha256\": \"$SDIST_SHA256\" },"
    echo "  \"compiler\": \"$(tr -d '"' <"$TOOLCHAIN_WORK/emcc.txt")\","
    echo "  \"libraries\": {"
    (cd "$TOOLCHAIN_WORK/tree/subprojects" && ls -d ./*-[0-9]*/) | grep -v libffi |
      sed 's|^\./\(.*\)-\([0-9][^-]*\)/$|    "\1": "\2",|' | sed '$ s/,$//'
    echo "  }"
    echo "}"
  } >"$RESULT/versions.json"
}

# In a function, so that the shell has read the whole script before it starts: it may be edited while it runs.
main() {
  HASH=$(inputs_hash)
  if is_current; then
    echo "[wasm] up to date ($HASH)"
    exit 0
  fi
  mkdir -p "$CACHE" 2>/dev/null || die "The cache folder $CACHE cannot be made: set COVERSLIP_CACHE to a folder that can."
  trap clean_up EXIT
  trap 'exit 130' INT TERM HUP
  take_lock
  if [ -f "$CACHE/$HASH/versions.json" ]; then
    install_dist "$CACHE/$HASH"
    echo "[wasm] copied from the cache ($HASH)"
    exit 0
  fi

  build_start=$(date +%s)
  : >"$LOG"
  command -v python3 >/dev/null 2>&1 ||
    die "python3 is missing: install it (Debian: apt-get install python3 python3-pip) and run this again."
  free_kb=$(df -Pk "$CACHE" | awk 'NR == 2 { print $4 }')
  [ "$free_kb" -gt 3000000 ] || die "The build needs 3 GB free below $CACHE: make room, or set COVERSLIP_CACHE to another disk."
  begin 1 "compiler"
  toolchain_prepare
  end
  begin 2 "sources"
  prepare_sources
  end
  begin 3 "configure"
  toolchain_run configure.sh >>"$LOG" 2>&1 </dev/null
  end
  begin 4 "compile"
  toolchain_run compile.sh >>"$LOG" 2>&1 </dev/null
  end
  begin 5 "link"
  toolchain_run link.sh >>"$LOG" 2>&1 </dev/null
  gather_result
  end
  begin 6 "smoke test"
  node "$WASM/smoke.mjs" "$RESULT" >>"$LOG" 2>&1
  end
  [ "$(inputs_hash)" = "$HASH" ] || die "The files of wasm/ changed during the build: run this again."
  mv "$RESULT" "$CACHE/$HASH"
  install_dist "$CACHE/$HASH"
  echo "[wasm] built in $(($(date +%s) - build_start)) s ($HASH)"
}

main "$@"
