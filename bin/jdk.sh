# shellcheck shell=sh
# Finds a JDK of version 25 or newer; sourced by the scripts beside it.
# Reads the "release" file of each candidate, so no JVM starts for the search.

# The physical path of a file, through all symbolic links (readlink -f is not everywhere).
resolve_links() {
  _path=$1
  while [ -h "$_path" ]; do
    _link=$(readlink "$_path")
    case $_link in
      /*) _path=$_link ;;
      *) _path=$(dirname "$_path")/$_link ;;
    esac
  done
  printf '%s/%s\n' "$(cd "$(dirname "$_path")" && pwd -P)" "$(basename "$_path")"
}

# Succeeds if $1 is the home of a JDK that can compile and run Siskin.
is_fit_jdk() {
  [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 1
  _major=$(sed -n 's/^JAVA_VERSION="\{0,1\}\([0-9][0-9]*\).*/\1/p' "$1/release")
  [ "${_major:-0}" -ge 25 ]
}

# Sets jdk to the home of the first JDK that fits, or ends the script with status 69.
find_jdk() {
  if [ -n "${SISKIN_JAVA_HOME:-}" ]; then
    is_fit_jdk "$SISKIN_JAVA_HOME" && jdk=$SISKIN_JAVA_HOME && return
    echo "siskin: SISKIN_JAVA_HOME=$SISKIN_JAVA_HOME is no JDK of version 25 or newer." >&2
    echo "siskin: point it to one, or unset it to let siskin search." >&2
    exit 69
  fi
  if [ -n "${JAVA_HOME:-}" ] && is_fit_jdk "$JAVA_HOME"; then
    jdk=$JAVA_HOME
    return
  fi
  if _java=$(command -v java); then
    _java=$(resolve_links "$_java")
    jdk=${_java%/bin/java}
    is_fit_jdk "$jdk" && return
  fi
  if [ -x /usr/libexec/java_home ] && jdk=$(/usr/libexec/java_home -v 25+ 2>/dev/null); then
    is_fit_jdk "$jdk" && return
  fi
  for jdk in /usr/lib/jvm/* "${HOME:-/}"/.sdkman/candidates/java/* "${HOME:-/}"/.jdks/* \
      /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    is_fit_jdk "$jdk" && return
  done
  cat >&2 <<'MESSAGE'
siskin: needs a JDK of version 25 or newer and found none.
siskin: looked at SISKIN_JAVA_HOME, JAVA_HOME, java on the PATH, /usr/lib/jvm, ~/.sdkman, ~/.jdks
siskin: and /Library/Java/JavaVirtualMachines.
siskin: fix: install one (for example Eclipse Temurin 25), or set SISKIN_JAVA_HOME to its folder.
MESSAGE
  exit 69
}
