# shellcheck shell=sh
# Where the package and its start-up cache are: an archive of classes that the JVM maps instead of
# reading and checking the classes of 60 jars (docs/adr/0018-start-up.md). Needs home and jdk.

# The JVM takes an archive of classes only for the class path that it was made with.
if [ -f "$home/lib/siskin-server.jar" ]; then
  # Unpacked from an archive that people download: all jars are in one folder.
  package_folder=$home/lib
  class_path="$package_folder/siskin-server.jar:$package_folder/*"
else
  package_folder=$home/server/target
  class_path="$package_folder/siskin-server.jar:$package_folder/lib/*"
fi
jar=$package_folder/siskin-server.jar

# Sets cache to the file of the cache. Its name stands for the JDK and the flags, so that a change of
# either leads to another file; its time is that of the jar that it was made of. All jars of archives
# have the same time, so there the name stands for the list of their checksums too.
name_cache() {
  # shellcheck disable=SC2046 # several words on purpose: checksum, length and name of each file
  set -- $(cksum <"$jdk/release") $(cat "$home/bin/jvm.options" "$home/SHA256SUMS" 2>/dev/null | cksum)
  cache=$package_folder/siskin-$1-$3.jsa
}

# Succeeds if the cache was made of the jar as it is now. An empty file says that it could not be.
is_cache_new() {
  [ -f "$cache" ] && ! [ "$cache" -ot "$jar" ] && ! [ "$cache" -nt "$jar" ]
}
