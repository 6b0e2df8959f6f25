// SPDX-License-Identifier: GPL-3.0-or-later
// The KeyValueStore. Keys and values are described in docs/routing.md.

import cf from 'cloudfront';
import { isLonger } from './path.js';

const SITE = '__EDGE_NAME__';
// CloudFront's limit.
const LONGEST_KEY = 512;
const store = cf.kvs();

// The host route, and the name it is stored under: the host's own, its wildcard's, or `*`. null if there is none.
export async function hostRecord(host) {
  const dot = host.indexOf('.');
  const names = dot < 0 ? [host, '*'] : [host, '*' + host.substring(dot), '*'];
  for (let i = 0; i < names.length; i++) {
    const record = await read('/h/' + names[i]);
    if (record) {
      return { name: names[i], record: record };
    }
  }
  return null;
}

// {} if the path has no value of its own. Most have none, so this is asked first: get() would throw, and need it anyway.
export async function pathRecord(name, path) {
  const key = '/p/' + name + path;
  const there = isLonger(SITE + key, LONGEST_KEY) ? false : await store.exists(SITE + key);
  const record = there ? await read(key) : null;
  return record || {};
}

// The ids of the one or two origins for this regional edge cache, nearest first; [] if the value cannot be used.
export async function nearestOrigins(cache) {
  const record = await read('/n/' + cache);
  const ids = record && record.v === 1 && Array.isArray(record.o) ? record.o : [];
  return ids.every(id => id && typeof id === 'string') && ids[0] !== ids[1] ? ids : [];
}

// null if there is no such key, {} for a value of an unknown version. It throws if the key cannot be read: otherwise the
// wildcard's host route would stand in for the host's own. Each read is awaited separately: the runtime does not parse await
// in arguments, and parallel reads need more memory than it has.
async function read(key) {
  if (isLonger(SITE + key, LONGEST_KEY)) {
    return null;
  }
  let text = '';
  let failure = null;
  try {
    text = await store.get(SITE + key);
  } catch (error) {
    failure = error;
  }
  if (failure) { // get() throws for a missing key, too
    if (await store.exists(SITE + key)) {
      throw failure;
    }
    return null;
  }
  try {
    const record = JSON.parse(text);
    return record.v === 1 || record.v === 2 ? record : {};
  } catch (error) {
    return {};
  }
}
