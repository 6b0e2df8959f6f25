// SPDX-License-Identifier: GPL-3.0-or-later
// Maps a path to an object of the release. A path names a file if its last segment contains a dot.

import { encodePath } from './path.js';

export function objectPath(path, rewrite) {
  const name = lastSegment(path);
  if (name.includes('.')) {
    return path;
  }
  if (rewrite === 's') {
    return '/index.html';
  }
  if (name === '') {
    return path + 'index.html';
  }
  return path + (rewrite === 'h' ? '.html' : '/index.html');
}

// The redirect by the host's word trailing_slash, or null.
export function otherSlash(path, policy) {
  const name = lastSegment(path);
  if (policy === 'a' && name !== '' && !name.includes('.')) {
    return { to: encodePath(path + '/'), status: 308 };
  }
  const without = path.substring(0, path.length - 1);
  // Without its slash, a directory v1.2/ would be read as a file.
  if (policy === 'r' && name === '' && without !== '' && !lastSegment(without).includes('.')) {
    return { to: encodePath(without), status: 308 };
  }
  return null;
}

function lastSegment(path) {
  return path.substring(path.lastIndexOf('/') + 1);
}
