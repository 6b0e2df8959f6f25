// SPDX-License-Identifier: GPL-3.0-or-later
// Redirects by prefix: [from, to, status].

import { encodePath } from './path.js';

// The first that fits, or null. A prefix ends where a segment ends: /old is no prefix of /older.
export function prefixRedirect(path, rules) {
  for (let i = 0; rules && i < rules.length; i++) {
    const from = rules[i][0];
    if (from.length <= path.length && path.startsWith(from) && (path === from || from.endsWith('/') || path[from.length] === '/')) {
      const end = from.endsWith('/') ? from.length - 1 : from.length;
      return { to: joined(rules[i][1], path.substring(end), path === from), status: rules[i][2] };
    }
  }
  return null;
}

// One slash between the two: without it, the rest could extend the host name in `to`.
function joined(to, rest, whole) {
  let base = to;
  while (!whole && base.endsWith('/')) {
    base = base.substring(0, base.length - 1);
  }
  return whole ? to : base + encodePath(rest);
}
