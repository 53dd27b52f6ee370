# shellcheck shell=sh
# How bin/siskin builds a checkout that has changed. An archive has no sources and not this file. Needs
# say, make_start_up_cache, and what jdk.sh and start-up.sh set.

log=$home/target/build.log

# Succeeds if nothing is packaged, or a source is newer than the package. Folders count too: their
# time changes when a file in them is deleted.
needs_build() {
  [ -f "$jar" ] && [ -d "$package_folder/lib" ] || return 0
  for module in proto index-format client server; do
    set -- "$@" "$home/$module/pom.xml" "$home/$module/src/main"
  done
  [ -n "$(find "$home/pom.xml" "$@" -newer "$jar" 2>/dev/null | head -n 1)" ]
}

# One line on where the build stands, read from Maven's log.
build_state() {
  awk '
    /^\[INFO\] Building siskin/ {
      module = $3; sub(/^siskin-/, "", module)
      part = match($0, /\[[0-9]+\/[0-9]+\]/) ? substr($0, RSTART, RLENGTH) " " : ""
      step = ""
    }
    /^\[INFO\] --- .*protobuf-maven-plugin/  { step = ": generating code" }
    /^\[INFO\] --- .*maven-compiler-plugin/  { step = ": compiling" }
    /^\[INFO\] --- .*maven-jar-plugin/       { step = ": packing" }
    /^\[INFO\] --- .*maven-dependency-plugin/ { step = ": collecting libraries" }
    /Downloaded from /                       { downloads++ }
    END {
      if (module == "") { module = "starting Maven" }
      print part module step (downloads ? ", " downloads " files downloaded" : "")
    }' "$log" 2>/dev/null
}

build() {
  if ! command -v mvn >/dev/null; then
    say "needs Maven 3.8.7 or newer to build itself, and there is no mvn on the PATH."
    say "fix: install Maven (for example: apt-get install maven, brew install maven)."
    exit 69
  fi
  mkdir -p "$home/target"
  : >"$log"
  began=$home/target/build.began
  touch "$began"
  say "building (the first start, or sources changed); log: $log"
  # The JDK found here also runs Maven, so the build needs no other.
  (cd "$home" && JAVA_HOME=$jdk exec mvn -B -Dstyle.color=never -pl server -am package \
    -Dmaven.test.skip=true -Dlint.skip) >"$log" 2>&1 </dev/null &
  maven=$!
  trap 'kill $maven 2>/dev/null; say "build stopped"; exit 130' INT
  trap 'kill $maven 2>/dev/null; say "build stopped"; exit 143' TERM HUP
  watch_build
  wait "$maven"
  status=$?
  trap - INT TERM HUP
  if [ "$status" -ne 0 ]; then
    say "the build failed (Maven's status $status). The end of $log:"
    grep -v -e '^\[ERROR\] *$' -e 'Help 1\]' -e '-X switch' -e '-e switch' -e 'For more information' \
      -e 'After correcting' -e ' -rf :' "$log" | tail -n 30 | sed 's/^/  | /' >&2
    if grep -q -e 'Could not transfer' -e 'Could not resolve' -e 'Unknown host' "$log"; then
      say "a library could not be downloaded: the first build needs Maven's repositories."
    fi
    exit 70
  fi
  # As old as the start of the build: an edit made during it is newer and is not missed.
  touch -r "$began" "$jar"
  name_cache
  make_start_up_cache
  say "built in $(($(date +%s) - started)) s"
}

# Shows the state until Maven ends: on a terminal one line that is rewritten, else a line for each
# step, and one every ten seconds while a step (the downloads of the first build) takes longer.
watch_build() {
  started=$(date +%s)
  shown=
  shown_at=$started
  while kill -0 "$maven" 2>/dev/null; do
    state=$(build_state)
    now=$(date +%s)
    if [ -t 2 ]; then
      printf '\r\033[K  %s (%d s)' "$state" $((now - started)) >&2
    elif [ "${state%%,*}" != "$shown" ] || [ $((now - shown_at)) -ge 10 ]; then
      shown=${state%%,*}
      shown_at=$now
      printf '  %s\n' "$state" >&2
    fi
    sleep 0.3
  done
  [ -t 2 ] && printf '\r\033[K' >&2
}

# Two starts at once build once: the second waits, then finds the package new.
build_under_lock() {
  if command -v flock >/dev/null; then
    exec 9<"$home/bin"
    flock -n 9 || { say "another start is building; waiting for it"; flock 9; }
    needs_build && build
    exec 9<&-
  else
    # No flock (macOS): a folder is the lock, and names its owner so that a dead one frees it.
    lock=${TMPDIR:-/tmp}/siskin-build-$(printf %s "$home" | cksum | cut -d ' ' -f 1)
    waiting=
    until mkdir "$lock" 2>/dev/null; do
      [ -n "$waiting" ] || say "another start is building; waiting for it"
      waiting=1
      owner=$(cat "$lock/owner" 2>/dev/null)
      if [ -n "$owner" ] && ! kill -0 "$owner" 2>/dev/null; then
        rm -rf "$lock"
      else
        sleep 0.5
      fi
    done
    echo $$ >"$lock/owner"
    trap 'rm -rf "$lock"' EXIT
    needs_build && build
    rm -rf "$lock"
    trap - EXIT
  fi
}
