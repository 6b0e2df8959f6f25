"""The local edge answers as CloudFront does: its rules one by one, and a deployed distribution end to end."""

# SPDX-License-Identifier: GPL-3.0-or-later
