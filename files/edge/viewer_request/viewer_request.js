import cf from 'cloudfront';
// The viewer function of multiregion.edge. SPDX-License-Identifier: GPL-3.0-or-later
// Built by files/edge/viewer_request/build.py from the modules in src/, which have the comments.
const REASONS = {
 301: 'Moved Permanently',
 302: 'Found',
 307: 'Temporary Redirect',
 308: 'Permanent Redirect',
 400: 'Bad Request',
 404: 'Not Found',
 503: 'Service Unavailable'
};
function page(status, text, name, value) {
 const headers = { 'content-type': { value: 'text/html; charset=utf-8' }, 'cache-control': { value: 'no-store' } };
 if (name) {
  headers[name] = { value: value };
 }
 const reason = REASONS[status];
 const data = '<!doctype html><html lang="en"><meta charset="utf-8"><title>' + reason + '</title>' +
  '<meta name="viewport" content="width=device-width"><h1>' + reason + '</h1><p>' + text + '</p></html>';
 return { statusCode: status, statusDescription: reason, headers: headers, body: { encoding: 'text', data: data } };
}
function redirect(to, wanted, query) {
 const status = [301, 302, 307, 308].includes(wanted) ? wanted : 301;
 const kept = status === 301 || status === 308 ? 'max-age=3600' : 'no-store';
 return {
  statusCode: status,
  statusDescription: REASONS[status],
  headers: { 'location': { value: withQuery(to, query) }, 'cache-control': { value: kept } }
 };
}
function withQuery(to, query) {
 const target = to.replace(/^[\/\\]{2,}/, '/');
 if (!query) {
  return target;
 }
 const base = target.split('#')[0];
 return base + (base.includes('?') ? '&' : '?') + query + target.substring(base.length);
}
const SITE = '__EDGE_NAME__';
const store = cf.kvs();
async function hostRecord(host) {
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
async function pathRecord(name, path) {
 const record = await read('/p/' + name + path);
 return record || {};
}
async function nearestOrigins(cache) {
 const record = await read('/n/' + cache);
 const ids = record && record.v === 1 && Array.isArray(record.o) ? record.o : [];
 return ids.every(id => id && typeof id === 'string') && ids[0] !== ids[1] ? ids : [];
}
async function read(key) {
 let text = '';
 try {
  text = await store.get(SITE + key);
 } catch (error) {
  return null;
 }
 try {
  const record = JSON.parse(text);
  return record.v === 1 || record.v === 2 ? record : {};
 } catch (error) {
  return {};
 }
}
const SELECTS_ORIGINS = '__EDGE_SELECTS_ORIGINS__';
function withOrigin(request) {
 return SELECTS_ORIGINS === 'true' ? fromNearest(request) : request;
}
async function fromNearest(request) {
 try {
  const ids = await nearestOrigins(cf.edgeLocation.region);
  if (ids.length === 2) {
   cf.createRequestOriginGroup({
    originIds: [{ originId: ids[0] }, { originId: ids[1] }],
    failoverCriteria: { statusCodes: [404, 500, 502, 503, 504] }
   });
  } else if (ids.length === 1) {
   cf.selectRequestOriginById(ids[0]);
  }
 } catch (error) {
  console.log('no origin was chosen: ' + error);
 }
 return request;
}
const PLAIN = /^(\/[A-Za-z0-9_~-][A-Za-z0-9_.~-]*)+\/?$|^\/$/;
const KEY_BYTES = 1024;
function normalPath(uri) {
 if (PLAIN.test(uri)) {
  return uri.length > KEY_BYTES ? '' : uri;
 }
 try {
  const path = resolved(uri);
  return encodePath(path).replace(/%../g, '_').length > KEY_BYTES ? '' : path;
 } catch (error) {
  return '';
 }
}
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
function encodePath(path) {
 return encodeURIComponent(path).replace(/%2F|[!'()*]/g, function (c) {
  return c === '%2F' ? '/' : '%' + c.charCodeAt(0).toString(16).toUpperCase();
 });
}
function wholeQuery(query) {
 const text = written(query, Object.keys(query));
 try {
  return text.replace(/[^!-~]+/g, function (part) {
   return encodeURIComponent(part);
  });
 } catch (error) {
  return '';
 }
}
function keptQuery(query, names) {
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
function prefixRedirect(path, rules) {
 for (let i = 0; rules && i < rules.length; i++) {
  const from = rules[i][0];
  if (path === from || path.startsWith(from.endsWith('/') ? from : from + '/')) {
   return { to: joined(rules[i][1], path.substring(from.replace(/\/$/, '').length), path === from), status: rules[i][2] };
  }
 }
 return null;
}
function joined(to, rest, whole) {
 return whole ? to : to.replace(/\/+$/, '') + encodePath(rest);
}
const RELEASE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const PREVIEW_HOST = 'preview--';
function releaseOf(record, name, host, cookies, address) {
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
function network(address) {
 return address.split('::')[0].split(':').slice(0, 4).join(':');
}
function fnv1a(text) {
 let hash = 0x811c9dc5;
 for (let i = 0; i < text.length; i++) {
  hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
 }
 return hash >>> 0;
}
function objectPath(path, rewrite) {
 const name = lastSegment(path);
 if (name.includes('.')) {
  return path;
 }
 if (rewrite === 's') {
  return '/index.html';
 }
 if (name === '') {
  return path + 'index.html';
 }
 return path + (rewrite === 'h' ? '.html' : '/index.html');
}
function otherSlash(path, policy) {
 const name = lastSegment(path);
 if (policy === 'a' && name !== '' && !name.includes('.')) {
  return { to: encodePath(path + '/'), status: 308 };
 }
 const without = path.substring(0, path.length - 1);
 if (policy === 'r' && name === '' && without !== '' && !lastSegment(without).includes('.')) {
  return { to: encodePath(without), status: 308 };
 }
 return null;
}
function lastSegment(path) {
 return path.substring(path.lastIndexOf('/') + 1);
}
const SHARED = ['/_edge/region', '/_edge/404.html'];
async function handler(event) {
 try {
  return await route(event.request, event.viewer.ip);
 } catch (error) {
  const id = event.context.requestId;
  console.log(id + ' ' + error);
  return page(503, 'Something went wrong here. The number of this request is ' + id + '.', 'x-request-id', id);
 }
}
async function route(request, address) {
 if (SHARED.includes(request.uri)) {
  return toOrigin(request, request.uri, '');
 }
 const host = request.headers.host.value.toLowerCase().split(':')[0];
 const found = await hostRecord(host);
 if (!found) {
  return noSite();
 }
 const record = found.record;
 if (typeof record.m === 'number') {
  return page(503, 'This site is being worked on and will be back soon.', 'retry-after', String(record.m));
 }
 const path = normalPath(request.uri);
 if (!path) {
  return page(400, 'This address cannot be read.');
 }
 const exact = record.x ? await pathRecord(found.name, path) : {};
 if (exact.u) {
  return redirect(exact.u, exact.s, wholeQuery(request.querystring));
 }
 if (exact.o) {
  return toOrigin(request, '/' + encodePath(exact.o), keptQuery(request.querystring, record.q));
 }
 const moved = exact.p ? null : prefixRedirect(path, record.r) || otherSlash(path, record.t);
 if (moved) {
  return redirect(moved.to, moved.status, wholeQuery(request.querystring));
 }
 const prefix = exact.p || releaseOf(record, found.name, host, request.cookies, address);
 if (!prefix) {
  return noSite();
 }
 const uri = '/' + encodePath(prefix + objectPath(path, record.w));
 return toOrigin(request, uri, keptQuery(request.querystring, record.q));
}
function toOrigin(request, uri, query) {
 request.uri = uri;
 request.querystring = query || {};
 return withOrigin(request);
}
function noSite() {
 return page(404, 'There is no site at this address.');
}
