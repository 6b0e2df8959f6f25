"""The emulator behaves like AWS."""

# SPDX-License-Identifier: GPL-3.0-or-later
