# shellcheck shell=sh
# What the scripts beside it share: finds a JDK that fits, and a UTF-8 locale for it.

# The oldest JDK that fits, and why older ones of version 25 do not.
jdk_oldest=25.0.3
jdk_reason="JDK 25.0.0 to 25.0.2 can move memory that native code, such as zstd, is reading"

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
  printf '%s/%s\n' "$(CDPATH='' cd -P "$(dirname "$_path")" && pwd)" "$(basename "$_path")"
}

# Succeeds if version $1 (as in JAVA_VERSION: 25, 25.0.3, 26-ea) is $jdk_oldest or newer.
is_fit_version() {
  # Only the numbers count: "26-ea" and "25.0.3+9" are 26 and 25.0.3.
  _version=${1%%[!0-9.]*}
  _oldest=$jdk_oldest
  while [ -n "$_oldest" ]; do
    _have=${_version%%.*}
    _need=${_oldest%%.*}
    [ "${_have:-0}" -gt "$_need" ] && return 0
    [ "${_have:-0}" -lt "$_need" ] && return 1
    case $_version in *.*) _version=${_version#*.} ;; *) _version= ;; esac
    case $_oldest in *.*) _oldest=${_oldest#*.} ;; *) _oldest= ;; esac
  done
  return 0
}

# Succeeds if $1 is the home of a JDK that can compile and run Siskin. Reads the JDK's "release"
# file, so that no JVM starts for the search. Notes a JDK 25 that is too old, for the message.
is_fit_jdk() {
  [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 1
  _found=$(sed -n 's/^JAVA_VERSION="\{0,1\}\([0-9][^"]*\).*/\1/p' "$1/release")
  is_fit_version "${_found:-0}" && return 0
  case $_found in
    25 | 25[!0-9]*) jdk_too_old="$1 is JDK $_found" ;;
  esac
  return 1
}

# Sets jdk to the home of the first JDK that fits, or ends the script with status 69.
find_jdk() {
  jdk_too_old=
  if [ -n "${SISKIN_JAVA_HOME:-}" ]; then
    is_fit_jdk "$SISKIN_JAVA_HOME" && jdk=$SISKIN_JAVA_HOME && return
    if [ -n "$jdk_too_old" ]; then
      echo "siskin: SISKIN_JAVA_HOME: $jdk_too_old. Siskin needs $jdk_oldest or newer:" >&2
      echo "siskin: $jdk_reason." >&2
    else
      echo "siskin: SISKIN_JAVA_HOME=$SISKIN_JAVA_HOME is no JDK of version $jdk_oldest or newer." >&2
    fi
    echo "siskin: fix: point SISKIN_JAVA_HOME to one, or unset it to let siskin search." >&2
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
  if [ -n "$jdk_too_old" ]; then
    echo "siskin: $jdk_too_old. Siskin needs JDK $jdk_oldest or newer:" >&2
    echo "siskin: $jdk_reason." >&2
  else
    echo "siskin: needs a JDK of version $jdk_oldest or newer and found none." >&2
  fi
  cat >&2 <<'MESSAGE'
siskin: looked at SISKIN_JAVA_HOME, JAVA_HOME, java on the PATH, /usr/lib/jvm, ~/.sdkman, ~/.jdks
siskin: and /Library/Java/JavaVirtualMachines.
siskin: fix: install one (for example Eclipse Temurin 25), or set SISKIN_JAVA_HOME to its folder.
MESSAGE
  exit 69
}

# Java decodes arguments and file names by the locale; in the locales C and POSIX it knows ASCII
# only. There, and where the locale that is asked for is not installed, this takes a UTF-8 locale.
# Locales of other character sets are left alone: the terminal speaks them too. Sets utf8_missing,
# if the system has no UTF-8 locale.
use_utf8_locale() {
  utf8_missing=
  # Java on macOS always uses UTF-8.
  [ -d /System/Library ] && return
  if ! command -v locale >/dev/null; then
    # Small systems (musl): there every locale but C uses UTF-8, and C.UTF-8 is always there.
    case ${LC_ALL:-${LC_CTYPE:-${LANG:-C}}} in
      C | POSIX) export LC_ALL=C.UTF-8 ;;
    esac
    return
  fi
  case $(locale charmap 2>/dev/null) in
    ANSI_X3.4-1968 | US-ASCII | ASCII | 646 | '') ;;
    *) return ;;
  esac
  for _locale in C.UTF-8 C.utf8 en_US.UTF-8 en_US.utf8 $(locale -a 2>/dev/null | grep -i 'utf-\{0,1\}8'); do
    if [ "$(LC_ALL=$_locale locale charmap 2>/dev/null)" = UTF-8 ]; then
      export LC_ALL="$_locale"
      return
    fi
  done
  utf8_missing=1
}
