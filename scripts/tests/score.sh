#!/bin/bash
# SPDX-License-Identifier: MIT
#
# scripts/score and scripts/soak judge, count, go on and end as docs/score.md says; their
# guests are a program that plays some.
set -eu
cd "$(dirname "$0")"
exec /usr/bin/python3 score_test.py
