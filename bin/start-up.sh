# shellcheck shell=sh
# Where the package and its start-up cache are: an archive of classes that the JVM maps instead of
# reading and checking the classes of 60 jars (docs/adr/0018-start-up.md). Needs home and jdk.

# The JVM takes an archive only for the class path that it was made with.
package_folder=$home/server/target
jar=$package_folder/siskin-server.jar
class_path="$jar:$package_folder/lib/*"

# Sets cache to the file of the cache. Its name stands for the JDK and the flags, so that a change of
# either leads to another file; its time is that of the jar that it was made of.
name_cache() {
  # shellcheck disable=SC2046 # several words on purpose: checksum, length and name of each file
  set -- $(cksum <"$jdk/release") $(cksum <"$home/bin/jvm.options")
  cache=$package_folder/siskin-$1-$3.jsa
}

# Succeeds if the cache was made of the jar as it is now. An empty file says that it could not be.
is_cache_new() {
  [ -f "$cache" ] && ! [ "$cache" -ot "$jar" ] && ! [ "$cache" -nt "$jar" ]
}
