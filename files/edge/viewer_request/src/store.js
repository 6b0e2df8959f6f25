// SPDX-License-Identifier: GPL-3.0-or-later
// The KeyValueStore. Keys and values are described in docs/routing.md.

import cf from 'cloudfront';

const SITE = '__EDGE_NAME__';
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

export async function pathRecord(name, path) {
  const record = await read('/p/' + name + path);
  return record || {};
}

// The ids of the one or two origins for this regional edge cache, nearest first; [] if the value cannot be used.
export async function nearestOrigins(cache) {
  const record = await read('/n/' + cache);
  const ids = record && record.v === 1 && Array.isArray(record.o) ? record.o : [];
  return ids.every(id => id && typeof id === 'string') && ids[0] !== ids[1] ? ids : [];
}

// null if there is no such key, {} for a value of an unknown version. Each read is awaited separately: the runtime does not
// parse await in arguments, and parallel reads need more memory than it has.
async function read(key) {
  let text = '';
  try {
    text = await store.get(SITE + key);
  } catch (error) { // get() throws if there is no such key
    return null;
  }
  try {
    const record = JSON.parse(text);
    return record.v === 1 || record.v === 2 ? record : {};
  } catch (error) {
    return {};
  }
}
