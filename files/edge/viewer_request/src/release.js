// SPDX-License-Identifier: GPL-3.0-or-later
// Which release a viewer gets: a preview, the canary release, or the host's own.

const RELEASE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const PREVIEW_HOST = 'preview--';

// The prefix of the release's objects, or '' if the host has none. `name` is the host's name in the store.
export function releaseOf(record, name, host, cookies, address) {
  const preview = record.g ? previewed(name, host, cookies) : '';
  if (RELEASE.test(preview)) {
    return 'r/' + preview;
  }
  const prefix = record.c && inCanary(record.c.n, cookies, address) ? record.c.p : record.p;
  return typeof prefix === 'string' ? prefix : '';
}

function previewed(name, host, cookies) {
  if (name.startsWith('*') && host.startsWith(PREVIEW_HOST)) {
    return host.split('.')[0].substring(PREVIEW_HOST.length);
  }
  return valueOf(cookies, 'edge-preview');
}

function inCanary(share, cookies, address) {
  const cookie = valueOf(cookies, 'edge-canary');
  return cookie === '1' || (cookie !== '0' && fnv1a(network(address)) % 10000 < share);
}

function valueOf(cookies, name) {
  return cookies[name] ? cookies[name].value : '';
}

// At most the first 64 bits of an IPv6 address: the rest changes each day (RFC 8981).
function network(address) {
  return address.split('::')[0].split(':').slice(0, 4).join(':');
}

// A hash: every point of presence gets the same result, without communication.
function fnv1a(text) {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return hash >>> 0;
}
