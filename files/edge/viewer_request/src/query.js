// SPDX-License-Identifier: GPL-3.0-or-later
// Query strings. ASCII is left as the viewer encoded it.

// For a Location, which has to be ASCII; '' if it is not UTF-8.
export function wholeQuery(query) {
  const text = written(query, Object.keys(query));
  try {
    return text.replace(/[^!-~]+/g, function (part) {
      return encodeURIComponent(part);
    });
  } catch (error) {
    return '';
  }
}

// The parameters that the host passes on, sorted by name, so that one set of parameters has one cache entry.
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
