// SPDX-License-Identifier: GPL-3.0-or-later
// Query strings. Names and values are left as the viewer encoded them.

export function wholeQuery(query) {
  return written(query, Object.keys(query));
}

// What the host lets through, by name, so that one set of parameters has one cache entry.
export function keptQuery(query, names) {
  return names ? written(query, Object.keys(query).filter(name => names.includes(name)).sort()) : '';
}

function written(query, names) {
  const pairs = [];
  names.forEach(function (name) {
    const entry = query[name];
    (entry.multiValue || [entry]).forEach(function (one) {
      pairs.push(one.value ? name + '=' + one.value : name);
    });
  });
  return pairs.join('&');
}
