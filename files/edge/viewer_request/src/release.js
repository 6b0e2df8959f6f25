// SPDX-License-Identifier: GPL-3.0-or-later
// Which release a viewer gets: a preview, the canary release, or the host's own.

const PREVIEW_HOST = 'preview--';
// Browsers take a cookie with this prefix from the host itself only: without it, any other host of the domain could set one.
const COOKIE = '__Host-edge-';

// The prefix of the release's objects, or '' if the host has none. `name` is the host's name in the store.
export function releaseOf(record, name, host, cookies, address) {
  const preview = record.g ? previewed(name, host, cookies) : '';
  if (isRelease(preview)) {
    return 'r/' + preview;
  }
  const prefix = record.c && inCanary(record.c.n, cookies, address) ? record.c.p : record.p;
  return typeof prefix === 'string' ? prefix : '';
}

// Not /^...$/, since in some engines $ matches before a line break at the end, too.
function isRelease(name) {
  return name.length < 65 && /^[A-Za-z0-9]/.test(name) && !/[^A-Za-z0-9._-]/.test(name);
}

// The hosts of a wildcard may belong to different tenants: there, the host alone selects the release.
function previewed(name, host, cookies) {
  if (!name.startsWith('*')) {
    return valueOf(cookies, 'preview');
  }
  return host.startsWith(PREVIEW_HOST) ? host.split('.', 1)[0].substring(PREVIEW_HOST.length) : '';
}

function inCanary(share, cookies, address) {
  const cookie = valueOf(cookies, 'canary');
  return cookie === '1' || (cookie !== '0' && fnv1a(network(address)) % 10000 < share);
}

function valueOf(cookies, name) {
  const cookie = cookies[COOKIE + name];
  return cookie ? cookie.value : '';
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
