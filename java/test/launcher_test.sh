#!/bin/bash
# Programs started from a bundle by uvm's classes, on an ordinary JVM, must do what `java -cp` does with the inputs.
# launcher_test.sh JAVA_BIN UVMC PATCH_CLASSES NATIVES: folder of java and javac; uvmc; folder of uvm's classes and the
# driver; the JNI library.
set -u
java_bin=$1 uvmc=$2 patch=$3 natives=$4
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
touch marker
failures=0

# An input that is a jar, with everything a manifest can say, and one that is a folder with a space in its name.
mkdir -p all jar/p jar/META-INF/services jar/META-INF/versions/17 'a folder/q' 'a folder/META-INF/services'
"$java_bin/javac" -d all "$here"/program/*.java "$here"/program/*/*.java || exit 1
mkdir -p 'a folder/sealed_pack' jar/sealed_pack
cp all/p/*.class jar/p/ && cp all/Unnamed.class jar/ && cp all/sealed_pack/First.class jar/sealed_pack/
cp all/q/*.class 'a folder/q/' && cp all/sealed_pack/Intruder.class 'a folder/sealed_pack/'
echo 'both, of the jar' >jar/both.txt
echo 'own' >jar/p/own.txt
echo 'base' >jar/r.txt
echo 'of Java 17' >jar/META-INF/versions/17/r.txt
echo Unnamed >jar/META-INF/services/java.lang.Runnable
echo 'both, of the folder' >'a folder/both.txt'
echo 'only in the folder' >'a folder/only folder.txt'
echo q.Other >'a folder/META-INF/services/java.lang.Runnable'
cat >manifest <<'MF'
Main-Class: p.Main
Implementation-Title: the title of the implementation, long enough that it needs a second line
Specification-Version: 1.5

Name: sealed_pack/
Sealed: true
MF
"$java_bin/jar" --create --file app.jar --manifest manifest -C jar . || exit 1

# compare NAME LANG BUNDLE HOW ARGUMENT...: stdout, stderr and exit code of both ways. HOW is what java
# is given before the arguments, separated by bars.
compare() {
  local name=$1 lang=$2 bundle=$3 how
  IFS='|' read -ra how <<<"$4"
  shift 4
  env LC_ALL="$lang" "$java_bin/java" "${how[@]}" "$@" >expected.out 2>expected.err
  local expected=$?
  env LC_ALL="$lang" "$java_bin/java" --patch-module "java.base=$patch" jdk.internal.misc.UvmLauncherDriver \
    "$natives" "$bundle" "$@" >actual.out 2>actual.err
  local actual=$?
  # The driver calls main through reflection, which shows in stack traces.
  sed -i -e '/jdk.internal.reflect/d' -e '/java.lang.reflect/d' -e '/UvmLauncherDriver/d' actual.err
  if [ $expected -ne $actual ] || ! diff expected.out actual.out || ! diff expected.err actual.err; then
    echo "FAILED: $name: exit $actual, java has $expected" >&2
    failures=$((failures + 1))
  fi
}

"$uvmc" -o app.bc app.jar 'a folder' || exit 1
for lang in C C.UTF-8; do
  compare "program, $lang" $lang app.bc '-cp|app.jar:a folder|p.Main' one 'two words'
done
compare 'uncaught exception' C app.bc '-cp|app.jar:a folder|p.Main' throw

printf '%s\n' 'Main-Class: Opens' 'Add-Opens: java.base/java.lang java.base/no.such no.module/x' \
  'Add-Exports: java.base/jdk.in' ' ternal.misc' >manifest
"$java_bin/jar" --create --file opens.jar --manifest manifest -C all Opens.class || exit 1
"$uvmc" -o opens.bc opens.jar || exit 1
compare 'opened modules' C opens.bc '-jar|opens.jar'

# What uvmc would refuse, java says at the start of the program.
mkdir -p late && cat >late/Late.java <<'JAVA'
public class Late extends Gone { }
class Gone { public static void main(String[] args) { } }
JAVA
"$java_bin/javac" -d late late/Late.java && rm late/Gone.class
"$uvmc" -o late.bc --main Late late || exit 1
compare 'superclass missing' C late.bc '-cp|late|Late'
mkdir -p derived && cat >derived/Derived.java <<'JAVA'
public class Derived extends Thread { static void main(int args) { } }
JAVA
"$java_bin/javac" -d derived derived/Derived.java
"$uvmc" -o derived.bc --main Derived derived || exit 1
compare 'no main method' C derived.bc '-cp|derived|Derived'

exit $((failures > 0))
