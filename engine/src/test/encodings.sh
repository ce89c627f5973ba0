#!/bin/sh
# Writes encodings.txt: the instructions of all routines with the bytes that the GNU assembler makes of them. Needs binutils and the
# compiled tests:  ./mvnw -q -pl engine test-compile && engine/src/test/encodings.sh
set -eu
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${JAVA_HOME:?}/bin/java" -cp target/classes:target/test-classes 'io.github.x2i4j.engine.machine.EncodingsTest$Print' >"$work/texts"
{ echo '.intel_syntax noprefix'; cat "$work/texts"; } >"$work/code.s"
as "$work/code.s" -o "$work/code.o"
objdump -d -M intel --insn-width=16 "$work/code.o" | awk -F '\t' '/^ *[0-9a-f]+:/ { gsub(" ", "", $2); print $2 }' >"$work/bytes"
paste "$work/bytes" "$work/texts" >src/test/resources/io/github/x2i4j/engine/machine/encodings.txt
wc -l src/test/resources/io/github/x2i4j/engine/machine/encodings.txt
