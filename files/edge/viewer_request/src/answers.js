// SPDX-License-Identifier: GPL-3.0-or-later
// Responses of the viewer function itself.

const REASONS = {
  301: 'Moved Permanently',
  302: 'Found',
  307: 'Temporary Redirect',
  308: 'Permanent Redirect',
  400: 'Bad Request',
  404: 'Not Found',
  503: 'Service Unavailable'
};

// A page that is not cached, with one more header if it is given.
export function page(status, text, name, value) {
  const headers = { 'content-type': { value: 'text/html; charset=utf-8' }, 'cache-control': { value: 'no-store' } };
  if (name) {
    headers[name] = { value: value };
  }
  const reason = REASONS[status];
  const data = '<!doctype html><html lang="en"><meta charset="utf-8"><title>' + reason + '</title>' +
    '<meta name="viewport" content="width=device-width"><h1>' + reason + '</h1><p>' + text + '</p></html>';
  return { statusCode: status, statusDescription: reason, headers: headers, body: { encoding: 'text', data: data } };
}

export function redirect(to, wanted, query) {
  const status = [301, 302, 307, 308].includes(wanted) ? wanted : 301;
  // A browser keeps a permanent redirect without a max-age for ever; this one can be changed within seconds.
  const kept = status === 301 || status === 308 ? 'max-age=3600' : 'no-store';
  return {
    statusCode: status,
    statusDescription: REASONS[status],
    headers: { 'location': { value: withQuery(to, query) }, 'cache-control': { value: kept } }
  };
}

function withQuery(to, query) {
  // After two slashes (or backslashes, to browsers), the path would be read as another site's host name.
  const target = to.replace(/^[\/\\]{2,}/, '/');
  if (!query) {
    return target;
  }
  const base = target.split('#')[0];
  return base + (base.includes('?') ? '&' : '?') + query + target.substring(base.length);
}
