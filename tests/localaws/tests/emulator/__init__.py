"""AWS on this machine keeps the promises that the other tests build on."""

# SPDX-License-Identifier: GPL-3.0-or-later
