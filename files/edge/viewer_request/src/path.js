// SPDX-License-Identifier: GPL-3.0-or-later
// Normalises a path: one name for one object, however the viewer encoded it.
//
// CloudFront gives a function about a millisecond and 2 MB, and neither a time-out nor the end of memory can be caught. So
// what no object can be named is refused before it is read, and text is changed by built-in functions, which an interpreter
// runs as native code: a loop or a callback for each character costs a hundred times as much.

// The longest key in S3.
const LONGEST = 1024;
// Of slashes, and of each character that is encoded by a call for each.
const MOST = 100;
// encodeURIComponent leaves these, SigV4's UriEncode does not.
const LEFT = "!'()*".split('');
// No path that is its own normal form has such a character, or such a segment.
const ODD = /[^A-Za-z0-9._~\/-]|\/[.\/]/;

// Decoded once, without dot segments and runs of slashes; '' if no object can have such a name.
export function normalPath(uri) {
  if (uri[0] !== '/' || uri.length > 3 * LONGEST || hasMany(uri, '/')) {
    return '';
  }
  if (uri.length <= LONGEST && !ODD.test(uri)) {
    return uri;
  }
  const path = resolved(uri);
  return LEFT.some(c => hasMany(path, c)) ? '' : path;
}

function hasMany(text, character) {
  return text.split(character, MOST + 2).length > MOST + 1;
}

// Whether it has more bytes in UTF-8. In what is encoded, each % stands for three characters that are one byte; encoding it
// again makes each % longer by two. It throws if the text is not UTF-8.
export function isLonger(text, bytes) {
  const once = encodeURIComponent(text);
  const most = once.length > 3 * bytes;
  return most || (once.length > bytes && 2 * once.length - encodeURIComponent(once).length > bytes);
}

// '' for a name that contains a NUL or a slash.
function resolved(uri) {
  const path = uri.includes('%2F') || uri.includes('%2f') ? '' : decoded(uri);
  if (!path || path.includes('\u0000')) {
    return '';
  }
  if (!path.includes('/.') && !path.includes('//')) {
    return path;
  }
  const kept = [];
  const parts = path.split('/');
  let name = '';
  for (let i = 1; i < parts.length; i++) {
    name = parts[i];
    if (name === '..') {
      kept.pop();
    } else if (name !== '' && name !== '.') {
      kept.push(name);
    }
  }
  const directory = name === '' || name === '.' || name === '..';
  return '/' + kept.join('/') + (directory && kept.length ? '/' : '');
}

// null if it is not percent-encoded, not UTF-8, or longer than any key.
export function decoded(text) {
  try {
    const found = decodeURIComponent(text);
    return found.length > LONGEST || isLonger(found, LONGEST) ? null : found;
  } catch (error) {
    return null;
  }
}

// As SigV4's UriEncode does, except for slashes: signatures are for this form, and S3 would read '+' as a space.
export function encodePath(path) {
  let text = encodeURIComponent(path).replaceAll('%2F', '/');
  if (/[!'()*]/.test(path)) {
    LEFT.forEach(function (c) {
      text = text.replaceAll(c, '%' + c.charCodeAt(0).toString(16).toUpperCase());
    });
  }
  return text;
}
