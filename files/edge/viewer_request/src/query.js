// SPDX-License-Identifier: GPL-3.0-or-later
// Query strings.

import { decoded, isLonger } from './path.js';

// Together, of the values that a host passes on; and of a query string that has to be encoded.
const LONGEST_QUERY = 1024;

// As the viewer sent it, for a Location, which has to be ASCII. '' if it is not UTF-8, or not ASCII and long: browsers encode
// a query string. Not from the event, since going through thousands of parameters would cost too much.
export function wholeQuery(request) {
  const text = (request.rawQueryString && request.rawQueryString()) || '';
  // No $, which in some engines matches before a line break at the end, too.
  if (/^[!-~]*/.exec(text)[0].length === text.length) {
    return text;
  }
  try {
    return text.length > LONGEST_QUERY ? '' : encodeURI(text).replaceAll('%25', '%');
  } catch (error) {
    return '';
  }
}

// The parameters that the host passes on. One set of them has one spelling, and so one cache entry: the names sorted, of each
// the first value, decoded once and encoded once. A value that cannot be decoded is left out.
export function keptQuery(query, names) {
  const pairs = [];
  let left = LONGEST_QUERY;
  (names || []).sort().forEach(function (name) {
    const value = query[name] && query[name].value;
    if (typeof value !== 'string') {
      return;
    }
    left -= value.length;
    const text = left < 0 ? null : decoded(value.replaceAll('+', ' '));
    if (text !== null) {
      pairs.push(text ? name + '=' + encodeURIComponent(text) : name);
    }
  });
  return left < 0 ? '' : pairs.join('&');
}
