# What the scripts beside it share. They take a JDK and the built jars, or this folder alone after ./pack:
#
#   DEVICE=cuda   what is measured; DEVICE=cpu SMALL=1 rehearses a script where there is no GPU
#   OUT=DIR       where the report goes; default: this folder's reports
#   WORK=DIR      room for weights that are made (34 GB for speed and endurance); default: a new folder below TMPDIR or /tmp, removed at the end
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
device=${DEVICE:-cuda}
small=${SMALL:-}
out=${OUT:-$here/reports}
mkdir -p "$out"
if [ -n "${WORK:-}" ]; then
    work=$WORK
    mkdir -p "$work"
    trash=
else
    work=$(mktemp -d "${TMPDIR:-/tmp}/x2i4j-gpu-XXXXXX")
    trash=$work
fi
trap 'rm -rf "${trash:-}" "$here/.running.$$"' EXIT
trap 'exit 130' INT TERM

unpack() {
    tar -xJf "$1" -C "$work" 2>/dev/null \
        || python3 -c 'import sys, tarfile; tarfile.open(sys.argv[1]).extractall(sys.argv[2], filter="tar")' "$1" "$work"
}

# What ./pack made, or what this machine and the build have.
if [ -d "$here/carry" ]; then
    [ -x "$work/java/bin/java" ] || unpack "$here/carry/java.tar.xz"
    [ -d "$work/golden" ] || unpack "$here/carry/data.tar.xz"
    java=$work/java/bin/java
    jars=$here/carry/jars/*
    demo=$work/demo-bundle
    golden=$work/golden
    peer=$work/peer
else
    root=$(CDPATH='' cd -- "$here/../.." && pwd)
    java=${JAVA_HOME:+$JAVA_HOME/bin/}java
    jars=$root/app/target/modules/*:$root/bench/target/bench/*:$(ls "$root"/engine/target/x2i4j-engine-*-tests.jar)
    demo=$root/demo-model/src/main/resources/demo-bundle
    golden=$root/src-test/src/test/resources/golden
    peer=$root/bench/peer
fi

run_java() {
    # shellcheck disable=SC2086 # a list of words
    "$java" ${JAVA_OPTIONS:--XX:+UseSerialGC} --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED -cp "$jars" "$@" \
        >"$work/said" 2>&1 && code=0 || code=$?
    grep -v '^WARNING: Using incubator modules' "$work/said" || true
    return $code
}

x2i() { run_java io.github.x2i4j.app.cli.Main "$@"; }

# A report of a name, which everything that is said goes to as well.
report() {
    file=$out/$1.txt
    : >"$file"
    failed=0
    began=$(date +%s)
    say "$1: $(date -u '+%Y-%m-%d %H:%M') UTC, device $device${small:+, a rehearsal}"
    [ "$device" = cpu ] || nvidia-smi --query-gpu=name,driver_version,memory.total,clocks.sm --format=csv,noheader 2>&1 | tee -a "$file" || true
}

say() { printf '%s\n' "$*" | tee -a "$file"; }

# Says what is checked, then PASS or FAIL by the exit code of a command, whose last lines are shown.
check() {
    title=$1
    shift
    begun=$(date +%s)
    if "$@" >"$work/output" 2>&1; then verdict=PASS; else verdict=FAIL; failed=$((failed + 1)); fi
    say "$verdict $title ($(($(date +%s) - begun)) s)"
    if [ $verdict = PASS ]; then tail -n "${LINES_SHOWN:-1}" "$work/output"; else tail -n 40 "$work/output"; fi | sed 's/^/    /' | tee -a "$file"
}

finish() {
    say "$failed failed, $(($(date +%s) - began)) s in all; report in $file"
    [ "$failed" -eq 0 ]
}

# Used memory of the device in MiB, or in a rehearsal of the largest Java process, every fifth of a second into a file.
watch_memory() {
    : >"$here/.running.$$"
    while [ -e "$here/.running.$$" ]; do
        if [ "$device" = cpu ]; then
            for status in /proc/[0-9]*/status; do
                sed -n '/^Name:\tjava/,/^VmRSS/s/^VmRSS:[\t ]*\([0-9]*\) kB/\1/p' "$status" 2>/dev/null || true
            done | sort -n | tail -n 1 | awk '{ print int($1 / 1024) }'
        else
            nvidia-smi --query-gpu=memory.used --format=csv,noheader,nounits
        fi
        sleep 0.2
    done >"$1" 2>/dev/null
}
