#!/bin/sh
# make.sh -- writes EDIT.md for each edit of base.net: `sh docs/review/make.sh NETC OUT [report]`.
# What it shows of a run's report is stored by itself, in EDIT.report, and made anew with `report`.
set -eu
netc=$1 out=$2 report=${3:-}
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The C holds its file's name: both versions are called exp.
generate() { mkdir -p "$work/$1" && cp "$1.net" "$work/$1/exp.net" && "$netc" -S "$work/$1/exp.net" -o "$work/$1/exp.c"; }
tables() { "$netc" "$work/$1/exp.net" -o "$work/$1/exp" && "$work/$1/exp" --quiet --no-out | sed -n '/^Gradient flow at step 0/,/^flow/p; /^Verdicts/,$p'; }
unified() { diff -U1 "$work/$1" "$work/$2" | sed '1,2d' || true; }

generate base
for edit in activation depth norm; do
    generate $edit
    if [ -n "$report" ]; then
        tables base > "$work/base/report" || true
        tables $edit > "$work/$edit/report" || true
        unified base/report $edit/report > $edit.report
    fi
    {
        echo "# $(sed -n '1s|^// ||p' $edit.net)"
        printf '\n## The source\n\n```diff\n'; unified base/exp.net $edit/exp.net
        printf '```\n\n## `netc diff`\n\n```\n'; "$netc" diff base.net $edit.net || true
        printf '```\n\n## The C\n\n```diff\n'; unified base/exp.c $edit/exp.c
        printf '```\n\n## The report\n\n```diff\n'; cat $edit.report
        printf '```\n'
    } > "$out/$edit.md"
done
