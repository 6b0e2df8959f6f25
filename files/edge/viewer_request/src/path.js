// SPDX-License-Identifier: GPL-3.0-or-later
// Normalises a path: one name for one object, however the viewer encoded it.

// A path that is its own normal form. No segment begins with a dot, so none is a dot segment.
const PLAIN = /^(\/[A-Za-z0-9_~-][A-Za-z0-9_.~-]*)+\/?$|^\/$/;
// The longest key in S3.
const KEY_BYTES = 1024;

// Decoded once, without dot segments and runs of slashes; '' if no object can have such a name.
export function normalPath(uri) {
  if (PLAIN.test(uri)) {
    return uri.length > KEY_BYTES ? '' : uri;
  }
  try {
    const path = resolved(uri);
    return encodePath(path).replace(/%../g, '_').length > KEY_BYTES ? '' : path;
  } catch (error) { // not percent-encoded, or not UTF-8
    return '';
  }
}

// '' for a name that contains a NUL or a slash, and for a path that does not begin with a slash.
function resolved(uri) {
  const kept = [];
  const parts = uri.split('/');
  let name = parts[0];
  if (name !== '') {
    return '';
  }
  for (let i = 1; i < parts.length; i++) {
    name = decodeURIComponent(parts[i]);
    if (/[\u0000\/]/.test(name)) {
      return '';
    }
    if (name === '..') {
      kept.pop();
    } else if (name !== '' && name !== '.') {
      kept.push(name);
    }
  }
  const directory = name === '' || name === '.' || name === '..';
  return '/' + kept.join('/') + (directory && kept.length ? '/' : '');
}

// As SigV4's UriEncode does, except for slashes: signatures are for this form, and S3 would read '+' as a space.
export function encodePath(path) {
  return encodeURIComponent(path).replace(/%2F|[!'()*]/g, function (c) {
    return c === '%2F' ? '/' : '%' + c.charCodeAt(0).toString(16).toUpperCase();
  });
}
