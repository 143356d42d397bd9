#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Panfrost as Linux has it, on both models: what fails is what is known to fail, and
# all that is known does fail.
set -eu
top=$(cd "$(dirname "$0")/../../.." && pwd)
results=$1/vanilla-kernel
rm -rf "$results"
"$top/scripts/run-guest" --kernel vanilla --tests '^panfrost_' --results "$results"
